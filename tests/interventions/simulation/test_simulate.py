from __future__ import annotations

import time
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError, connections
from time_machine import Traveller

from carma import clock
from carma.accounts.models import User
from carma.actionfields.models import IncidentType
from carma.alerts.models import Alert
from carma.audit.models import Entry
from carma.geo.models import Address
from carma.incidents import actions as incidents
from carma.incidents.actions import CallTold, PlaceTold, take_call
from carma.incidents.models import Call, Incident
from carma.timers.actions import run_due
from interventions import actions
from interventions.management.commands import simulate
from interventions.models import Assignment, Team
from interventions.simulation.cast import PREFIX
from interventions.simulation.running.rounds import DatabaseGone, Simulation

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
STEP = timedelta(seconds=30)


@pytest.fixture
def simulation(manned: Traveller) -> Simulation:
    return Simulation(rate=12, seed=7, speed=1)


@pytest.fixture
def quiet(manned: Traveller) -> Simulation:
    """Officers, but nobody calls."""
    return Simulation(rate=1e-9, seed=7, speed=1)


@pytest.fixture
def person(manned: Traveller) -> User:
    return User.objects.get(username="dispatcher")


@pytest.fixture
def incident(person: User) -> Incident:
    """One that a person took: a fight, priority 1."""
    address = Address.objects.order_by("id")[0]
    place = PlaceTold("Demoplein", address.lat, address.lon, address.pk)
    return take_call(
        CallTold(words="Vechtpartij"), by=person, type=IncidentType.objects.get(code="ORD-101"), place=place
    )


def play(simulation: Simulation, manned: Traveller, span: timedelta, *, step: timedelta = STEP) -> None:
    """Let time pass, with the timers' engine running beside."""
    end = clock.now() + span
    while clock.now() < end:
        manned.shift(step)
        simulation.round()
        run_due(clock.now())


def by_people() -> int:
    entries = Entry.objects.exclude(actor=None).exclude(actor__username__startswith=PREFIX)
    return entries.count()


def test_an_hour_of_calls_are_answered_by_teams(simulation: Simulation, manned: Traveller) -> None:
    play(simulation, manned, HOUR)

    cleared = Assignment.objects.filter(status=Assignment.Status.CLEARED)
    over = Incident.objects.filter(status__in=["closed", "cancelled", "reporting"])
    assert 30 < Call.objects.count() < 110
    assert cleared.count() > 5 and over.count() > 10
    assert set(over.values_list("status", flat=True)) >= {"closed", "cancelled"}
    assert Call.objects.count() > Incident.objects.count()  # somebody called about the same
    assert Entry.objects.filter(action="incident.on_scene").exists()
    assert by_people() == 0


def test_teams_drive_towards_their_incident(
    quiet: Simulation, manned: Traveller, person: User, incident: Incident
) -> None:
    team = Team.objects.get(call_sign="Noor 01")
    start = (team.lat, team.lon)
    assignment = actions.assign(team, incident, by=person)
    seen = set()
    for _ in range(120):
        play(quiet, manned, STEP)
        team.refresh_from_db()
        seen.add((team.lat, team.lon))
        assignment.refresh_from_db()
        if assignment.status == Assignment.Status.ON_SCENE:
            break

    assert assignment.status == Assignment.Status.ON_SCENE
    assert (team.lat, team.lon) == (incident.lat, incident.lon) != start
    assert len(seen) > 3


def test_it_never_sends_a_team_to_an_incident_that_a_person_took(
    quiet: Simulation, manned: Traveller, incident: Incident
) -> None:
    play(quiet, manned, HOUR, step=5 * MINUTE)

    incident.refresh_from_db()
    assert incident.status == Incident.Status.QUALIFIED
    assert not incident.assignments.exists()


def test_nobody_free_makes_the_alert_sound_until_the_officer_of_duty_takes_it(
    simulation: Simulation, manned: Traveller, person: User
) -> None:
    for team in Team.objects.all():
        team.go_out_of_service(by=person)
    play(simulation, manned, HOUR / 2)
    taken = Alert.objects.filter(status=Alert.Status.ACKNOWLEDGED)

    assert Entry.objects.filter(action="alert.raised").count() > 2
    assert {alert.acknowledged_by.username for alert in taken if alert.acknowledged_by} == {
        f"{PREFIX}duty-officer"
    }


