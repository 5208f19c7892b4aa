"""What is known of a place, as the dispatcher gets it while the caller speaks."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from carma import clock
from carma.accounts.models import User
from carma.incidents.actions import PlaceTold, WarningTold, warn
from carma.incidents.models import Incident
from interventions.actions import assign
from interventions.models import Team
from interventions.wanted import WantedTold, write
from tests.browser import DESKTOP, TABLET, axe
from tests.journeys.conftest import MS, STREETS, Seat, english, wear

pytestmark = pytest.mark.journey
Take = Callable[..., Incident]
HOUSE = "Stationsstraat 12, 3600 Genk"
LAT, LON = STREETS["Stationsstraat"]
DOOR = PlaceTold(HOUSE, LAT + 12 * 0.00011, LON)


def danger(by: User, words: str) -> None:
    until_at = clock.now() + timedelta(days=30)
    warn(WarningTold("weapon", words, DOOR, until_at, reference="HV 2026/114"), by=by)


def test_place_and_colleagues_are_seen_before_saving(
    seat: Seat, dispatcher: User, colleague: User, take: Take
) -> None:
    danger(dispatcher, "Bewoner heeft jachtgeweren; niet alleen aanbellen")
    take("ORD-106", place=DOOR)
    page = seat(dispatcher, "/incidents/new/")
    page.fill("#id_words", "luide muziek bij de buren")
    page.fill("#id_place", HOUSE)
    page.keyboard.press("Enter")

    known = page.locator("#place-known")
    expect(known).to_contain_text("jachtgeweren", timeout=MS)
    expect(known).to_contain_text("Happened here before")
    expect(page.locator("#intake-said")).to_contain_text("Weapons", timeout=MS)
    expect(page.locator("#duplicates [data-number]")).to_have_count(1, timeout=MS)
    map_before = page.locator("#intake-map").bounding_box()

    page.locator("#id_caller_name").fill("Nele Vliet")
    danger(colleague, "Ook een bijl gezien")
    expect(known).to_contain_text("Ook een bijl", timeout=MS)
    second = take("ORD-106", place=PlaceTold("Stationsstraat 13", LAT + 13 * 0.00011, LON))
    expect(page.locator("#duplicates [data-number='2']")).to_contain_text(second.reference, timeout=MS)
    assert page.locator("#intake-map").bounding_box() == map_before
    expect(page.locator("#id_caller_name")).to_be_focused()
    expect(page.locator("#id_caller_name")).to_have_value("Nele Vliet")
    for theme, size in (("dark", DESKTOP), ("light", TABLET)):
        wear(page, theme, size)
        assert axe(page) == []


def test_warnings_are_written_from_an_incident_and_stand_on_its_page(
    seat: Seat, dispatcher: User, take: Take
) -> None:
    incident = take("ORD-106", place=DOOR)
    page = seat(dispatcher, f"/incidents/{incident.pk}/")
    page.get_by_role("link", name="Warn of this place").click()
    page.wait_for_url(re.compile("/warnings/"), timeout=MS)
    page.select_option("#id_kind", "dog")
    page.fill("#id_words", "Twee loslopende honden op het erf")
    page.fill("#id_until_at", f"{clock.local(clock.now() + timedelta(days=9)):%Y-%m-%dT%H:%M}")
    page.keyboard.press("Tab")
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".warning-row")).to_contain_text("Twee loslopende honden", timeout=MS)
    for theme, size in (("light", DESKTOP), ("dark", TABLET)):
        wear(page, theme, size)
        assert axe(page) == []
    page.locator(".warning-verbs summary").first.click()
    page.locator("#warning-new > summary").click()
    assert axe(page) == []

    page.goto(f"/incidents/{incident.pk}/")
    expect(page.locator("#around")).to_contain_text("Twee loslopende honden")
    assert axe(page) == []


def test_questions_of_the_type_are_answered_by_keyboard(seat: Seat, dispatcher: User) -> None:
    page = seat(dispatcher, "/incidents/new/")
    page.keyboard.type("inbraak op heterdaad, dader nog binnen")
    expect(page.locator("#id_type")).to_have_value(re.compile("^CRI-204 "), timeout=MS)
    expect(page.locator(".question")).to_have_count(6, timeout=MS)
    page.fill("#id_place", HOUSE)
    page.keyboard.press("Enter")
    expect(page.locator("#id_lat")).not_to_have_value("", timeout=MS)
    page.keyboard.press("Alt+q")
    page.keyboard.type("yes, two")
    page.keyboard.press("Enter")
    page.keyboard.type("outside")
    for theme, size in (("light", DESKTOP), ("dark", TABLET)):
        wear(page, theme, size)
        assert axe(page) == []
    page.keyboard.press("Control+Enter")
    page.wait_for_url(re.compile(r"/incidents/[0-9a-f-]{36}/$"), timeout=MS)

    words = Incident.objects.get().description.splitlines()
    assert words[0] == "inbraak op heterdaad, dader nog binnen"
    assert [line.rpartition("? ")[2] for line in words[1:2]] == ["yes, two"]
    assert words[2].endswith("outside")


def test_a_wanted_notice_reaches_board_and_intake(seat: Seat, dispatcher: User) -> None:
    board = seat(dispatcher, "/board/")
    page = seat(dispatcher, "/wanted/")
    page.keyboard.press("w")
    page.select_option("#id_kind", "vehicle")
    page.fill("#id_title", "Rode VW Golf, 1-ABC-234")
    page.fill("#id_words", "Betrokken bij overval in Bree; twee inzittenden, donkere kledij.")
    page.fill("#id_instruction", "Niet alleen onderscheppen, dispatching verwittigen")
    page.fill("#id_watch_words", "rode golf, 1-ABC-234")
    page.fill("#id_until_at", f"{clock.local(clock.now() + timedelta(days=9)):%Y-%m-%dT%H:%M}")
    page.check("#id_is_dangerous")
    assert axe(page) == []
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".warning-row")).to_contain_text("Rode VW Golf", timeout=MS)
    assert axe(page) == []

    expect(board.locator("#wanted .count")).to_have_text("1", timeout=MS)
    board.locator("#wanted-button").click()
    expect(board.locator("#wanted-shown")).to_contain_text("Niet alleen onderscheppen")
    for theme, size in (("dark", DESKTOP), ("light", TABLET)):
        wear(board, theme, size)
        assert axe(board) == []
    page.goto("/incidents/new/")
    page.keyboard.type("verdachte rode golf rijdt rond, 1abc234")
    expect(page.locator("#place-known")).to_contain_text("Niet alleen onderscheppen", timeout=MS)


def test_the_team_sees_at_a_glance_what_to_know(
    seat: Seat, officer: User, dispatcher: User, team: Team, take: Take
) -> None:
    take("VKR-104", place=DOOR)
    danger(dispatcher, "Bewoner heeft jachtgeweren; niet alleen aanbellen")
    told = WantedTold(
        "vehicle", "Rode VW Golf, 1-ABC-234", clock.now() + timedelta(days=3), is_dangerous=True
    )
    write(told, by=dispatcher)
    assign(team, take("ORD-106", place=DOOR, words="Luide muziek"), by=dispatcher)
    page = seat(english(officer), "/field/", size=(430, 932), touch=True)
    page.locator(".field-choice").first.click()

    expect(page.locator("#around")).to_contain_text("jachtgeweren", timeout=MS)
    expect(page.locator("#field")).to_contain_text("Rode VW Golf")
    for theme, size in (("dark", (430, 932)), ("light", TABLET)):
        wear(page, theme, size)
        assert axe(page) == []


def test_a_call_for_later_is_among_the_planned(seat: Seat, dispatcher: User) -> None:
    page = seat(dispatcher, "/incidents/new/")
    page.fill("#id_type", "BST-104")
    page.fill("#id_place", HOUSE)
    page.keyboard.press("Enter")
    expect(page.locator("#id_lat")).not_to_have_value("", timeout=MS)
    page.get_by_text("For a later moment").click()
    page.fill("#id_planned_for", f"{clock.local(clock.now() + timedelta(days=2)):%Y-%m-%dT%H:%M}")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#incident-head [data-status=planned]")).to_be_visible(timeout=MS)
    page.goto("/incidents/?planned")
    expect(page.locator("#recent tbody a")).to_have_count(1)
    for theme, size in (("light", DESKTOP), ("dark", TABLET)):
        wear(page, theme, size)
        assert axe(page) == []
