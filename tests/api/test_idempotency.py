from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Event as Signal
from typing import Any

import pytest
from django.db import connection
from django.http import HttpResponse
from time_machine import Traveller

from carma.accounts.models import User
from carma.api.idempotency import answer_once
from carma.api.models import Answer
from carma.api.tasks import prune_answers
from carma.audit.models import Entry
from carma.events.models import Event
from carma.incidents.models import Incident
from tests.cast import Login

URL = "/api/v1/incidents/"
KEY = {"Idempotency-Key": "0f1c6f3e-6a3c-4a51-9a0e-2f6a3f5a0b11"}


def test_sent_twice_it_happens_once(api: Login, dispatcher: User) -> None:
    client = api(dispatcher)
    first = client.post(URL, {"words": "lawaai"}, headers=KEY)
    events, entries = Event.objects.count(), Entry.objects.count()
    second = client.post(URL, {"words": "lawaai"}, headers=KEY)

    assert first.status_code == second.status_code == 201
    assert second.content == first.content
    assert (second["ETag"], second["Location"]) == (first["ETag"], first["Location"])
    assert second["Idempotency-Replayed"] == "true"
    assert "Idempotency-Replayed" not in first
    assert Incident.objects.count() == 1
    assert (Event.objects.count(), Entry.objects.count()) == (events, entries)


def test_the_order_of_keys_is_no_other_body(api: Login, dispatcher: User) -> None:
    client = api(dispatcher)
    client.post(URL, {"words": "x", "channel": "desk"}, headers=KEY)
    r = client.post(URL, {"channel": "desk", "words": "x"}, headers=KEY)

    assert r["Idempotency-Replayed"] == "true"


def test_another_body_is_refused(api: Login, dispatcher: User) -> None:
    client = api(dispatcher)
    client.post(URL, {"words": "lawaai"}, headers=KEY)
    r = client.post(URL, {"words": "brand"}, headers=KEY)

    assert (r.status_code, r.json()["code"]) == (422, "idempotency_mismatch")
    assert Incident.objects.count() == 1


def test_another_address_is_refused(api: Login, dispatcher: User, incident: Incident) -> None:
    client = api(dispatcher)
    client.post(f"{URL}{incident.pk}/note/", {"text": "x"}, headers=KEY)
    r = client.post(f"{URL}{incident.pk}/queue/", {}, headers=KEY)

    assert (r.status_code, r.json()["code"]) == (422, "idempotency_mismatch")


def test_another_users_key_is_another_key(api: Login, dispatcher: User, officer: User) -> None:
    one = api(dispatcher).post(URL, {"words": "x"}, headers=KEY)
    other = api(officer).post(URL, {"words": "x"}, headers=KEY)

    assert one.json()["id"] != other.json()["id"]
    assert Answer.objects.count() == 2


def test_a_refusal_may_be_tried_again(api: Login, dispatcher: User, incident: Incident) -> None:
    client = api(dispatcher)
    stale = client.post(f"{URL}{incident.pk}/queue/", {"version": 99}, headers=KEY)
    assert stale.status_code == 412
    assert not Answer.objects.exists()
    r = client.post(f"{URL}{incident.pk}/queue/", {"version": incident.version}, headers=KEY)

    assert r.status_code == 200


@pytest.mark.parametrize("key", ["", "x" * 256, "a\tb"])
def test_a_key_must_be_plain(api: Login, dispatcher: User, key: str) -> None:
    r = api(dispatcher).post(URL, {}, headers={"Idempotency-Key": key})

    assert (r.status_code, r.json()["code"]) == (400, "invalid_input")
    assert "Idempotency-Key" in r.json()["errors"]


def test_it_costs_two_statements(api: Login, dispatcher: User, django_assert_num_queries: Any) -> None:
    class Plain:
        method, path, user = "POST", "/x/", dispatcher
        data: dict[str, int] = {}
        headers = KEY

    def deed() -> HttpResponse:
        return HttpResponse(b"{}")

    with django_assert_num_queries(4):  # with the savepoint and its release
        answer_once(Plain, deed)  # type: ignore[arg-type]


def test_answers_are_forgotten_after_a_week(api: Login, dispatcher: User, clock: Traveller) -> None:
    api(dispatcher).post(URL, {"words": "iets"}, headers=KEY)
    clock.shift(timedelta(days=6, hours=23))
    prune_answers()
    assert Answer.objects.count() == 1
    clock.shift(timedelta(hours=2))
    prune_answers()

    assert not Answer.objects.exists()


def test_a_second_request_waits_for_the_first(committed: None, api: Login, dispatcher: User) -> None:
    """While the first is still at work, a duplicate waits; then it gets the same answer."""
    begun, go_on = Signal(), Signal()

    class Sent:
        method, path, data, user = "POST", "/x/", {"a": 1}, dispatcher
        headers = KEY

    def slow() -> HttpResponse:
        begun.set()
        assert go_on.wait(10)
        return HttpResponse(b'{"deed": 1}', status=201)

    def send(deed: Any) -> tuple[int, bytes, bool]:
        try:
            answer = answer_once(Sent, deed)  # type: ignore[arg-type]
            return answer.status_code, answer.content, "Idempotency-Replayed" in answer
        finally:
            connection.close()

    def never() -> HttpResponse:
        raise AssertionError("the deed happened twice")

    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(send, slow)
        assert begun.wait(10)
        second = pool.submit(send, never)
        waits_for_lock()
        go_on.set()

        assert first.result(10) == (201, b'{"deed": 1}', False)
        assert second.result(10) == (201, b'{"deed": 1}', True)


def test_when_the_first_fails_the_second_does_it(committed: None, dispatcher: User) -> None:
    begun, go_on = Signal(), Signal()

    class Sent:
        method, path, data, user = "POST", "/x/", {"a": 1}, dispatcher
        headers = KEY

    def failing() -> HttpResponse:
        begun.set()
        assert go_on.wait(10)
        raise ValueError("refused")

    def send(deed: Any) -> bytes:
        try:
            return answer_once(Sent, deed).content  # type: ignore[arg-type]
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(send, failing)
        assert begun.wait(10)
        second = pool.submit(send, lambda: HttpResponse(b"done"))
        waits_for_lock()
        go_on.set()

        with pytest.raises(ValueError, match="refused"):
            first.result(10)
        assert second.result(10) == b"done"


def waits_for_lock() -> None:
    """Come back once some other connection waits for a lock that is held."""
    with connection.cursor() as cursor:
        for _try in range(100_000):
            cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
            if cursor.fetchone()[0]:
                return
    raise AssertionError("nobody waits")
