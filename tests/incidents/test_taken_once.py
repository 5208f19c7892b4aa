"""A number that a call bore elsewhere is taken once, and tells nobody what it opened."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.contrib.auth.models import Group, Permission

from carma.accounts.models import User
from carma.incidents.models import Incident
from tests.cast import Login, Member

Take = Callable[..., Incident]
URL = "/api/v1/incidents/"


@pytest.fixture
def centre(member: Member) -> User:
    """Hands over calls and sees nothing of what becomes of them."""
    role = Group.objects.create(name="centre")
    role.permissions.add(Permission.objects.get(codename="take_call"))
    return member("cic", "centre")


def test_the_number_of_somebody_elses_call_tells_nothing(api: Login, centre: User, take: Take) -> None:
    take(import_key="CIC-2026-1")
    r = api(centre).post(URL, {"words": "x", "import_key": "CIC-2026-1"})

    assert (r.status_code, r.json()["code"]) == (409, "call_taken")
    assert "reference" not in r.json()


def test_ones_own_call_sent_twice_is_answered_twice(api: Login, centre: User, geography: None) -> None:
    body = {"words": "lawaai", "import_key": "CIC-2026-2"}
    first, again = (api(centre).post(URL, body).json()["id"] for _ in range(2))

    assert first == again


def test_it_is_not_attached_to_a_second_incident(api: Login, dispatcher: User, take: Take) -> None:
    take(import_key="CIC-2026-3")
    other = take()
    r = api(dispatcher).post("/api/v1/calls/", {"incident": str(other.pk), "import_key": "CIC-2026-3"})

    assert (r.status_code, r.json()["code"]) == (409, "call_taken")
