"""Choosing a team by keyboard: the advice is taken by one key, to send another takes a reason."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from carma.accounts.models import User
from carma.audit.models import Entry
from carma.clock import now
from carma.incidents.models import Incident
from interventions import actions
from interventions.models import Assignment, Team
from tests.browser import DESKTOP, TABLET, TABLET_UPRIGHT, axe
from tests.journeys.conftest import MS, Seat, has_focus, wear

pytestmark = pytest.mark.journey
Take = Callable[..., Incident]


def stands(call_sign: str, *, km: float, **facts: object) -> Team:
    """A team that many kilometres north of where `take` has it happen, seen a moment ago."""
    moment = now()
    told: dict[str, object] = {
        "base": "Genk",
        "sector": "GENK",
        "crew": "An Peeters, Bo Claes",
        "lat": 50.9678 + km / 111.2,
        "lon": 5.4887,
        "position_at": moment - timedelta(seconds=20),
        "status_since": moment - timedelta(hours=2),
    }
    return Team.objects.create(call_sign=call_sign, **told | facts)


@pytest.fixture
def room(dispatcher: User, take: Take) -> dict[str, Team]:
    """Teams of every kind: near, with a dog, unseen, to be called back, on scene, out of service."""
    teams = {
        "near": stands("Genk 01", km=2, skills=["slachtoffer"]),
        "dog": stands("Genk 03", km=7, skills=["hond", "verkeer"]),
        "old": stands("Noord 02", km=9, base="Bree", sector="NOORD", position_at=now() - timedelta(hours=1)),
        "unseen": stands("Noord 01", km=0, base="Bree", sector="NOORD", lat=None, lon=None, position_at=None),
        "busy": stands("Genk 02", km=1),
        "on_scene": stands("Genk 04", km=1),
        "repair": stands("Genk 05", km=1),
    }
    actions.assign(teams["busy"], take("ORD-106"), by=dispatcher)
    actions.arrive(actions.assign(teams["on_scene"], take("ORD-106"), by=dispatcher), by=dispatcher)
    teams["repair"].go_out_of_service(by=dispatcher)
    return teams


def choose(page: Page, incident: Incident) -> None:
    page.locator(f"#incident-{incident.pk}").focus()
    page.keyboard.press("a")
    has_focus(page, "#team-filter")


def test_one_key_takes_the_advice_and_another_is_sent_with_a_reason(
    seat: Seat, dispatcher: User, take: Take, room: dict[str, Team]
) -> None:
    first, second = take("CRI-204"), take("ORD-101")
    page = seat(dispatcher)
    choose(page, first)
    expect(page.locator("#side .team-option[aria-selected=true]")).to_contain_text("Genk 01")
    page.keyboard.press("Enter")
    sent = page.get_by_role("group", name=first.reference)
    expect(sent).to_contain_text("Genk 01", timeout=MS)
    expect(sent.locator(".row-plan")).to_have_text("still lacking: 1 team · Dog handler")

    choose(page, second)
    page.keyboard.type("genk 03")
    page.keyboard.press("Enter")
    has_focus(page, "#id_because")
    expect(page.locator("[data-why-title]")).to_have_text("Why Genk 03 and not Genk 02?")
    page.keyboard.press("Escape")
    has_focus(page, "#team-filter")
    page.keyboard.press("Enter")
    page.keyboard.type("Knows")
    page.keyboard.press("Enter")
    expect(page.get_by_role("group", name=second.reference)).to_contain_text("Genk 03", timeout=MS)

    taken, other = Entry.objects.filter(action="assignment.assigned").order_by("id")[2:]
    assert (taken.changes["recommended"], taken.reason) == (["Genk 01", "Genk 01"], "")
    assert other.changes["recommended"] == ["Genk 02", "Genk 03"]
    assert other.reason == "Knows the case or the place"


def test_a_team_is_called_back_and_its_incident_waits_again(
    seat: Seat, dispatcher: User, take: Take, room: dict[str, Team]
) -> None:
    for name in ("near", "dog", "old", "unseen"):
        room[name].go_out_of_service(by=dispatcher)
    left = Assignment.objects.get(team=room["busy"]).incident
    urgent = take("CRI-204")
    page = seat(dispatcher)
    choose(page, urgent)
    page.keyboard.press("Enter")
    expect(page.locator("[data-why-told]")).to_contain_text(left.reference)
    has_focus(page, "[data-why-send]")
    page.keyboard.press("Enter")

    expect(page.get_by_role("group", name=urgent.reference)).to_contain_text("Genk 02", timeout=MS)
    expect(page.locator(f"#queue-rows #incident-{left.pk}")).to_be_visible(timeout=MS)
    entry = Entry.objects.get(action="incident.queued", subject_id=str(left.pk))
    assert urgent.reference in entry.reason


def test_all_can_read_it(seat: Seat, dispatcher: User, take: Take, room: dict[str, Team]) -> None:
    """axe-core finds nothing in either theme, and nothing lies beside the screen."""
    page = seat(dispatcher)
    choose(page, take("CRI-204"))
    expect(page.locator("#side .team-option")).to_have_count(5)
    expect(page.locator("#side .team-not")).to_have_count(2)
    for theme, size in (("dark", DESKTOP), ("light", TABLET), ("dark", TABLET_UPRIGHT)):
        wear(page, theme, size)
        assert axe(page) == []
    wear(page, "light", DESKTOP)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    has_focus(page, "#id_because")
    assert axe(page) == []


def test_all_can_read_the_plans(seat: Seat, member: Callable[..., User]) -> None:
    page = seat(member("lead", "team_lead"), "/teams/plans/")
    expect(page.locator(".plans tbody tr").first).to_be_visible()
    for theme, size in (("dark", DESKTOP), ("light", TABLET)):
        wear(page, theme, size)
        assert axe(page) == []
