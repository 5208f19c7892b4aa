from __future__ import annotations

from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import orjson
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from rest_framework.test import APIClient
from time_machine import Traveller

from carma.accounts.models import User
from carma.incidents.models import Incident
from tests.cast import Login

URL = "/api/v1/incidents/"


def walk(client: APIClient, address: str | None) -> Iterator[list[str]]:
    while address:
        page = client.get(address).json()
        yield [row["reference"] for row in page["results"]]
        address = page["next"]


@pytest.fixture
def nine(take: Callable[..., Incident], clock: Traveller) -> list[str]:
    """Nine incidents, three at each of three moments; their numbers, newest first, then by key."""
    taken: list[Incident] = []
    for _moment in range(3):
        taken += [take() for _same in range(3)]
        clock.shift(timedelta(minutes=1))
    taken.sort(key=lambda incident: incident.pk)
    taken.sort(key=lambda incident: incident.received_at, reverse=True)
    return [incident.reference for incident in taken]


@pytest.mark.parametrize("limit", [1, 2, 3, 4, 9, 10])
def test_pages_hold_every_row_once(api: Login, dispatcher: User, nine: list[str], limit: int) -> None:
    pages = list(walk(api(dispatcher), f"{URL}?limit={limit}"))

    assert [number for page in pages for number in page] == nine
    assert all(len(page) == limit for page in pages[:-1])


def test_a_row_that_comes_meanwhile_shifts_nothing(
    api: Login, dispatcher: User, nine: list[str], take: Callable[..., Incident]
) -> None:
    client = api(dispatcher)
    first = client.get(f"{URL}?limit=4").json()
    take()
    rest = [number for page in walk(client, first["next"]) for number in page]

    assert [row["reference"] for row in first["results"]] + rest == nine


def test_filters_stay_on_the_next_page(api: Login, dispatcher: User, nine: list[str]) -> None:
    client = api(dispatcher)
    page = client.get(f"{URL}?limit=2&municipality=71016&open=true").json()

    assert "municipality=71016" in page["next"]
    assert "open=true" in page["next"]
    assert len(client.get(page["next"]).json()["results"]) == 2


def test_it_asks_for_no_count(
    api: Login, dispatcher: User, nine: list[str], django_assert_num_queries: Any
) -> None:
    client = api(dispatcher)
    client.get(URL)
    with django_assert_num_queries(2) as asked:  # the second writes who saw them
        client.get(f"{URL}?limit=5")

    assert "COUNT" not in asked.captured_queries[0]["sql"]
    assert '"search"' not in asked.captured_queries[0]["sql"]


@pytest.mark.parametrize("limit", ["0", "201", "-1", "x", "", "1.5", "1e2", "²", "99999999999999999999"])
def test_a_limit_is_a_small_number(api: Login, dispatcher: User, limit: str) -> None:
    r = api(dispatcher).get(URL, {"limit": limit})

    assert (r.status_code, r.json()["code"]) == (400, "invalid_input")
    assert r.json()["errors"].keys() == {"limit"}


@pytest.mark.parametrize("name", ["stauts", "ordering", "page", "format"])
def test_a_misspelt_parameter_is_refused(api: Login, dispatcher: User, name: str) -> None:
    r = api(dispatcher).get(URL, {name: "x"})

    assert (r.status_code, r.json()["code"]) == (400, "invalid_input")
    assert r.json()["errors"].keys() == {name}


@pytest.mark.parametrize(
    "query",
    [
        "status=gone",
        "status=queued,gone",
        "priority=high",
        "received_from=yesterday",
        "sphere=x",
        "q=" + "x" * 201,
    ],
)
def test_a_filter_that_makes_no_sense_is_refused(api: Login, dispatcher: User, query: str) -> None:
    r = api(dispatcher).get(f"{URL}?{query}")

    assert (r.status_code, r.json()["code"]) == (400, "invalid_input")
    assert r.json()["errors"].keys() == {query.partition("=")[0]}


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.floats(allow_nan=False) | st.text(),
    lambda part: st.lists(part, max_size=3),
)
FORGED = st.lists(JSON, max_size=3).map(
    lambda values: urlsafe_b64encode(orjson.dumps(values, default=str)).decode().rstrip("=")
)


def cursor_of(*values: object) -> str:
    return urlsafe_b64encode(orjson.dumps(list(values))).decode()


@given(st.text(st.characters(exclude_categories=["Cs"])) | FORGED)
@example(cursor_of("2026-03-28T22:14:00Z", "7"))
@example(cursor_of("0001-01-01T00:00:00+14:00", "00000000-0000-0000-0000-000000000000"))
@example(cursor_of("9999-12-31T23:59:59-14:00", "00000000-0000-0000-0000-000000000000"))
@example(cursor_of("2026-03-28T22:14:00", "00000000-0000-0000-0000-000000000000"))
@example(cursor_of("2026-03-28", "00000000-0000-0000-0000-000000000000"))
@example(cursor_of(1774736040, "00000000-0000-0000-0000-000000000000"))
@example("W3RydWUsdHJ1ZV0")  # [true,true]
@example("W10")
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
def test_any_cursor_is_read_or_refused(api: Login, dispatcher: User, cursor: str) -> None:
    r = api(dispatcher).get(URL, {"cursor": cursor})

    assert r.status_code in (200, 400)
    if r.status_code == 400:
        assert r.json()["errors"].keys() == {"cursor"}


@given(FORGED)
@example(cursor_of("GK\0", "00000000-0000-0000-0000-000000000000"))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30, deadline=None)
def test_a_cursor_over_text_and_key_too(api: Login, dispatcher: User, cursor: str) -> None:
    assert api(dispatcher).get("/api/v1/teams/", {"cursor": cursor}).status_code in (200, 400)
