"""The engine itself: one firing whatever happens, and no row that holds up another."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Barrier
from typing import Any

import pytest
import time_machine
from django.db import connection, transaction

from carma import clock as time_now
from carma import registry
from carma.alerts.models import Alert
from carma.events.deliveries import deliver_owed
from carma.events.models import Event
from carma.timers.actions import MAX_ATTEMPTS, run_due, set_timer
from carma.timers.models import Timer
from interventions.models import Team

Traveller = time_machine.Traveller


@pytest.fixture
def fired(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Timers of the kind "test.fine" note the call sign of their team here; "test.poison" always fails."""
    noted: list[str] = []

    def fine(timer: Any, team: Any) -> None:
        noted.append(team.call_sign)

    def poison(timer: Any, team: Any) -> None:
        raise ZeroDivisionError

    monkeypatch.setitem(registry._timers, "test.fine", fine)
    monkeypatch.setitem(registry._timers, "test.poison", poison)
    return noted


@pytest.mark.django_db
def test_a_timer_may_set_the_next_of_its_kind(
    monkeypatch: pytest.MonkeyPatch, team: Team, clock: Traveller
) -> None:
    def again(timer: Any, team: Any) -> None:
        set_timer("test.again", team, due_at=timer.due_at + timedelta(minutes=1))

    monkeypatch.setitem(registry._timers, "test.again", again)
    set_timer("test.again", team, due_at=time_now.now())
    assert run_due(at=time_now.now()) == 1

    following = Timer.objects.of(team).open().get()
    assert following.due_at == time_now.now() + timedelta(minutes=1)


@pytest.mark.django_db
def test_a_poison_timer_holds_up_no_other(
    fired: list[str], team: Team, second_team: Team, clock: Traveller
) -> None:
    now = time_now.now()
    set_timer("test.poison", team, due_at=now - timedelta(seconds=9))
    set_timer("test.fine", second_team, due_at=now)

    assert run_due(at=now) == 1
    assert fired == ["BR21"]


@pytest.mark.django_db
def test_a_poison_timer_is_set_apart_and_somebody_told(
    fired: list[str], team: Team, clock: Traveller
) -> None:
    set_timer("test.poison", team, due_at=time_now.now())
    waits = []
    for _ in range(MAX_ATTEMPTS):
        run_due(at=time_now.now())
        poison = Timer.objects.get(kind="test.poison")
        waits.append(poison.not_before)
        clock.move_to(max(time_now.now(), poison.not_before or time_now.now()))

    assert (poison.outcome, poison.attempts) == ("dead", MAX_ATTEMPTS)
    assert "ZeroDivisionError" in poison.last_error
    assert len(set(waits)) == MAX_ATTEMPTS - 1, "it waits longer each time, and not after the last"
    assert Event.objects.filter(kind="timer.dead").count() == 1
    deliver_owed()
    alert = Alert.objects.get(kind="timer.dead")
    assert "test.poison" in alert.message
    assert run_due(at=time_now.now() + timedelta(hours=1)) == 1, "only the alert repeats"


@pytest.fixture
def due_at(committed: None, fired: list[str]) -> datetime:
    return time_now.now()


def in_two_processes(work: Any) -> list[Any]:
    """Run `work` in two threads with connections of their own, at the same moment."""
    together = Barrier(2)

    def run() -> Any:
        try:
            connection.ensure_connection()
            together.wait(timeout=10)
            return work()
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        return [one.result(timeout=30) for one in [pool.submit(run), pool.submit(run)]]


def test_two_processes_fire_it_once(due_at: datetime, fired: list[str], team: Team) -> None:
    teams = [
        Team.objects.create(call_sign=f"T{number}", base="Genk", status_since=due_at) for number in range(12)
    ]
    for each in teams:
        set_timer("test.fine", each, due_at=due_at)

    done = in_two_processes(lambda: run_due(at=due_at))

    assert sorted(fired) == sorted(each.call_sign for each in teams)
    assert sum(done) == 12
    assert not Timer.objects.filter(ended_at=None).exists()


def test_a_record_somebody_works_on_is_left_for_the_next_round(
    due_at: datetime, fired: list[str], team: Team
) -> None:
    set_timer("test.fine", team, due_at=due_at)
    with transaction.atomic():
        team.hold()
        with ThreadPoolExecutor(1) as pool:
            assert pool.submit(_fire_elsewhere, due_at).result(timeout=30) == 0
    assert fired == []

    assert run_due(at=due_at) == 1
    assert fired == ["GK12"]


def _fire_elsewhere(at: datetime) -> int:
    try:
        return run_due(at=at)
    finally:
        connection.close()
