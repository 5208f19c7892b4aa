from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import OperationalError, connection
from django.test import Client

from carma import clock
from carma.timers.models import Heartbeat, Timer


@pytest.fixture
def awake(db: None) -> None:
    Heartbeat.objects.create(name="watchdog", at=clock.database_now())


@pytest.fixture
def database_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*args: object, **kwargs: object) -> None:
        raise OperationalError("connection refused")

    monkeypatch.setattr(connection, "cursor", refuse)


def test_it_is_healthy_while_the_engine_runs(client: Client, awake: None) -> None:
    answer = client.get("/health/deep")

    assert (answer.status_code, answer.json()) == (
        200,
        {"healthy": True, "database": True, "engine": True, "timers": True},
    )


def test_a_silent_engine_is_told(client: Client, db: None) -> None:
    Heartbeat.objects.create(name="watchdog", at=clock.database_now() - timedelta(seconds=16))
    answer = client.get("/health/deep")

    assert (answer.status_code, answer.json()["engine"]) == (503, False)


def test_a_timer_that_did_not_fire_is_told(client: Client, awake: None) -> None:
    due = clock.database_now() - timedelta(seconds=31)
    Timer.objects.create(kind="test.remind", subject_type="accounts.user", subject_id="1", due_at=due)

    assert client.get("/health/deep").json()["timers"] is False


def test_without_a_database_it_lives_but_is_not_ready(client: Client, database_gone: None) -> None:
    assert client.get("/health/live").status_code == 200
    assert client.get("/health/ready").status_code == 503
    assert client.get("/health/deep").json() == {"healthy": False, "database": False}


def test_it_asks_nobody_to_sign_in_even_with_an_old_cookie(client: Client, database_gone: None) -> None:
    client.cookies["sessionid"] = "of another day"

    assert client.get("/health/live").status_code == 200
    assert client.get("/login/").status_code == 200
