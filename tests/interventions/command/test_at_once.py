"""Two hands at the command bar at once, on real commits."""

from __future__ import annotations

from uuid import uuid4

import pytest

from carma.accounts.models import User
from carma.errors import DomainError
from carma.incidents.models import Incident
from interventions.command import bar, undo
from interventions.models import Assignment, Deed, Team
from tests.interventions.test_race import at_once

pytestmark = pytest.mark.usefixtures("committed")


def seen(*records: Incident | Team) -> list[bar.Seen]:
    return [(record._meta.model_name or "", record.pk, record.version) for record in records]


def test_enter_pressed_twice_writes_one_note(dispatcher: User, incident: Incident) -> None:
    key = uuid4()
    answers = at_once(*[lambda: bar.run("N 1 Hond", key=key, seen=[], by=dispatcher)] * 2)

    assert [answer.pk for answer in answers] == [key, key]
    assert incident.notes.count() == 1


def test_of_two_who_send_one_team_one_is_told(
    dispatcher: User, team_lead: User, incident: Incident, team: Team
) -> None:
    told = seen(incident, team)
    answers = at_once(
        lambda: bar.run("D 12 1", key=uuid4(), seen=told, by=dispatcher),
        lambda: bar.run("D 12 1", key=uuid4(), seen=told, by=team_lead),
    )

    (refusal,) = [answer for answer in answers if isinstance(answer, DomainError)]
    assert refusal.code in ("stale", "team_not_available")
    assert Assignment.objects.count() == Deed.objects.count() == 1


def test_undo_pressed_twice_undoes_once(dispatcher: User, incident: Incident, team: Team) -> None:
    deed = bar.run("D 12 1", key=uuid4(), seen=seen(incident, team), by=dispatcher)
    answers = at_once(*[lambda: undo.undo(Deed.objects.get(pk=deed.pk), by=dispatcher)] * 2)

    assert [answer.pk for answer in answers] == [deed.pk, deed.pk]
    assert Assignment.objects.get().version == 2
