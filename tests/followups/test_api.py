from __future__ import annotations

from collections.abc import Callable
from uuid import uuid4

import pytest

from carma import clock as time_now
from carma.accounts.models import User
from carma.audit.models import Entry
from carma.events.models import Event
from carma.followups.actions import ask
from carma.followups.models import FollowUp
from carma.incidents.models import Incident
from tests.cast import Login

URL = "/api/v1/followups/"


@pytest.fixture
def follow_up(take: Callable[..., Incident]) -> FollowUp:
    return ask(take("CRI-204"), FollowUp.Kind.PREVENTION, at=time_now.now())


def test_a_service_takes_and_finishes_it(api: Login, dispatcher: User, follow_up: FollowUp) -> None:
    client = api(dispatcher)
    (row,) = client.get(f"{URL}?kind=prevention&status=asked").json()["results"]
    assert (row["id"], row["incident"]) == (str(follow_up.pk), str(follow_up.incident_id))
    for verb, status in (("take", "taken"), ("finish", "done")):
        r = client.post(f"{URL}{follow_up.pk}/{verb}/", {})
        assert (r.status_code, r.json()["status"]) == (200, status)


def test_or_declines_it(api: Login, dispatcher: User, follow_up: FollowUp) -> None:
    client = api(dispatcher)
    assert client.post(f"{URL}{follow_up.pk}/decline/", {}).json()["status"] == "declined"
    r = client.post(f"{URL}{follow_up.pk}/take/", {})

    assert (r.status_code, r.json()["code"]) == (409, "move_not_allowed")


def test_it_is_asked_for_once(api: Login, officer: User, incident: Incident) -> None:
    body = {"incident": str(incident.pk), "kind": "victim_care"}
    first, second = api(officer).post(URL, body), api(officer).post(URL, body)

    assert (first.status_code, first.json()["status"]) == (201, "asked")
    assert second.json()["id"] == first.json()["id"]
    assert Entry.objects.get(action="followup.asked").actor == officer
    assert Event.objects.filter(kind="followup.asked.victim_care").count() == 1


def test_what_can_not_be_asked_is_named(api: Login, officer: User, incident: Incident) -> None:
    r = api(officer).post(URL, {"incident": str(incident.pk), "kind": "coffee"})
    assert (r.status_code, r.json()["errors"].keys()) == (400, {"kind"})
    r = api(officer).post(URL, {"incident": str(uuid4()), "kind": "prevention"})
    assert (r.status_code, r.json()["errors"].keys()) == (400, {"incident"})


def test_a_role_without_the_verb_may_not_ask(api: Login, wijkinspecteur: User, incident: Incident) -> None:
    r = api(wijkinspecteur).post(URL, {"incident": str(incident.pk), "kind": "prevention"})

    assert r.status_code == 403
    assert not FollowUp.objects.exists()
