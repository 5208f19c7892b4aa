"""From a late incident to a person who says "I have it": a warning, an alert, repeats, the next step."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine

from carma import clock as time_now
from carma.accounts.models import User
from carma.alerts.models import Alert
from carma.audit.models import Entry
from carma.duty.models import Turn
from carma.errors import MoveNotAllowed
from carma.events.models import Event
from carma.incidents.models import Incident
from carma.timers.actions import run_due
from carma.timers.models import Timer
from interventions.actions import assign
from interventions.models import Team

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]
Take = Callable[..., Incident]
Traveller = time_machine.Traveller


@pytest.fixture
def urgent(clock: Traveller, take: Take) -> Incident:
    """Priority 1: warns after 60 s without a team, escalates after 106 s."""
    incident = take("CRI-204")
    assert incident.priority_id == 1
    return incident


def pass_time(clock: Traveller, seconds: float) -> int:
    clock.shift(timedelta(seconds=seconds))
    return run_due(at=time_now.now())


def test_it_warns_the_board_first(urgent: Incident, duty_officer: User, clock: Traveller) -> None:
    assert pass_time(clock, 59) == 0
    assert pass_time(clock, 1) == 1

    assert Event.objects.filter(kind="incident.late", subject_id=urgent.pk).count() == 1
    assert not Alert.objects.exists()
    assert Timer.objects.of(urgent).open().get().step == 1


def test_then_the_officer_of_duty_is_alerted(urgent: Incident, duty_officer: User, clock: Traveller) -> None:
    pass_time(clock, 60)
    pass_time(clock, 46)

    alert = Alert.objects.get()
    assert (alert.kind, alert.subject_id, alert.priority) == ("incident.unassigned", str(urgent.pk), 1)
    assert list(alert.recipients.all()) == [duty_officer]
    assert alert.raised_at == urgent.received_at + timedelta(seconds=106)
    assert Entry.objects.filter(action="alert.raised", subject_id=alert.pk).count() == 1
    assert Event.objects.filter(kind="alert.raised", subject_id=alert.pk).count() == 1


def test_it_repeats_and_climbs_until_acknowledged(
    urgent: Incident, duty_officer: User, dispatcher: User, clock: Traveller
) -> None:
    hour = timedelta(hours=1)
    now = time_now.now()
    Turn.objects.create(function="dispatch", person=dispatcher, starts_at=now - hour, ends_at=now + hour)
    pass_time(clock, 60)
    pass_time(clock, 46)
    for _ in range(5):
        assert pass_time(clock, 30) == 1
    alert = Alert.objects.get()
    assert (alert.times_told, alert.level, alert.recipients.count()) == (6, 0, 1)

    pass_time(clock, 30)
    alert.refresh_from_db()
    assert (alert.times_told, alert.level) == (7, 1)
    assert set(alert.recipients.all()) == {duty_officer, dispatcher}
    assert Event.objects.filter(kind="alert.repeated").count() == 6

    alert.acknowledge(by=dispatcher)
    assert pass_time(clock, 300) == 0
    alert.refresh_from_db()
    assert (alert.status, alert.acknowledged_by, alert.times_told) == ("acknowledged", dispatcher, 7)
    assert Entry.objects.get(action="alert.acknowledged").actor == dispatcher


def test_the_second_to_acknowledge_is_told_who_was_first(
    urgent: Incident, duty_officer: User, dispatcher: User, clock: Traveller
) -> None:
    pass_time(clock, 60)
    pass_time(clock, 46)
    first, second = Alert.objects.get(), Alert.objects.get()
    duty_officer.first_name, duty_officer.last_name = "Lien", "Claes"
    duty_officer.save(update_fields=["first_name", "last_name"])
    first.acknowledge(by=duty_officer)

    with pytest.raises(MoveNotAllowed, match="Lien Claes"):
        second.acknowledge(by=dispatcher)
    assert Entry.objects.filter(action="alert.acknowledged").count() == 1


def test_a_team_sent_in_time_keeps_it_quiet(
    urgent: Incident, duty_officer: User, dispatcher: User, team: Team, clock: Traveller
) -> None:
    clock.shift(timedelta(seconds=90))
    assign(team, urgent, by=dispatcher)
    run_due(at=time_now.now() + timedelta(seconds=20))

    assert not Alert.objects.exists()
    assert not Event.objects.filter(kind="incident.late").exists()


def test_a_team_sent_after_the_alert_settles_it(
    urgent: Incident, duty_officer: User, dispatcher: User, team: Team, clock: Traveller
) -> None:
    pass_time(clock, 60)
    pass_time(clock, 46)
    assign(team, urgent, by=dispatcher)

    assert Alert.objects.get().status == "settled"
    assert not Timer.objects.filter(kind="alert.repeat", ended_at=None).exists()


def test_the_truth_is_checked_again_at_firing(urgent: Incident, duty_officer: User, clock: Traveller) -> None:
    """A timer that nobody cancelled must still not warn of what is over."""
    Incident.objects.filter(pk=urgent.pk).update(status="cancelled")
    pass_time(clock, 200)

    assert not Event.objects.filter(kind="incident.late").exists()
    assert not Alert.objects.exists()


def test_nobody_on_duty_still_raises_it(urgent: Incident, clock: Traveller) -> None:
    pass_time(clock, 60)
    pass_time(clock, 46)

    alert = Alert.objects.get()
    assert (alert.recipients.count(), alert.level) == (0, 1)


def test_after_an_outage_it_is_told_once(urgent: Incident, duty_officer: User, clock: Traveller) -> None:
    pass_time(clock, 60)
    pass_time(clock, 46)
    clock.shift(timedelta(hours=1))
    while run_due(at=time_now.now()):
        pass

    alert = Alert.objects.get()
    assert (alert.times_told, alert.level) == (2, 1)
