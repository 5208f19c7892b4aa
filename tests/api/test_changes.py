"""`updated_since`: what changed, in the order of commits."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from urllib.parse import quote

import pytest
from time_machine import Traveller

from carma import clock as time_now
from carma.accounts.models import User
from carma.api import changes
from carma.events.models import Event
from carma.incidents.actions import add_note
from carma.incidents.models import Incident
from tests.cast import Login, Member

URL = "/api/v1/incidents/"

pytestmark = pytest.mark.usefixtures("committed")


def beginning() -> int:
    """The position before the first event; other tests used up the numbers before it."""
    first = Event.objects.order_by("pos").values_list("pos", flat=True)[0]
    assert first is not None
    return first - 1


@pytest.fixture
def three(take: Callable[..., Incident]) -> list[Incident]:
    return [take(), take(), take()]


def test_it_begins_with_everything(api: Login, dispatcher: User, three: list[Incident]) -> None:
    answer = api(dispatcher).get(f"{URL}?updated_since={beginning()}").json()

    assert [row["reference"] for row in answer["results"]] == [each.reference for each in three]
    assert answer["next"] is None
    assert answer["position"] == Event.objects.order_by("-pos").values_list("pos", flat=True)[0]


def test_then_it_tells_what_changed_since(api: Login, dispatcher: User, three: list[Incident]) -> None:
    client = api(dispatcher)
    position = client.get(f"{URL}?updated_since={beginning()}").json()["position"]
    assert client.get(f"{URL}?updated_since={position}").json()["results"] == []
    add_note(three[2], "x", by=dispatcher)
    add_note(three[0], "x", by=dispatcher)
    add_note(three[2], "y", by=dispatcher)
    told = client.get(f"{URL}?updated_since={position}").json()

    assert [row["reference"] for row in told["results"]] == [three[2].reference, three[0].reference]
    assert client.get(f"{URL}?updated_since={told['position']}").json()["results"] == []


def test_pages_follow_each_other(api: Login, dispatcher: User, three: list[Incident]) -> None:
    client = api(dispatcher)
    add_note(three[0], "x", by=dispatcher)
    address, seen = f"{URL}?updated_since={beginning()}&limit=2", []
    while address:
        page = client.get(address).json()
        seen.append([row["reference"] for row in page["results"]])
        address = page["next"]

    first, second, third = (each.reference for each in three)
    assert seen == [[first, second], [third, first]]


def test_many_events_are_read_in_parts(
    api: Login, dispatcher: User, three: list[Incident], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(changes, "SCANNED", 2)
    client = api(dispatcher)
    address, seen = f"{URL}?updated_since={beginning()}", []
    while address:
        page = client.get(address).json()
        seen += [row["reference"] for row in page["results"]]
        address = page["next"]

    assert seen == [each.reference for each in three]


def test_a_moment_does_as_well(
    api: Login, dispatcher: User, take: Callable[..., Incident], clock: Traveller
) -> None:
    take()
    clock.shift(timedelta(minutes=10))
    since = time_now.now()
    clock.shift(timedelta(seconds=1))
    late = take()
    answer = api(dispatcher).get(f"{URL}?updated_since={quote(since.isoformat())}").json()

    assert [row["reference"] for row in answer["results"]] == [late.reference]


def test_a_deed_told_late_is_not_lost(
    api: Login, dispatcher: User, take: Callable[..., Incident], clock: Traveller
) -> None:
    incident = take()
    before = time_now.now()
    clock.shift(timedelta(minutes=30))
    since = time_now.now()
    add_note(incident, "x", by=dispatcher, at=before)
    answer = api(dispatcher).get(f"{URL}?updated_since={quote(since.isoformat())}").json()

    assert [row["reference"] for row in answer["results"]] == [incident.reference]


def test_nobody_hears_of_what_he_may_not_know(api: Login, member: Member, three: list[Incident]) -> None:
    answer = (
        api(member("elsewhere", "wijk", municipalities=["72004"]))
        .get(f"{URL}?updated_since={beginning()}")
        .json()
    )

    assert answer["results"] == []


def test_what_is_no_longer_kept_is_told(
    api: Login, dispatcher: User, three: list[Incident], clock: Traveller
) -> None:
    position = Event.objects.order_by("pos").values_list("pos", flat=True)[0]
    clock.shift(timedelta(days=8))
    add_note(three[0], "x", by=dispatcher)
    r = api(dispatcher).get(f"{URL}?updated_since={position}")

    assert (r.status_code, r.json()["code"]) == (410, "too_old")


@pytest.mark.parametrize("since", ["yesterday", "", "2026-03-28", "2026-03-28T22:14:00", "-1", "9" * 30])
def test_a_moment_says_its_offset(api: Login, dispatcher: User, since: str) -> None:
    r = api(dispatcher).get(URL, {"updated_since": since})

    assert (r.status_code, r.json()["code"]) == (400, "invalid_input")
    assert r.json()["errors"].keys() == {"updated_since"}
