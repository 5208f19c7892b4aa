"""Warnings of places: written, reviewed, withdrawn, and over by themselves."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.urls import reverse

from carma import clock as time_now
from carma.accounts.models import User
from carma.audit.models import Entry
from carma.errors import InvalidInput, MoveNotAllowed, ReasonNeeded
from carma.events.models import Event
from carma.incidents.actions import PlaceTold, WarningTold, warn, warning
from carma.incidents.models import Incident, PlaceWarning
from carma.timers.actions import run_due
from tests.cast import GENK, START, Browse, Login, Member

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock", "geography")]
Traveller = time_machine.Traveller
Warn = Callable[..., PlaceWarning]
URL = "/api/v1/place-warnings/"
PAGE = "/incidents/warnings/"
TOMORROW = START + timedelta(days=1)


@pytest.fixture
def warned(dispatcher: User) -> Warn:
    def do(kind: str = "dog", *, until_at: datetime = TOMORROW, **told: Any) -> PlaceWarning:
        told = {"words": "Twee loslopende honden", "place": GENK, **told}
        return warn(WarningTold(kind=kind, until_at=until_at, **told), by=dispatcher)

    return do


def told(**changes: Any) -> dict[str, Any]:
    return {
        "kind": "dog",
        "words": "Twee loslopende honden",
        "place": {"label": GENK.label, "lat": GENK.lat, "lon": GENK.lon},
        "until_at": TOMORROW.isoformat(),
        **changes,
    }


def typed(**changes: Any) -> dict[str, Any]:
    return {
        "kind": "weapon",
        "words": "Jachtgeweer in huis",
        "place": GENK.label,
        "lat": GENK.lat,
        "lon": GENK.lon,
        "until_at": "2026-04-01T12:00",
        "reach_m": 50,
        **changes,
    }


def test_it_is_written_with_its_trace(api: Login, dispatcher: User, incident: Incident) -> None:
    r = api(dispatcher).post(URL, told(incident=str(incident.pk)))

    assert r.status_code == 201
    stored = PlaceWarning.objects.get()
    assert (stored.kind, stored.status, stored.reach_m, stored.wijk) == ("dog", "active", 50, "GENK-1")
    assert (stored.set_by, stored.incident) == (dispatcher, incident)
    assert Entry.objects.get(action="placewarning.set").actor == dispatcher
    event = Event.objects.get(kind="placewarning.set")
    assert (event.subject_id, event.topic) == (str(stored.pk), "place:71016")


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": "gossip"},
        {"words": " "},
        {"words": "a" * 401},
        {"place": {"label": "Achter de kerk"}},
        {"until_at": START.isoformat()},
        {"until_at": (START + timedelta(days=366)).isoformat()},
        {"kind": "area_ban", "until_at": (START + timedelta(days=32)).isoformat()},
        {"reach_m": 2001},
        {"incident": "00000000-0000-0000-0000-000000000000"},
        {"place": {"label": "Antwerpen", "lat": 51.22, "lon": 4.4}},
    ],
)
def test_what_can_not_be_is_refused(api: Login, dispatcher: User, wrong: dict[str, Any]) -> None:
    assert api(dispatcher).post(URL, told(**wrong)).status_code == 400
    assert not PlaceWarning.objects.exists()


def test_it_ends_by_itself(warned: Warn, clock: Traveller) -> None:
    known = warned()
    clock.move_to(TOMORROW)
    assert not PlaceWarning.objects.in_force().exists(), "also before the round comes by"
    assert run_due(time_now.now()) == 1

    known.refresh_from_db()
    assert (known.status, known.ended_at) == ("expired", TOMORROW)
    assert Entry.objects.get(action="placewarning.expired").actor is None


def test_a_review_puts_its_end_off(api: Login, warned: Warn, team_lead: User, clock: Traveller) -> None:
    known = warned()
    later = TOMORROW + timedelta(days=30)
    r = api(team_lead).post(f"{URL}{known.pk}/review/", {"until_at": later.isoformat(), "version": 1})
    clock.move_to(TOMORROW)
    run_due(time_now.now())

    known.refresh_from_db()
    assert (r.status_code, known.status, known.until_at) == (200, "active", later)
    assert known.reviewed_by == team_lead
    assert Entry.objects.get(action="placewarning.reviewed").changes["until_at"] == [
        str(TOMORROW), str(later),
    ]  # fmt: skip


def test_what_somebody_else_changed_is_not_overwritten(api: Login, warned: Warn, dispatcher: User) -> None:
    known = warned()
    warning.review(known, until_at=TOMORROW + timedelta(days=1), by=dispatcher)
    until_at = (TOMORROW + timedelta(days=2)).isoformat()
    r = api(dispatcher).post(f"{URL}{known.pk}/review/", {"until_at": until_at, "version": 1})

    assert (r.status_code, r.json()["code"]) == (412, "stale")


def test_it_is_withdrawn_for_a_reason_and_once(warned: Warn, dispatcher: User, clock: Traveller) -> None:
    known = warned()
    with pytest.raises(ReasonNeeded):
        warning.withdraw(known, by=dispatcher)
    warning.withdraw(known, by=dispatcher, reason="Honden weg")
    with pytest.raises(MoveNotAllowed):
        warning.withdraw(known, by=dispatcher, reason="Nog eens")
    with pytest.raises(MoveNotAllowed):
        warning.review(known, until_at=TOMORROW, by=dispatcher)
    clock.move_to(TOMORROW)

    assert run_due(time_now.now()) == 0
    assert Entry.objects.get(action="placewarning.withdrawn").reason == "Honden weg"


def test_a_review_can_not_reach_beyond_the_norm(warned: Warn, dispatcher: User) -> None:
    with pytest.raises(InvalidInput):
        warning.review(warned("area_ban"), until_at=START + timedelta(days=40), by=dispatcher)


def test_each_kind_only_to_those_allowed(
    warned: Warn, member: Member, dispatcher: User, wijkinspecteur: User, outsider: User
) -> None:
    for kind in ("dog", "absence_watch", "protected_person"):
        warned(kind)
    warned("absence_watch", place=PlaceTold("Markt, Bree", 51.14, 5.6))

    def kinds(user: User) -> list[str]:
        return sorted(PlaceWarning.objects.visible_to(user).values_list("kind", flat=True))

    assert kinds(dispatcher) == ["absence_watch", "absence_watch", "dog", "protected_person"]
    assert kinds(member("desk", "desk")) == ["dog"]
    assert kinds(wijkinspecteur) == ["absence_watch"], "Bree, not Genk"
    assert kinds(outsider) == kinds(member("policy", "policy")) == []


def test_who_may_and_who_learns_nothing(
    api: Login, browse: Browse, warned: Warn, officer: User, wijkinspecteur: User, member: Member
) -> None:
    known = warned("protected_person")
    until_at = {"until_at": (TOMORROW + timedelta(days=1)).isoformat()}

    assert api(officer).get(f"{URL}{known.pk}/").status_code == 200
    assert api(member("desk", "desk")).get(f"{URL}{known.pk}/").status_code == 404
    assert api(officer).post(URL, told()).status_code == 403
    assert api(officer).post(f"{URL}{known.pk}/review/", until_at).status_code == 403
    assert api(wijkinspecteur).post(f"{URL}{known.pk}/review/", until_at).status_code == 404
    assert api(wijkinspecteur).post(f"{URL}{known.pk}/withdraw/", {"reason": "x"}).status_code == 404
    assert api(wijkinspecteur).post(URL, told(kind="protected_person")).status_code == 400
    for name in ("review_warning", "withdraw_warning"):
        address = reverse(f"incidents:{name}", args=[known.pk])
        assert browse(officer).post(address, {"reason": "x"}).status_code == 403
        assert browse(wijkinspecteur).post(address, {**until_at, "reason": "x"}).status_code == 404
    assert browse(officer).post(PAGE, typed()).status_code == 403
    assert browse(member("policy", "policy")).get(PAGE).status_code == 403


def test_the_page_writes_reviews_and_withdraws(browse: Browse, dispatcher: User) -> None:
    client = browse(dispatcher)
    assert client.post(PAGE, typed()).status_code == 302
    known = PlaceWarning.objects.get()
    assert time_now.local(known.until_at).isoformat() == "2026-04-01T12:00:00+02:00"
    assert "Jachtgeweer in huis" in client.get(PAGE).content.decode()
    address = reverse("incidents:review_warning", args=[known.pk])
    assert client.post(address, {"until_at": "2026-05-01T12:00", "version": 1}).status_code == 302
    address = reverse("incidents:withdraw_warning", args=[known.pk])
    assert client.post(address, {"version": 2, "reason": ""}).status_code == 400
    assert client.post(address, {"version": 2, "reason": "Wapen ingeleverd"}).status_code == 302

    known.refresh_from_db()
    assert known.status == "withdrawn"
    assert "Jachtgeweer" not in client.get(PAGE).content.decode()


@pytest.mark.parametrize(
    "wrong", [{"words": ""}, {"until_at": "morgen"}, {"kind": "x"}, {"reach_m": 0}, {"place": "", "lat": ""}]
)
def test_what_was_typed_stays_when_something_is_wrong(
    browse: Browse, dispatcher: User, wrong: dict[str, Any]
) -> None:
    r = browse(dispatcher).post(PAGE, typed(reference="HV 2026/12", **wrong))

    assert r.status_code == 422
    assert "HV 2026/12" in r.content.decode()
    assert not PlaceWarning.objects.exists()


def test_the_page_starts_from_an_incident(browse: Browse, dispatcher: User, incident: Incident) -> None:
    page = browse(dispatcher).get(PAGE, {"incident": incident.reference}).content.decode()

    assert f'value="{incident.pk}"' in page
    assert incident.place in page


def test_the_page_records_what_it_shows_and_costs_few_queries(
    browse: Browse, warned: Warn, dispatcher: User, django_assert_max_num_queries: Any
) -> None:
    for _each in range(3):
        warned()
    client = browse(dispatcher)
    client.get(PAGE)
    with django_assert_max_num_queries(12):
        client.get(PAGE)

    assert Entry.objects.filter(action="placewarning.found", actor=dispatcher).count() == 3
