from __future__ import annotations

from collections.abc import Callable

import pytest

from carma import clock as time_now
from carma.accounts.models import User
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
