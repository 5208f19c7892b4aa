from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from carma.accounts.models import User
from carma.errors import MoveNotAllowed
from carma.events.deliveries import deliver_owed
from carma.followups import actions
from carma.followups.models import FollowUp
from carma.incidents.models import Incident
from interventions import actions as dispatch
from interventions.models import Team

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock", "geography")]
Take = Callable[..., Incident]


def kinds(incident: Incident) -> list[str]:
    return sorted(incident.follow_ups.values_list("kind", flat=True))


def test_victim_care_is_asked_when_a_team_confirms_an_urgent_fact(
    take: Take, dispatcher: User, team: Team
) -> None:
    incident = take("CRI-204")
    assignment = dispatch.assign(team, incident, by=dispatcher)
    deliver_owed()
    assert kinds(incident) == []

    dispatch.arrive(assignment, by=dispatcher)
    deliver_owed()
    assert kinds(incident) == ["victim_care"]


def test_the_rest_is_asked_when_the_incident_is_cleared(take: Take, dispatcher: User, team: Team) -> None:
    incident = take("CRI-204")
    assignment = dispatch.assign(team, incident, by=dispatcher)
    dispatch.arrive(assignment, by=dispatcher)
    dispatch.clear(assignment, by=dispatcher)
    deliver_owed()

    assert kinds(incident) == ["investigation", "neighbourhood", "prevention", "victim_care"]
    asked = incident.follow_ups.get(kind="victim_care")
    assert asked.due_at == asked.asked_at + timedelta(days=3)


def test_asking_twice_asks_once(incident: Incident) -> None:
    first = actions.ask(incident, "neighbourhood", at=incident.received_at)
    assert actions.ask(incident, "neighbourhood", at=incident.received_at) == first


def test_it_is_taken_and_finished_or_declined(incident: Incident, dispatcher: User) -> None:
    follow_up = actions.ask(incident, "neighbourhood", at=incident.received_at)
    follow_up.take(by=dispatcher)
    follow_up.finish(by=dispatcher)
    assert follow_up.ended_at is not None

    with pytest.raises(MoveNotAllowed):
        follow_up.decline(by=dispatcher)


def test_who_may_not_know_the_incident_does_not_see_it(incident: Incident, outsider: User) -> None:
    actions.ask(incident, "neighbourhood", at=incident.received_at)

    assert not FollowUp.objects.visible_to(outsider).exists()
