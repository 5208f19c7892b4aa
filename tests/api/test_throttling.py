from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from time_machine import Traveller

from carma.accounts.models import User
from carma.api import throttling
from carma.api.models import Lease
from carma.api.tasks import prune_answers
from tests.api.conftest import Bearing
from tests.cast import Login

URL = "/api/v1/incidents/"

pytestmark = pytest.mark.usefixtures("empty_purse")


def spent(limit: int, tries: int = 1000) -> int:
    """How many of many requests pass in this process."""
    return sum(throttling.spend("default:user:1", limit) for _each in range(tries))


@pytest.mark.parametrize("limit", [1, 7, 49, 50, 51, 120, 999])
def test_a_minute_has_its_limit(db: None, clock: Traveller, limit: int) -> None:
    assert spent(limit) == limit
    clock.shift(timedelta(minutes=1))
    assert spent(limit) == limit


def test_processes_share_the_limit(db: None, clock: Traveller, monkeypatch: pytest.MonkeyPatch) -> None:
    """Three purses are three processes: together they never pass the limit, and leave little of it."""
    purses = [throttling.Purse() for _process in range(3)]
    passed = 0
    for turn in range(3000):
        monkeypatch.setattr(throttling, "purse", purses[turn % 3])
        passed += throttling.spend("default:user:1", 500)

    assert passed == 500


def test_a_share_is_paid_without_asking(
    db: None, clock: Traveller, django_assert_num_queries: Callable[..., Any]
) -> None:
    with django_assert_num_queries(2):
        assert spent(1000, tries=40) == 40


def test_who_spent_it_all_is_not_asked_about_again(
    db: None, clock: Traveller, django_assert_num_queries: Callable[..., Any]
) -> None:
    spent(10)
    with django_assert_num_queries(0):
        assert spent(10) == 0


def test_too_many_are_told_when_to_come_back(
    bearing: Bearing, dispatcher: User, clock: Traveller, settings: Any
) -> None:
    clock.shift(timedelta(seconds=15))
    client = bearing(dispatcher, "incidents.view_incident", rate_per_minute=2)
    assert [client.get(URL).status_code for _each in range(2)] == [200, 200]
    r = client.get(URL)

    assert (r.status_code, r.json()["code"]) == (429, "too_many")
    assert r["Retry-After"] == "45"
    clock.shift(timedelta(seconds=45))
    assert client.get(URL).status_code == 200


def test_each_caller_has_a_purse_of_its_own(
    bearing: Bearing, dispatcher: User, api: Login, clock: Traveller
) -> None:
    narrow = bearing(dispatcher, "incidents.view_incident", rate_per_minute=1)
    assert [narrow.get(URL).status_code for _each in range(2)] == [200, 429]

    assert api(dispatcher).get(URL).status_code == 200
    assert bearing(dispatcher, "incidents.view_incident").get(URL).status_code == 200


def test_searching_has_a_limit_of_its_own(
    api: Login, dispatcher: User, clock: Traveller, settings: Any
) -> None:
    settings.API_RATES = {"default": 100, "search": 2}
    client = api(dispatcher)
    asked = [client.get(f"{URL}?q=fiets").status_code for _each in range(3)]

    assert asked == [200, 200, 429]
    assert client.get(URL).status_code == 200


def test_past_minutes_are_forgotten(db: None, clock: Traveller) -> None:
    spent(10)
    clock.shift(timedelta(minutes=3))
    spent(10)
    prune_answers()

    assert Lease.objects.count() == 1