def test_the_alert_of_a_persons_incident_is_left_to_people(
    quiet: Simulation, manned: Traveller, incident: Incident
) -> None:
    play(quiet, manned, HOUR / 2, step=MINUTE)

    assert Alert.objects.get(subject_id=str(incident.pk)).status == Alert.Status.RAISED


def test_it_leaves_an_incident_of_its_own_alone_once_a_person_has_it(
    simulation: Simulation, manned: Traveller, person: User
) -> None:
    while not (waiting := Incident.objects.waiting().first()):
        play(simulation, manned, STEP)
    incidents.retype(waiting, IncidentType.objects.get(code="HLP-108"), by=person)
    play(simulation, manned, HOUR / 2, step=2 * MINUTE)

    waiting.refresh_from_db()
    assert waiting.is_waiting
    assert not waiting.assignments.exists()


def test_it_leaves_a_team_alone_whose_buttons_a_person_presses(
    quiet: Simulation, manned: Traveller, person: User, incident: Incident
) -> None:
    assignment = actions.assign(Team.objects.all()[0], incident, by=person)
    quiet.round()
    actions.depart(assignment, by=person)
    play(quiet, manned, HOUR, step=5 * MINUTE)

    assignment.refresh_from_db()
    assert assignment.status == Assignment.Status.EN_ROUTE


def test_a_person_who_closes_first_stops_nothing(
    simulation: Simulation, manned: Traveller, person: User
) -> None:
    while not (waiting := Incident.objects.waiting().first()):
        play(simulation, manned, STEP)
    incidents.cancel(waiting, Incident.Cancelled.FALSE_CALL, by=person)
    play(simulation, manned, HOUR / 2, step=2 * MINUTE)

    waiting.refresh_from_db()
    assert waiting.status == Incident.Status.CANCELLED
    assert Incident.objects.exclude(pk=waiting.pk).exists()


def test_after_a_restart_it_goes_on_with_what_is_open(simulation: Simulation, manned: Traveller) -> None:
    play(simulation, manned, HOUR / 2)
    left = set(Incident.objects.open().values_list("pk", flat=True))
    again = Simulation(rate=1e-9, seed=7, speed=1)
    play(again, manned, 8 * HOUR, step=10 * MINUTE)

    still = Incident.objects.filter(pk__in=left).open().count()
    assert left and still < len(left) / 2
    assert not Incident.objects.filter(status=Incident.Status.CLEARED).exists()


def test_a_speed_lets_everything_happen_sooner(manned: Traveller) -> None:
    play(Simulation(rate=1, seed=3, speed=60), manned, 2 * MINUTE, step=timedelta(seconds=2))

    assert 5 < Call.objects.count() < 30
    assert Assignment.objects.filter(status=Assignment.Status.CLEARED).exists()


def test_losing_the_database_loses_no_step(simulation: Simulation, manned: Traveller) -> None:
    told: list[str] = []

    def act() -> None:
        told.append("tried")
        if len(told) == 1:
            raise OperationalError("server closed the connection\nunexpectedly")

    simulation.agenda.add(clock.now(), act)
    with pytest.raises(DatabaseGone, match=r"^server closed the connection$"):
        simulation.round()
    simulation.round()

    assert told == ["tried", "tried"]


def test_the_command_waits_for_a_lost_database_and_says_so(
    manned: Traveller, monkeypatch: pytest.MonkeyPatch
) -> None:
    rounds: list[int] = []

    class Shaky:
        def __init__(self, **told: Any) -> None:
            pass

        def round(self) -> None:
            rounds.append(1)
            if len(rounds) == 2:
                raise DatabaseGone("server closed the connection")

    ticks = iter(range(100))
    monkeypatch.setattr(simulate, "Simulation", Shaky)
    monkeypatch.setattr(time, "sleep", lambda seconds: None)
    monkeypatch.setattr(time, "monotonic", lambda: float(next(ticks)))
    monkeypatch.setattr(connections, "close_all", lambda: None)
    out, err = StringIO(), StringIO()
    call_command("simulate", "--for", "5", stdout=out, stderr=err)

    assert "the database is gone, waiting: server closed the connection" in err.getvalue()
    assert "the database is back" in out.getvalue()


def test_a_zone_without_addresses_is_told_what_to_do(db: None) -> None:
    with pytest.raises(CommandError, match="load_demo"):
        call_command("simulate", "--for", "1")


@pytest.mark.parametrize("rate", ["0", "-1", "much", "nan", "20000"])
def test_an_impossible_rate_is_refused(db: None, rate: str) -> None:
    with pytest.raises(CommandError):
        call_command("simulate", f"--rate={rate}")
