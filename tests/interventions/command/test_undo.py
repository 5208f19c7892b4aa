"""What the command bar did can be made up for, shortly and as long as nothing else happened."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from django.forms import model_to_dict

from carma.accounts.models import User
from carma.audit.models import Entry
from carma.events.models import Event
from carma.incidents.models import Incident, Note
from carma.timers.models import Timer
from interventions import actions, assistance
from interventions.models import Assignment, Deed, Team
from tests.cast import Browse
from tests.interventions.command.conftest import Confirm, Preview, Type, fields_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


def undo(browse: Browse, user: User) -> int:
    deed = Deed.objects.first()
    assert deed is not None
    answer = browse(user).post(f"/command/{deed.pk}/undo/", headers={"HX-Request": "true"})
    return answer.status_code


def stands(assignment: Assignment) -> list[dict[str, object]]:
    """Everything the team and its incident say but their version, and the clocks over them."""
    incident = Incident.objects.get(pk=assignment.incident_id)
    assignment = Assignment.objects.get(pk=assignment.pk)
    since = {"since": (assignment.status_since, incident.status_since), "timers": running(incident)}
    return [model_to_dict(assignment), model_to_dict(incident), since]


def running(incident: Incident) -> list[tuple[str, str]]:
    told = Timer.objects.filter(subject_id=str(incident.pk), ended_at=None)
    return sorted((timer.kind, timer.due_at.isoformat()) for timer in told)


def test_a_team_that_was_sent_is_called_back(
    command: Type, browse: Browse, dispatcher: User, incident: Incident, team: Team
) -> None:
    command(dispatcher, "D 12 1")

    assert undo(browse, dispatcher) == 200
    incident.refresh_from_db()
    assert (Assignment.objects.get().status, incident.status) == ("aborted", "queued")
    assert Entry.objects.get(action="assignment.aborted").reason != ""


@pytest.mark.parametrize(("course", "line"), [("", "E 12"), ("E", "S 12"), ("", "S 12"), ("ES", "V 12")])
def test_a_step_told_in_error_is_taken_back_with_its_moments_and_clocks(
    command: Type,
    browse: Browse,
    dispatcher: User,
    assignment: Assignment,
    clock: time_machine.Traveller,
    course: str,
    line: str,
) -> None:
    for letter in course:
        clock.shift(timedelta(minutes=2))
        command(dispatcher, f"{letter} 12")
    before = stands(assignment)
    clock.shift(timedelta(minutes=2))
    command(dispatcher, line)
    clock.shift(timedelta(seconds=30))

    assert undo(browse, dispatcher) == 200
    assert stands(assignment) == before
    assignment.refresh_from_db()
    entry = Entry.objects.get(action="assignment.taken_back")
    assert entry.actor == dispatcher
    assert entry.changes["status"][1] == assignment.status
    assert Event.objects.filter(kind="assignment.taken_back").count() == 1


def test_a_note_is_withdrawn_by_a_further_one(
    command: Type, browse: Browse, dispatcher: User, incident: Incident
) -> None:
    command(dispatcher, "N 1 Hond")

    assert undo(browse, dispatcher) == 200
    first, second = Note.objects.order_by("id").order_by("text")
    assert {first.text, second.text} > {"Hond"}


def test_a_priority_is_set_back_with_its_clocks(
    command: Type, browse: Browse, dispatcher: User, incident: Incident
) -> None:
    before = running(incident)
    command(dispatcher, "P 1 1")
    assert running(incident) != before

    assert undo(browse, dispatcher) == 200
    incident.refresh_from_db()
    assert (incident.priority_id, incident.urgent) == (3, False)
    assert running(incident) == before


def test_it_can_be_typed_and_undoes_what_was_done_last(
    command: Type,
    preview: Preview,
    dispatcher: User,
    assignment: Assignment,
    clock: time_machine.Traveller,
) -> None:
    command(dispatcher, "E 12")
    clock.shift(timedelta(seconds=1))
    command(dispatcher, "S 12")
    assert "Undo: GK12 is on scene" in preview(dispatcher, "U")
    command(dispatcher, "U")

    assignment.refresh_from_db()
    assert (assignment.status, assignment.on_scene_at) == ("en_route", None)


def test_deeds_in_a_row_are_undone_one_after_the_other(
    command: Type, dispatcher: User, incident: Incident, team: Team, clock: time_machine.Traveller
) -> None:
    for line in ("D 12 1", "E 12", "S 12", "U", "U", "U"):
        clock.shift(timedelta(seconds=1))
        assert command(dispatcher, line).status_code == 200

    sent = Assignment.objects.get()
    assert (sent.status, sent.en_route_at, sent.on_scene_at) == ("aborted", None, None)


def test_what_another_did_in_between_stays(
    command: Type,
    preview: Preview,
    dispatcher: User,
    officer: User,
    assignment: Assignment,
    clock: time_machine.Traveller,
) -> None:
    command(dispatcher, "E 12")
    assignment.refresh_from_db()
    actions.arrive(assignment, by=officer)
    clock.shift(timedelta(seconds=1))
    command(dispatcher, "V 12")
    command(dispatcher, "U")

    assert 'data-code="changed_since"' in preview(dispatcher, "U")
    assignment.refresh_from_db()
    assert assignment.status == "on_scene"


def test_typed_it_undoes_only_what_the_preview_showed(
    command: Type, preview: Preview, confirm: Confirm, dispatcher: User, officer: User, assignment: Assignment
) -> None:
    command(dispatcher, "E 12")
    fields = fields_of(preview(dispatcher, "U"))
    actions.arrive(assignment, by=officer)

    assert confirm(dispatcher, fields).status_code == 412
    assignment.refresh_from_db()
    assert assignment.status == "on_scene"


def test_after_half_a_minute_it_is_too_late(
    command: Type,
    browse: Browse,
    preview: Preview,
    dispatcher: User,
    assignment: Assignment,
    clock: time_machine.Traveller,
) -> None:
    command(dispatcher, "E 12")
    clock.shift(timedelta(seconds=30, milliseconds=1))

    assert undo(browse, dispatcher) == 409
    assert 'data-code="not_found"' in preview(dispatcher, "U")
    assignment.refresh_from_db()
    assert assignment.status == "en_route"


def test_twice_it_is_done_once(
    command: Type, browse: Browse, dispatcher: User, assignment: Assignment
) -> None:
    command(dispatcher, "E 12")

    assert [undo(browse, dispatcher), undo(browse, dispatcher)] == [200, 200]
    assert Entry.objects.filter(action="assignment.taken_back").count() == 1


Happens = Callable[[Assignment, Team, User], object]


@pytest.mark.parametrize(
    ("line", "happens"),
    [
        ("E 12", lambda sent, other, by: actions.arrive(sent, by=by)),
        ("S 12", lambda sent, other, by: actions.assign(other, sent.incident, by=by)),
        ("S 12", lambda sent, other, by: actions.hear(sent, by=by)),
        ("D 21 1", lambda sent, other, by: actions.arrive(sent, by=by)),
    ],
    ids=["the team went on", "another team was sent", "the team was heard", "the incident moved"],
)
def test_what_happened_since_stands_in_its_way(
    command: Type,
    browse: Browse,
    dispatcher: User,
    officer: User,
    assignment: Assignment,
    second_team: Team,
    line: str,
    happens: Happens,
) -> None:
    command(dispatcher, line)
    assignment.refresh_from_db()
    happens(assignment, second_team, officer)
    before = list(Assignment.objects.order_by("id").values_list("status", flat=True))

    assert undo(browse, dispatcher) == 409
    assert list(Assignment.objects.order_by("id").values_list("status", flat=True)) == before


def test_a_team_that_went_elsewhere_stays_there(
    command: Type, browse: Browse, dispatcher: User, assignment: Assignment, take: Callable[..., Incident]
) -> None:
    other = take("CRI-204")
    command(dispatcher, "S 12")
    command(dispatcher, "V 12")
    cleared = Deed.objects.first()
    assert cleared is not None
    actions.assign(assignment.team, other, by=dispatcher)

    assert browse(dispatcher).post(f"/command/{cleared.pk}/undo/").status_code == 409
    assert other.assignments.open().count() == 1


def test_what_a_team_asked_for_makes_it_final(
    command: Type, preview: Preview, dispatcher: User, assignment: Assignment, second_team: Team
) -> None:
    """A question that the deed answers can't be asked again in the team's name."""
    assistance.ask(assignment, "urgent", by=dispatcher)

    assert "Can't be undone" in preview(dispatcher, "D 21 1")
    command(dispatcher, "S 12")
    assert "Can't be undone" in preview(dispatcher, "V 12")
    command(dispatcher, "V 12")
    assert 'data-code="changed_since"' in preview(dispatcher, "U")


def test_nobody_undoes_what_another_did(
    command: Type, browse: Browse, dispatcher: User, team_lead: User, assignment: Assignment
) -> None:
    command(dispatcher, "E 12")

    assert undo(browse, team_lead) == 404


def test_who_lost_the_verb_undoes_it_no_more(
    command: Type, browse: Browse, dispatcher: User, assignment: Assignment
) -> None:
    command(dispatcher, "E 12")
    dispatcher.groups.set([])

    assert undo(browse, dispatcher) == 403


def test_it_stands_in_the_log_of_the_incident(
    command: Type, browse: Browse, dispatcher: User, assignment: Assignment
) -> None:
    command(dispatcher, "E 12")
    undo(browse, dispatcher)
    page = browse(dispatcher).get(f"/incidents/{assignment.incident_id}/").content.decode()

    assert "GK12: Taken back: told in error" in page
