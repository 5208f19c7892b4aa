"""Deeds told late and out of order: the incident keeps the first arrival and the last departure."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine

from carma import clock as time_now
from carma.accounts.models import User
from carma.actionfields.models import Priority
from carma.alerts.models import Alert
from carma.errors import MomentOutOfOrder, MoveNotAllowed
from carma.events.deliveries import deliver_owed
from carma.incidents import actions as incidents
from carma.incidents.models import Incident
from carma.timers.actions import run_due
from interventions import actions
from interventions.models import Assignment, Team

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("geography")]


@pytest.fixture
def second(dispatcher: User, assignment: Assignment, second_team: Team) -> Assignment:
    return actions.assign(second_team, assignment.incident, by=dispatcher)


def test_the_first_arrival_counts_whoever_tells_it_first(
    dispatcher: User, clock: time_machine.Traveller, assignment: Assignment, second: Assignment
) -> None:
    sent = time_now.now()
    clock.shift(timedelta(minutes=10))
    actions.arrive(assignment, by=dispatcher)
    actions.arrive(second, by=dispatcher, at=sent + timedelta(minutes=4), reason="radio lag plat")

    incident = Incident.objects.get()
    assert incident.on_scene_at == sent + timedelta(minutes=4)


def test_the_last_departure_counts_whoever_tells_it_last(
    dispatcher: User, clock: time_machine.Traveller, assignment: Assignment, second: Assignment
) -> None:
    for one in (assignment, second):
        actions.arrive(one, by=dispatcher)
    clock.shift(timedelta(minutes=41))
    last = time_now.now()
    actions.clear(assignment, by=dispatcher)
    actions.clear(second, by=dispatcher, at=last - timedelta(minutes=20), reason="vergeten")

    incident = Incident.objects.get()
    assert (incident.status, incident.cleared_at) == ("cleared", last)


def test_an_order_told_late_does_not_overlap_what_came_after(
    dispatcher: User, clock: time_machine.Traveller, assignment: Assignment, team: Team
) -> None:
    before = time_now.now()
    clock.shift(timedelta(minutes=5))
    actions.abort(assignment, by=dispatcher, reason="vals alarm")
    incident = Incident.objects.get()
    with pytest.raises(MomentOutOfOrder):
        actions.assign(team, incident, by=dispatcher, at=before, reason="op papier")

    assert Assignment.objects.count() == 1


def test_another_priority_leaves_a_safety_alarm_sounding(
    dispatcher: User, clock: time_machine.Traveller, assignment: Assignment
) -> None:
    actions.arrive(assignment, by=dispatcher)
    for hours in (2, 4):
        run_due(time_now.now() + timedelta(hours=hours))
    alert = Alert.objects.get(kind="assignment.no_contact")
    incidents.reprioritise(Incident.objects.get(), Priority.objects.get(pk=4), by=dispatcher)
    deliver_owed()

    alert.refresh_from_db()
    assert alert.status == "raised"
    actions.hear(assignment, by=dispatcher)
    alert.refresh_from_db()
    assert alert.status == "settled"


def test_a_device_in_use_keeps_a_second_team_out(dispatcher: User, team: Team, second_team: Team) -> None:
    second_team.go_off_duty(by=dispatcher)
    for one in (team, second_team):
        one.device = "TETRA-1"
        one.save(update_fields=["device"])
    with pytest.raises(MoveNotAllowed):
        second_team.come_back(by=dispatcher)

    second_team.refresh_from_db()
    assert second_team.status == "off_duty"
