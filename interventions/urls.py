from __future__ import annotations

from django.urls import path

from interventions.verbs import ON_ASSIGNMENT, ON_TEAM
from interventions.views import board, command, field, moves, sending

app_name = "interventions"
urlpatterns = [
    path("board/", board.board, name="board"),
    *(path(f"board/{name}/", board.panel, {"name": name}, name=name) for name in board.PANELS),
    path("incidents/<uuid:pk>/teams/", sending.teams_on, name="teams_on"),
    path("incidents/<uuid:pk>/choose-team/", sending.choose_team, name="choose_team"),
    path("incidents/<uuid:pk>/assign/", sending.assign, name="assign"),
    path("assignments/<uuid:pk>/", moves.assignment, name="assignment"),
    *(
        path(f"assignments/<uuid:pk>/{verb}/", moves.move, {"verb": verb}, name=verb)
        for verb in ON_ASSIGNMENT
    ),
    path("teams/<uuid:pk>/", moves.team, name="team"),
    *(path(f"teams/<uuid:pk>/{verb}/", moves.move_team, {"verb": verb}, name=verb) for verb in ON_TEAM),
    path("command/", command.help_page, name="command_help"),
    path("command/preview/", command.preview, name="command_preview"),
    path("command/run/", command.run, name="command_run"),
    path("command/<uuid:pk>/undo/", command.take_back, name="command_undo"),
    path("field/", field.field, name="field"),
    path("field/now/", field.now, name="field_now"),
    path("field/note/", field.note_form, name="field_note_form"),
    path("field/teams/<uuid:pk>/", field.choose, name="choose_own_team"),
    path("field/leave/", field.leave, name="leave_team"),
    path("field/assignments/<uuid:pk>/note/", field.note, name="field_note"),
]
