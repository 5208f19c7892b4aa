"""The clocks over a team under way: not en route, not on scene, no word from the scene."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine

from carma import clock as time_now
from carma.accounts.models import User
from carma.actionfields.models import Priority
from carma.alerts.models import Alert
from carma.events.deliveries import deliver_owed
from carma.events.models import Event
from carma.incidents.actions import reprioritise
from carma.incidents.models import Incident
from carma.timers.actions import run_due
from carma.timers.models import Timer
from interventions import actions
from interventions.models import Assignment, Team

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock", "duty_officer")]
Take = Callable[..., Incident]
Traveller = time_machine.Traveller


@pytest.fixture
def urgent(take: Take, team: Team, dispatcher: User) -> Assignment:
    """Priority 1: en route within 2, 3 min; on scene within 12, 15 min; heard every 15, 20 min."""
    return actions.assign(team, take("CRI-204"), by=dispatcher)


def pass_time(clock: Traveller, minutes: float) -> None:
    clock.shift(timedelta(minutes=minutes))
    while run_due(at=time_now.now()):
        pass


def told() -> list[str]:
    """The kinds of alert that sound now."""
    return list(Alert.objects.sounding().values_list("kind", flat=True))


def test_a_team_that_does_not_leave(urgent: Assignment, clock: Traveller) -> None:
    pass_time(clock, 2)
    assert (Event.objects.filter(kind="assignment.late").count(), told()) == (1, [])

    pass_time(clock, 1)
    assert told() == ["assignment.not_en_route"]
    assert "GK12" in Alert.objects.get().message


def test_accepting_is_not_leaving(urgent: Assignment, dispatcher: User, clock: Traveller) -> None:
    pass_time(clock, 2.5)
    actions.accept(urgent, by=dispatcher)
    pass_time(clock, 0.5)

    assert told() == ["assignment.not_en_route"], "it counts from the order"


def test_leaving_stops_it_and_what_it_raised(urgent: Assignment, dispatcher: User, clock: Traveller) -> None:
    pass_time(clock, 3)
    actions.depart(urgent, by=dispatcher)

    assert told() == []
    assert Alert.objects.get().status == "settled"


def test_a_team_that_does_not_arrive(urgent: Assignment, dispatcher: User, clock: Traveller) -> None:
    actions.depart(urgent, by=dispatcher)
    pass_time(clock, 14.9)
    assert told() == []

    pass_time(clock, 0.1)
    assert told() == ["assignment.not_on_scene"]


def test_no_word_from_the_scene(urgent: Assignment, dispatcher: User, clock: Traveller) -> None:
    actions.arrive(urgent, by=dispatcher)
    pass_time(clock, 20)
    assert told() == ["assignment.no_contact"]

    actions.hear(urgent, by=dispatcher)
    assert told() == []
    pass_time(clock, 19.9)
    assert told() == []
    pass_time(clock, 0.1)
    assert told() == ["assignment.no_contact"]


def test_each_team_has_clocks_of_its_own(
    urgent: Assignment, second_team: Team, dispatcher: User, clock: Traveller
) -> None:
    clock.shift(timedelta(minutes=1))
    second = actions.assign(second_team, urgent.incident, by=dispatcher)
    actions.depart(urgent, by=dispatcher)
    pass_time(clock, 3)

    (alert,) = Alert.objects.sounding()
    assert (alert.kind, alert.about) == ("assignment.not_en_route", str(second.pk))


@pytest.mark.parametrize("verb", ["refuse", "abort"])
def test_not_going_ends_the_clocks(urgent: Assignment, dispatcher: User, clock: Traveller, verb: str) -> None:
    getattr(actions, verb)(urgent, by=dispatcher, reason="Band lek")
    assert not Timer.objects.filter(about=str(urgent.pk), ended_at=None).exists()

    pass_time(clock, 2)
    assert told() == ["incident.unassigned"], "it waits again, and that counts from now"


def test_the_truth_is_checked_again_at_firing(urgent: Assignment, clock: Traveller) -> None:
    """A timer that nobody cancelled must still not warn of what is over."""
    Assignment.objects.filter(pk=urgent.pk).update(status="on_scene")
    pass_time(clock, 5)

    assert told() == []


def test_a_higher_priority_has_shorter_terms(
    take: Take, team: Team, dispatcher: User, clock: Traveller
) -> None:
    calm = actions.assign(team, take("ORD-106"), by=dispatcher)
    clock.shift(timedelta(minutes=1, seconds=30))
    reprioritise(calm.incident, Priority.objects.get(code=0), by=dispatcher)
    deliver_owed()
    assert told() == []

    pass_time(clock, 0.5)
    assert told() == ["assignment.not_en_route"], "code 0 gives two minutes from the order"


def test_a_priority_without_terms_has_no_clock(
    urgent: Assignment, dispatcher: User, clock: Traveller
) -> None:
    reprioritise(urgent.incident, Priority.objects.get(code=4), by=dispatcher, reason="Loos alarm")
    deliver_owed()
    pass_time(clock, 60)

    assert told() == []
