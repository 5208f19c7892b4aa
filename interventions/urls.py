from __future__ import annotations

from django.urls import path

from interventions.verbs import ON_ASSIGNMENT, ON_TEAM
from interventions.views import (
    assistance,
    board,
    field,
    moves,
    panics,
    sending,
    sheet,
    shifts,
    templates,
    wanted,
)

app_name = "interventions"
urlpatterns = [
    path("board/", board.board, name="board"),
    *(path(f"board/{name}/", board.panel, {"name": name}, name=name) for name in board.PANELS),
    path("board/sheet/", sheet.sheet, name="sheet"),
    path("incidents/<uuid:pk>/teams/", sending.teams_on, name="teams_on"),
    path("incidents/<uuid:pk>/choose-team/", sending.choose_team, name="choose_team"),
    path("incidents/<uuid:pk>/assign/", sending.assign, name="assign"),
    path("assignments/<uuid:pk>/", moves.assignment, name="assignment"),
    *(
        path(f"assignments/<uuid:pk>/{verb}/", moves.move, {"verb": verb}, name=verb)
        for verb in ON_ASSIGNMENT
    ),
    path("teams/", shifts.roster, name="roster"),
    path("teams/now/", shifts.now, name="roster_now"),
    path("teams/start/", shifts.start, name="start_team"),
    path("teams/templates/", templates.templates, name="shift_templates"),
    path("teams/templates/<uuid:pk>/", templates.template, name="shift_template"),
    path("teams/templates/<uuid:pk>/drop/", templates.drop, name="drop_shift_template"),
    path("teams/<uuid:pk>/change/", shifts.change, name="change_team"),
    path("teams/<uuid:pk>/take-over/", shifts.take_over, name="take_over_team"),
    path("teams/<uuid:pk>/", moves.team, name="team"),
    *(path(f"teams/<uuid:pk>/{verb}/", moves.move_team, {"verb": verb}, name=verb) for verb in ON_TEAM),
    path("teams/<uuid:pk>/panic/", panics.press, name="panic"),
    path("panics/<uuid:pk>/", panics.panic, name="panic_page"),
    path("panics/<uuid:pk>/where/", panics.where, name="panic_where"),
    path("panics/<uuid:pk>/well/", panics.say_well, name="panic_well"),
    path("panics/<uuid:pk>/end/", panics.end, name="panic_end"),
    path("assignments/<uuid:pk>/ask-assistance/", assistance.ask, name="ask_assistance"),
    path("assistance/<uuid:pk>/", assistance.question, name="assistance"),
    path("assistance/<uuid:pk>/decline/", assistance.decline, name="decline_assistance"),
    path("assistance/<uuid:pk>/withdraw/", assistance.withdraw, name="withdraw_assistance"),
    path("wanted/", wanted.wanted, name="wanted_notices"),
    path("wanted/<uuid:pk>/prolong/", wanted.prolong, name="prolong_wanted"),
    path("wanted/<uuid:pk>/withdraw/", wanted.withdraw, name="withdraw_wanted"),
    path("field/", field.field, name="field"),
    path("field/now/", field.now, name="field_now"),
    path("field/note/", field.note_form, name="field_note_form"),
    path("field/teams/<uuid:pk>/", field.choose, name="choose_own_team"),
    path("field/teams/<uuid:pk>/panic/", panics.own, name="own_panic"),
    path("field/leave/", field.leave, name="leave_team"),
    path("field/assignments/<uuid:pk>/note/", field.note, name="field_note"),
    path("field/assignments/<uuid:pk>/victim-care/", field.ask_victim_care, name="ask_victim_care"),
]
