from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from carma.accounts.models import User
from carma.actionfields.models import IncidentType, Priority
from carma.audit.models import Entry
from carma.errors import InvalidInput, MoveNotAllowed, ReasonNeeded, Stale
from carma.incidents import actions
from carma.incidents.models import Incident
from carma.timers.models import Timer

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock", "geography")]
Take = Callable[..., Incident]


def test_raising_the_priority_moves_the_timer(incident: Incident, dispatcher: User) -> None:
    actions.reprioritise(incident, Priority.objects.get(code=0), by=dispatcher)

    assert incident.urgent
    assert Timer.objects.open().get().due_at == incident.received_at + timedelta(seconds=30)
    entry = Entry.objects.get(action="incident.reprioritised")
    assert entry.changes == {"priority": ["3", "0"], "urgent": [False, True]}


def test_lowering_a_code_one_needs_a_reason(take: Take, dispatcher: User) -> None:
    incident = take("CRI-204")
    with pytest.raises(ReasonNeeded):
        actions.reprioritise(incident, Priority.objects.get(code=3), by=dispatcher)

    actions.reprioritise(incident, Priority.objects.get(code=3), by=dispatcher, reason="Daders weg")
    incident.refresh_from_db()
    assert (incident.priority_id, incident.version) == (3, 2)


def test_a_stale_change_is_refused_and_changes_nothing(incident: Incident, dispatcher: User) -> None:
    actions.reprioritise(incident, Priority.objects.get(code=2), by=dispatcher, expect=1)

    with pytest.raises(Stale) as refusal:
        actions.reprioritise(incident, Priority.objects.get(code=4), by=dispatcher, expect=1)
    facts = refusal.value.facts
    assert (facts["version"], facts["expected"]) == (2, 1)
    (change,) = facts["changed"]
    assert (change["by"], change["fields"]["priority"]) == ("dispatcher", ["3", "2"])
    incident.refresh_from_db()
    assert incident.priority_id == 2


def test_no_change_leaves_no_trace(incident: Incident, dispatcher: User) -> None:
    actions.reprioritise(incident, Priority.objects.get(code=3), by=dispatcher)

    assert incident.version == 1
    assert not Entry.objects.filter(action="incident.reprioritised").exists()


def test_a_new_type_keeps_the_priority_and_brings_its_sphere(incident: Incident, dispatcher: User) -> None:
    actions.retype(incident, IncidentType.objects.get(code="CRI-106"), by=dispatcher)

    assert (incident.type_id, incident.sphere, incident.priority_id) == ("CRI-106", "judicial", 3)


def test_what_is_over_is_not_changed(incident: Incident, dispatcher: User) -> None:
    actions.cancel(incident, "called_off", by=dispatcher)

    with pytest.raises(MoveNotAllowed):
        actions.retype(incident, IncidentType.objects.get(code="CRI-106"), by=dispatcher)


@pytest.mark.parametrize("text", ["", "   ", "a" * 8001])
def test_an_empty_or_oversize_note_is_refused(incident: Incident, dispatcher: User, text: str) -> None:
    with pytest.raises(InvalidInput):
        actions.add_note(incident, text, by=dispatcher)

    assert not incident.notes.exists()


def test_a_note_may_be_added_after_the_end(incident: Incident, dispatcher: User) -> None:
    actions.cancel(incident, "called_off", by=dispatcher)
    actions.add_note(incident, "Beller belde terug 🙂 <script>", by=dispatcher)

    assert incident.notes.get().text == "Beller belde terug 🙂 <script>"
