"""Who dispatches which sector: taken, given up, and over by itself with session or turn of duty."""

from __future__ import annotations

from collections.abc import Callable
from datetime import time, timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from carma import clock as time_now
from carma.accounts.models import User
from carma.audit.models import Entry
from carma.duty.models import Turn
from carma.errors import MoveNotAllowed
from carma.events.models import Event
from interventions import sectors, shifts
from interventions.models import Assignment, SectorClaim, Team
from tests.cast import Login, Member

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock", "geography")]
Browse = Callable[[User], Client]
HTMX = {"HX-Request": "true"}
URL = "/api/v1/sector-claims/"


@pytest.fixture
def an(member: Member) -> User:
    return member("an", "dispatcher")


def genk(viewer: User) -> sectors.Desk:
    desks: list[sectors.Desk] = sectors.of_now(viewer)["desks"]
    return next(desk for desk in desks if desk.code == "GENK")


def holder(viewer: User) -> str:
    claim = genk(viewer).claim
    return claim.person.username if claim else ""


def test_it_is_taken_and_given_up_with_its_trace(browse: Browse, dispatcher: User) -> None:
    client = browse(dispatcher)
    r = client.post(reverse("interventions:take_sector"), {"sector": "GENK"}, headers=HTMX)
    assert (r.status_code, holder(dispatcher)) == (200, "dispatcher")
    entry = Entry.objects.get(action="sector.taken")
    assert entry.changes == {"sector": [None, "GENK"], "person": [None, "dispatcher"]}
    assert Event.objects.get(kind="sector.taken").topic == "team:GENK"
    client.post(reverse("interventions:give_up_sector"), {"sector": "GENK"}, headers=HTMX)

    assert (holder(dispatcher), Entry.objects.filter(action="sector.given_up").count()) == ("", 1)
    assert 'class="sector-none"' in client.get(reverse("interventions:sectors")).content.decode()


def test_it_ends_with_the_session(browse: Browse, dispatcher: User, an: User) -> None:
    client = browse(dispatcher)
    client.post(reverse("interventions:take_sector"), {"sector": "GENK"})
    client.logout()
    assert holder(an) == ""
    sectors.take("GENK", by=an)
    assert holder(an) == "an", "what is over stands in nobody's way"


def test_it_ends_with_the_turn_of_duty(dispatcher: User, clock: time_machine.Traveller) -> None:
    now = time_now.now()
    Turn.objects.create(
        function="dispatch",
        person=dispatcher,
        starts_at=now - timedelta(hours=1),
        ends_at=now + timedelta(hours=7),
    )
    sectors.take("GENK", by=dispatcher)
    clock.shift(timedelta(hours=7))
    assert holder(dispatcher) == ""


def test_another_takes_it_over_and_it_is_no_longer_ones_own(dispatcher: User, an: User) -> None:
    mine = sectors.take("GENK", by=dispatcher)
    sectors.take("GENK", by=an)
    with pytest.raises(MoveNotAllowed):
        sectors.give_up(mine, by=dispatcher)
    changes = Entry.objects.filter(action="sector.taken").latest("id").changes
    assert (holder(an), changes["person"]) == ("an", ["dispatcher", "an"])


def test_the_api_does_the_same(api: Login, dispatcher: User, an: User) -> None:
    r = api(dispatcher).post(URL, {"sector": "GENK"})
    assert (r.status_code, r.json()["person"]) == (201, "dispatcher")
    address = f"{URL}{r.json()['id']}/give_up/"
    assert api(an).post(address, {}).json()["code"] == "move_not_allowed"
    assert api(dispatcher).post(address, {}).status_code == 200
    assert api(dispatcher).get(URL).json()["results"] == []
    assert api(dispatcher).post(URL, {"sector": "MARS"}).json()["code"] == "invalid_input"


def test_who_may_not(browse: Browse, officer: User, policy_maker: User) -> None:
    for who in (officer, policy_maker):
        assert browse(who).post(reverse("interventions:take_sector"), {"sector": "GENK"}).status_code == 403
    assert not SectorClaim.objects.exists()


def test_cover_counts_free_teams_and_those_in_service_against_the_minimum(
    dispatcher: User, team_lead: User, assignment: Assignment
) -> None:
    told = shifts.Template("Nacht", "Genk", "GENK", time(22), time(6), (5,), ("GK12", "GK13"), 2)
    shifts.save_template(told, by=team_lead)
    assert (genk(dispatcher).free, genk(dispatcher).on_shift, genk(dispatcher).is_short) == (0, 1, True)
    Team.objects.create(call_sign="GK13", base="Genk", sector="GENK")
    assert (genk(dispatcher).free, genk(dispatcher).is_short) == (1, False)


@pytest.mark.parametrize("name", ["overview", "queue", "running", "teams", "map"])
def test_each_window_is_a_page(browse: Browse, dispatcher: User, policy_maker: User, name: str) -> None:
    address = reverse("interventions:window", args=[name])
    html = browse(dispatcher).get(address).content.decode()
    assert ("data-follow" in html, "data-as-of" in html, 'id="live-state"' in html) == (True, True, True)
    assert browse(policy_maker).get(address).status_code == 403
    assert browse(dispatcher).get(reverse("interventions:window", args=["x"])).status_code == 404
