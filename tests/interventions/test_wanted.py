"""Wanted notices: written, prolonged, withdrawn, over by themselves, and where they are shown."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import Group, Permission
from django.urls import reverse

from carma import clock as time_now
from carma.accounts.models import User
from carma.audit.models import Entry
from carma.errors import MoveNotAllowed, ReasonNeeded
from carma.events.models import Event
from carma.incidents.around import Spot, known
from carma.incidents.models import Incident
from carma.timers.actions import run_due
from interventions import wanted
from interventions.models import Assignment, Team, WantedNotice
from tests.cast import GENK, START, Browse, Login, Member

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock", "geography")]
Traveller = time_machine.Traveller
Write = Callable[..., WantedNotice]
URL = "/api/v1/wanted-notices/"
PAGE = "/wanted/"
TOMORROW = START + timedelta(days=1)


@pytest.fixture
def written(dispatcher: User) -> Write:
    def do(title: str = "Rode Golf 1-ABC-234", *, until_at: datetime = TOMORROW, **told: Any) -> WantedNotice:
        told = {"kind": "vehicle", "watch_words": "rode Golf, 1-ABC-234", **told}
        return wanted.write(wanted.WantedTold(title=title, until_at=until_at, **told), by=dispatcher)

    return do


def told(**changes: Any) -> dict[str, Any]:
    return {"kind": "vehicle", "title": "Rode Golf", "until_at": TOMORROW.isoformat(), **changes}


def typed(**changes: Any) -> dict[str, Any]:
    return {"kind": "person", "title": "Man met litteken", "until_at": "2026-04-01T12:00", **changes}


def test_it_is_written_with_its_trace(api: Login, dispatcher: User, incident: Incident) -> None:
    place = {"label": GENK.label, "lat": GENK.lat, "lon": GENK.lon}
    r = api(dispatcher).post(
        URL, told(watch_words=" rode golf ,1ABC234", incident=str(incident.pk), place=place)
    )

    assert (r.status_code, r.json()["status"], r.json()["watch_words"]) == (
        201,
        "active",
        "rode golf, 1ABC234",
    )
    assert Entry.objects.get(action="wantednotice.set").actor == dispatcher
    event = Event.objects.get(kind="wantednotice.set")
    assert (event.subject_id, event.topic) == (r.json()["id"], "wanted:zone")


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": "gossip"},
        {"title": " "},
        {"words": "a" * 1001},
        {"watch_words": "rode golf, de"},
        {"until_at": START.isoformat()},
        {"until_at": (START + timedelta(days=91)).isoformat()},
        {"incident": "00000000-0000-0000-0000-000000000000"},
        {"place": {"label": "Antwerpen", "lat": 51.22, "lon": 4.4}},
    ],
)
def test_what_can_not_be_is_refused(api: Login, dispatcher: User, wrong: dict[str, Any]) -> None:
    assert api(dispatcher).post(URL, told(**wrong)).status_code == 400
    assert not WantedNotice.objects.exists()


@pytest.mark.parametrize(
    ("words", "fits"),
    [
        ("Er rijdt een RODE  golf rond", True),
        ("plaat 1ABC234 gezien", True),
        ("plaat 1 abc 234, zwart", True),
        ("een golf, geen rode", False),
        ("rode golfplaat op straat", False),
        ("", False),
    ],
)
def test_words_fit_however_they_are_written(written: Write, words: str, *, fits: bool) -> None:
    assert written().fits(words) is fits


def test_accents_make_no_difference_and_nothing_watched_fits_nothing(written: Write) -> None:
    assert written(watch_words="Désiré Coenen").fits("desire coenen staat hier")
    assert not written(watch_words="").fits("rode golf")


def test_it_ends_by_itself_unless_prolonged(
    api: Login, written: Write, dispatcher: User, clock: Traveller
) -> None:
    ends, goes_on = written(), written("Blauwe bestelwagen")
    later = TOMORROW + timedelta(days=3)
    r = api(dispatcher).post(f"{URL}{goes_on.pk}/prolong/", {"until_at": later.isoformat(), "version": 1})
    clock.move_to(TOMORROW)
    assert [each.title for each in wanted.in_force(dispatcher)] == ["Blauwe bestelwagen"]
    run_due(time_now.now())

    ends.refresh_from_db()
    goes_on.refresh_from_db()
    assert (r.status_code, ends.status, goes_on.status) == (200, "expired", "active")
    assert Entry.objects.get(action="wantednotice.expired").actor is None


def test_it_is_withdrawn_for_a_reason_and_once(written: Write, dispatcher: User) -> None:
    notice = written()
    with pytest.raises(ReasonNeeded):
        wanted.withdraw(notice, by=dispatcher)
    wanted.withdraw(notice, by=dispatcher, reason="Voertuig gevonden")
    with pytest.raises(MoveNotAllowed):
        wanted.withdraw(notice, by=dispatcher, reason="Nog eens")
    with pytest.raises(MoveNotAllowed):
        wanted.prolong(notice, until_at=TOMORROW, by=dispatcher)

    assert Entry.objects.get(action="wantednotice.withdrawn").reason == "Voertuig gevonden"


def test_what_somebody_else_changed_is_not_overwritten(api: Login, written: Write, dispatcher: User) -> None:
    notice = written()
    wanted.prolong(notice, until_at=TOMORROW + timedelta(days=1), by=dispatcher)
    r = api(dispatcher).post(f"{URL}{notice.pk}/withdraw/", {"reason": "x", "version": 1})

    assert (r.status_code, r.json()["code"]) == (412, "stale")


def test_who_may_and_who_learns_nothing(
    api: Login, browse: Browse, written: Write, officer: User, member: Member, policy_maker: User
) -> None:
    notice = written()
    blind = member("blind", "seeks_only")
    bodies = {"prolong": {"until_at": TOMORROW.isoformat()}, "withdraw": {"reason": "x"}}

    assert api(officer).get(f"{URL}{notice.pk}/").status_code == 200
    assert api(blind).get(URL).status_code == 403
    for verb, body in bodies.items():
        assert api(officer).post(f"{URL}{notice.pk}/{verb}/", body).status_code == 403
        assert api(blind).post(f"{URL}{notice.pk}/{verb}/", body).status_code == 404
        address = reverse(f"interventions:{verb}_wanted", args=[notice.pk])
        assert browse(officer).post(address, body).status_code == 403
        assert browse(blind).post(address, body).status_code == 404
    assert api(officer).post(URL, told()).status_code == 403
    assert browse(officer).post(PAGE, typed()).status_code == 403
    assert browse(policy_maker).get(PAGE).status_code == 403


@pytest.fixture(autouse=True)
def seeks_only(db: None) -> None:
    """A role with the verb that may know of no notice."""
    permission = Permission.objects.get(codename="set_wantednotice")
    Group.objects.create(name="seeks_only").permissions.add(permission)


def test_the_page_writes_prolongs_and_withdraws(browse: Browse, dispatcher: User) -> None:
    client = browse(dispatcher)
    assert client.post(PAGE, typed(is_dangerous="on")).status_code == 302
    notice = WantedNotice.objects.get()
    assert notice.is_dangerous
    assert "Man met litteken" in client.get(PAGE).content.decode()
    address = reverse("interventions:prolong_wanted", args=[notice.pk])
    assert client.post(address, {"until_at": "2026-05-01T12:00", "version": 1}).status_code == 302
    address = reverse("interventions:withdraw_wanted", args=[notice.pk])
    assert client.post(address, {"version": 2}).status_code == 400
    assert client.post(address, {"version": 2, "reason": "Aangetroffen"}).status_code == 302

    assert "Man met litteken" not in client.get(PAGE).content.decode()
    assert Entry.objects.filter(action="wantednotice.found", actor=dispatcher).count() == 1


@pytest.mark.parametrize(
    "wrong", [{"title": ""}, {"until_at": "morgen"}, {"kind": "x"}, {"words": "a" * 1001}]
)
def test_what_was_typed_stays_when_something_is_wrong(
    browse: Browse, dispatcher: User, wrong: dict[str, Any]
) -> None:
    r = browse(dispatcher).post(PAGE, typed(reference="AV 2026/12", **wrong))

    assert r.status_code == 422
    assert "AV 2026/12" in r.content.decode()
    assert not WantedNotice.objects.exists()


def test_the_page_costs_few_queries(
    browse: Browse, written: Write, dispatcher: User, django_assert_max_num_queries: Any
) -> None:
    for _each in range(3):
        written()
    client = browse(dispatcher)
    client.get(PAGE)
    with django_assert_max_num_queries(10):
        client.get(PAGE)


def test_at_intake_it_shows_by_place_or_by_words(written: Write, dispatcher: User, member: Member) -> None:
    written("Brandstichter", place=GENK, watch_words="", is_dangerous=True)
    written()
    here, words = Spot(GENK.lat, GENK.lon), Spot(words="een rode golf, 1abc234")

    def titles(spot: Spot, user: User) -> list[str]:
        return [str(fact.label).partition(": ")[2] for fact in known(spot, user=user).facts]

    assert titles(here, dispatcher) == ["Brandstichter"]
    assert titles(words, dispatcher) == ["Rode Golf 1-ABC-234"]
    assert titles(Spot(GENK.lat, GENK.lon, words="rode Golf"), dispatcher) == [
        "Brandstichter", "Rode Golf 1-ABC-234",
    ]  # fmt: skip
    assert titles(Spot(words="iets anders"), dispatcher) == titles(words, member("desk", "desk")) == []


def test_it_is_on_the_board_for_those_allowed(
    browse: Browse, dispatcher: User, written: Write, member: Member
) -> None:
    written("Rode Golf gezocht")

    assert "Rode Golf gezocht" in browse(dispatcher).get("/board/").content.decode()
    assert "Rode Golf gezocht" in browse(dispatcher).get(reverse("interventions:wanted")).content.decode()
    assert "Rode Golf gezocht" not in browse(member("desk", "desk")).get("/board/").content.decode()


def test_every_team_in_the_field_sees_it(browse: Browse, officer: User, team: Team, written: Write) -> None:
    client = browse(officer)
    client.post(reverse("interventions:choose_own_team", args=[team.pk]))
    notice = written("Rode Golf gezocht", instruction="Niet alleen benaderen")
    page = client.get("/field/").content.decode()

    assert "Rode Golf gezocht" in page
    assert "Niet alleen benaderen" in page
    assert Entry.objects.get(action="wantednotice.found").subject_id == str(notice.pk)


def test_on_the_incident_it_fits_by_words(
    browse: Browse, dispatcher: User, assignment: Assignment, written: Write, take: Callable[..., Incident]
) -> None:
    written("Vluchtmisdrijf")
    fits = take(words="Aanrijding door een rode golf")

    assert "Vluchtmisdrijf" in browse(dispatcher).get(f"/incidents/{fits.pk}/").content.decode()
    assert (
        "Vluchtmisdrijf"
        not in browse(dispatcher).get(f"/incidents/{assignment.incident_id}/").content.decode()
    )
