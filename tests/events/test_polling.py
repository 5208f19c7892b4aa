"""What pages ask for where the stream does not reach them."""

from __future__ import annotations

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from carma.accounts.models import User
from carma.events import position
from carma.events.models import Event
from carma.events.stream import feed
from tests.cast import Member
from tests.events.streaming import tell

URL = "/events/"


@pytest.fixture
def browser(client: Client, dispatcher: User) -> Client:
    client.force_login(dispatcher)
    return client


def test_it_tells_what_happened_after_a_position(committed: None, browser: Client) -> None:
    first, second, third = tell(), tell(), tell()
    r = browser.get(URL, {"after": first})

    assert r.status_code == 200
    assert [event["pos"] for event in r.json()["events"]] == [second, third]
    assert r.json()["events"][0] == {
        "pos": second,
        "kind": "incident.queued",
        "type": "incidents.incident",
        "id": "one",
        "version": 1,
    }
    assert (r.json()["pos"], r.json()["resync"]) == (third, False)
    assert "no-store" in r.headers["Cache-Control"]


def test_without_a_position_it_tells_only_where_the_feed_is(committed: None, browser: Client) -> None:
    pos = tell()
    told = browser.get(URL).json()

    assert (told["events"], told["pos"], told["resync"]) == ([], pos, False)
    assert set(told) == {"events", "pos", "resync", "at", "engine"}


def test_an_outsider_hears_nothing_but_moves_along(committed: None, client: Client, member: Member) -> None:
    client.force_login(member("outsider", "wijk", municipalities=["72004"]))
    before = position.latest()
    foreign, own = tell("incident:71016"), tell("incident:72004")
    last = tell("")
    r = client.get(URL, {"after": before})

    assert foreign < own
    assert [event["pos"] for event in r.json()["events"]] == [own]
    assert r.json()["pos"] == last


def test_who_was_away_too_long_fetches_anew(
    committed: None, browser: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feed, "BACKLOG", 2)
    first, _, _, last = tell(), tell(), tell(), tell()
    r = browser.get(URL, {"after": first})

    assert (r.json()["events"], r.json()["pos"], r.json()["resync"]) == ([], last, True)
    assert not browser.get(URL, {"after": first + 1}).json()["resync"]


def test_what_is_no_longer_kept_can_not_be_caught_up_with(committed: None, browser: Client) -> None:
    first, second, third = tell(), tell(), tell()
    Event.objects.filter(pos__lte=second).delete()

    assert browser.get(URL, {"after": first}).json()["resync"]
    assert not browser.get(URL, {"after": second}).json()["resync"]
    assert not browser.get(URL, {"after": third}).json()["resync"]


def test_a_position_of_another_life_fetches_anew(committed: None, browser: Client) -> None:
    pos = tell()
    r = browser.get(URL, {"after": pos + 5})

    assert (r.json()["pos"], r.json()["resync"]) == (pos, True)


@pytest.mark.parametrize("after", ["abc", "-1", "", "9" * 30])
def test_a_position_that_is_none_is_refused(db: None, browser: Client, after: str) -> None:
    r = browser.get(URL, {"after": after})

    assert (r.status_code, r.json()["code"]) == (400, "invalid_input")


def test_without_a_session_a_script_is_told_so(db: None, client: Client) -> None:
    r = client.get(URL)

    assert (r.status_code, r.json()["code"]) == (401, "not_authenticated")


def test_polling_does_not_keep_the_session_alive(db: None, browser: Client) -> None:
    before = Session.objects.get().expire_date
    r = browser.get(URL)

    assert not r.cookies
    assert Session.objects.get().expire_date == before


def test_it_asks_the_database_little(
    committed: None, browser: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    tell()
    with django_assert_max_num_queries(7):
        browser.get(URL, {"after": 0})
