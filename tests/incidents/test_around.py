"""What is known of a place: at intake, on the incident's page, in the field and over the API."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.urls import reverse
from django.utils import translation

from carma import registry
from carma.accounts.models import User
from carma.audit.models import Entry
from carma.incidents import around
from carma.incidents.actions import PlaceTold, WarningTold, warn
from carma.incidents.around import Around, Fact, Spot, known
from carma.incidents.duplicates import numbered, possible
from carma.incidents.models import Incident, PlaceWarning
from interventions.models import Assignment
from tests.cast import GENK, START, Browse, Login, Member

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock", "geography")]
Take = Callable[..., Incident]
Warn = Callable[..., PlaceWarning]
PLACE = reverse("incidents:place")
HERE = Spot(GENK.lat, GENK.lon)
METRE = 1 / 111_200  # of latitude


def north(metres: float) -> PlaceTold:
    assert GENK.lat is not None
    return PlaceTold(f"{metres} m verder", GENK.lat + metres * METRE, GENK.lon)


@pytest.fixture
def warned(dispatcher: User) -> Warn:
    def do(kind: str, words: str, *, place: PlaceTold = GENK, reach_m: int | None = None) -> PlaceWarning:
        until_at = START + timedelta(days=10)
        told = WarningTold(kind=kind, words=words, place=place, until_at=until_at, reach_m=reach_m)
        return warn(told, by=dispatcher)

    return do


def words(found: Around) -> list[str]:
    return [fact.words for fact in found.facts]


def asked(**changes: Any) -> dict[str, Any]:
    return {"key": "11111111-1111-4111-8111-111111111111", "lat": GENK.lat, "lon": GENK.lon, **changes}


def test_dangers_come_first_then_the_nearest(warned: Warn, dispatcher: User) -> None:
    warned("access", "Sleutel bij de buren")
    warned("house_ban", "Man mag er niet in", place=north(30))
    warned("weapon", "Jachtgeweer", place=north(40))
    warned("dog", "Hond", place=north(60))
    warned("area_ban", "Plein verboden", place=north(400), reach_m=500)

    found = known(HERE, user=dispatcher)
    assert words(found) == ["Jachtgeweer", "Sleutel bij de buren", "Man mag er niet in", "Plein verboden"]
    assert [fact.distance_m for fact in found.facts] == [40, 0, 30, 400]


def test_what_happened_there_the_newest_first(
    take: Take, dispatcher: User, clock: time_machine.Traveller
) -> None:
    take(place=north(20))
    clock.shift(timedelta(days=364))
    old = take("CRI-204")
    clock.shift(timedelta(minutes=1))
    new = take("VKR-104", place=north(45))
    take(place=north(55))
    clock.shift(timedelta(days=2))

    earlier = known(HERE, user=dispatcher).earlier
    assert [(each.incident, each.distance_m) for each in earlier] == [(new, 45), (old, 0)]
    assert [each.incident for each in known(HERE, user=dispatcher, but=new).earlier] == [old]


def test_each_sees_what_he_may_know_of(
    take: Take, warned: Warn, member: Member, wijkinspecteur: User
) -> None:
    take()
    for kind in ("dog", "absence_watch", "protected_person"):
        warned(kind, kind)

    desk = known(HERE, user=member("desk", "desk"))
    assert (words(desk), len(desk.earlier)) == (["dog"], 1)
    elsewhere = known(HERE, user=wijkinspecteur)
    assert (elsewhere.facts, elsewhere.earlier) == ([], [])


def test_a_source_that_fails_leaves_the_others_standing(
    warned: Warn, dispatcher: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(spot: Spot, user: User) -> Iterable[Fact]:
        raise LookupError

    monkeypatch.setattr(registry, "_places", {broken: (), around.warned: ()})
    warned("dog", "Hond")

    found = known(HERE, user=dispatcher)
    assert (words(found), found.is_whole) == (["Hond"], False)


def test_it_is_shown_at_intake_before_saving_and_recorded_once_per_call(
    browse: Browse, dispatcher: User, warned: Warn, take: Take
) -> None:
    warned("dog", "Twee loslopende honden")
    earlier = take()
    client = browse(dispatcher)
    page = client.get(PLACE, asked(words="lawaai")).content.decode()
    client.get(PLACE, asked(words="lawaai en geroep"))

    assert "Twee loslopende honden" in page
    assert reverse("incidents:incident", args=[earlier.pk]) in page
    found = Entry.objects.filter(purpose="place", actor=dispatcher)
    assert sorted(found.values_list("action", flat=True)) == ["incident.found", "placewarning.found"]


def test_half_a_form_is_enough(browse: Browse, dispatcher: User) -> None:
    halves: list[dict[str, str]] = [{}, {"lat": "x", "lon": "5"}, {"words": "a" * 9000}]
    for told in halves:
        assert browse(dispatcher).get(PLACE, told).status_code == 200


def test_it_comes_anew_only_when_it_changed(browse: Browse, dispatcher: User, warned: Warn) -> None:
    client = browse(dispatcher)
    first = client.get(PLACE, asked())
    same = client.get(PLACE, asked(), headers={"If-None-Match": first["ETag"]})
    warned("dog", "Hond")
    fresh = client.get(PLACE, asked(), headers={"If-None-Match": first["ETag"]})

    assert (same.status_code, fresh.status_code) == (304, 200)


def test_it_costs_few_queries(
    browse: Browse, dispatcher: User, warned: Warn, take: Take, django_assert_max_num_queries: Any
) -> None:
    for _each in range(4):
        warned("dog", "Hond")
        take()
    client = browse(dispatcher)
    client.get(PLACE, asked())
    with django_assert_max_num_queries(8):
        client.get(PLACE, asked())


def test_it_is_on_the_page_of_the_incident(
    browse: Browse, dispatcher: User, incident: Incident, warned: Warn
) -> None:
    warned("dog", "Twee loslopende honden")
    client = browse(dispatcher)

    assert "Twee loslopende honden" in client.get(f"/incidents/{incident.pk}/").content.decode()
    part = client.get(reverse("incidents:around", args=[incident.pk])).content.decode()
    assert "Twee loslopende honden" in part
    assert incident.reference not in part, "it is not its own history"
    assert Entry.objects.filter(action="placewarning.found", purpose="place").count() == 1


def test_an_outsider_does_not_learn_of_it(
    browse: Browse, outsider: User, policy_maker: User, incident: Incident
) -> None:
    address = reverse("incidents:around", args=[incident.pk])

    assert browse(outsider).get(address).status_code == 404
    assert browse(policy_maker).get(address).status_code == 403
    assert browse(policy_maker).get(PLACE).status_code == 403


def test_the_team_in_the_field_sees_it(
    browse: Browse, officer: User, assignment: Assignment, warned: Warn
) -> None:
    warned("protected_person", "Ex-partner heeft contactverbod")
    client = browse(officer)
    client.post(reverse("interventions:choose_own_team", args=[assignment.team_id]))

    assert "Ex-partner heeft contactverbod" in client.get("/field/").content.decode()
    assert Entry.objects.get(action="placewarning.found").actor == officer


def test_it_is_told_over_the_api(api: Login, dispatcher: User, warned: Warn, incident: Incident) -> None:
    warned("dog", "Hond")
    told = {"lat": str(GENK.lat), "lon": str(GENK.lon)}
    with translation.override("en"):
        r = api(dispatcher).get("/api/v1/incidents/around/", told)

    assert r.status_code == 200
    fact, earlier = r.json()["facts"][0], r.json()["earlier"][0]
    assert (fact["kind"], fact["words"], fact["is_danger"], fact["distance_m"]) == ("dog", "Hond", True, 0)
    assert (earlier["incident"], earlier["distance_m"]) == (str(incident.pk), 0)
    assert Entry.objects.filter(purpose="place", actor=dispatcher).count() == 2


@pytest.mark.parametrize("wrong", [{}, {"lat": 51}, {"lat": "x", "lon": 5}, {"lat": 51, "lon": 5, "q": 1}])
def test_the_api_needs_a_point(api: Login, dispatcher: User, wrong: dict[str, Any]) -> None:
    assert api(dispatcher).get("/api/v1/incidents/around/", wrong).status_code == 400


def test_duplicates_keep_their_number_when_asked_again(take: Take, dispatcher: User) -> None:
    far = take(place=north(200))

    def look() -> list[Any]:
        return possible(user=dispatcher, at=START, type=far.type, lat=GENK.lat, lon=GENK.lon)

    _rows, shown = numbered(look(), [])
    near = take(place=north(10))
    rows, shown = numbered(look(), shown)
    assert [(number, one.incident) for number, one in rows] == [(1, far), (2, near)]
    rows, _shown = numbered([one for one in look() if one.incident == near], shown)
    assert [(number, one.incident) for number, one in rows] == [(2, near)]
