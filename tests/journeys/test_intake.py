"""Taking a call in the browser."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings
from playwright.sync_api import Page, Route, expect

from carma.accounts.models import User
from carma.incidents.actions import PlaceTold
from carma.incidents.models import Call, Incident
from tests.browser import DESKTOP, TABLET, TABLET_UPRIGHT, axe
from tests.journeys.conftest import MS, STREETS, Seat, forgive, has_focus, wear

pytestmark = pytest.mark.journey

Take = Callable[..., Incident]
Intake = Callable[..., Page]

NEW = "/incidents/new/"
NOISE_WORDS, NOISE = "luide muziek bij de buren", re.compile("^ORD-106 ")
BURGLARY_WORDS, BURGLARY = "inbraak op heterdaad, dader nog binnen", re.compile("^CRI-204 ")
HOUSE = "Stationsstraat 12, 3600 Genk"
INCIDENT = re.compile(r"/incidents/[0-9a-f-]{36}/$")


@pytest.fixture
def intake(seat: Seat, dispatcher: User) -> Intake:
    def open_it(**options: Any) -> Page:
        return seat(dispatcher, NEW, **options)

    return open_it


def tell(page: Page, words: str, expected: re.Pattern[str]) -> None:
    """Write what the caller says, until the type that it suggests stands there."""
    page.fill("#id_words", words)
    expect(page.locator("#id_type")).to_have_value(expected, timeout=MS)


def put(page: Page, words: str = HOUSE) -> None:
    """Write a place and take the first that is offered."""
    page.fill("#id_place", words)
    page.keyboard.press("Enter")
    expect(page.locator("#id_lat")).not_to_have_value("", timeout=MS)


def expect_priority(page: Page, code: int) -> None:
    expect(page.locator(f"input[name=priority][value='{code}']")).to_be_checked(timeout=MS)


def save(page: Page) -> None:
    page.keyboard.press("Control+Enter")
    page.wait_for_url(INCIDENT, timeout=MS)


def test_the_type_follows_the_words_until_a_human_chose(intake: Intake) -> None:
    page = intake()
    page.keyboard.type(NOISE_WORDS)
    expect(page.locator("#id_type")).to_have_value(NOISE, timeout=MS)
    expect_priority(page, 3)
    expect(page.locator("#intake-said")).to_contain_text("priority 3", timeout=MS)
    tell(page, BURGLARY_WORDS, BURGLARY)
    expect_priority(page, 1)
    page.locator("#id_type").focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.locator("#id_type")).not_to_have_value(BURGLARY, timeout=MS)
    mine = page.input_value("#id_type")
    page.fill("#id_words", NOISE_WORDS)
    put(page)

    expect(page.locator("#duplicates [data-said]")).to_be_visible(timeout=MS)
    expect(page.locator("#id_type")).to_have_value(mine)


def test_a_quick_hand_gets_what_it_typed_not_what_the_list_showed_before(intake: Intake) -> None:
    page = intake()
    page.locator("#id_place").focus()
    page.keyboard.type("Stationsstraat 1")
    expect(page.locator("#id_place_list")).to_be_visible(timeout=MS)
    page.keyboard.type("2, Genk")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")

    expect(page.locator("#id_place")).to_have_value(HOUSE, timeout=MS)


def test_the_priority_follows_the_type_until_a_human_chose(intake: Intake) -> None:
    page = intake()
    tell(page, NOISE_WORDS, NOISE)
    page.locator("input[name=priority][value='3']").focus()
    page.keyboard.press("ArrowUp")
    expect_priority(page, 2)
    tell(page, BURGLARY_WORDS, BURGLARY)
    expect_priority(page, 2)
    put(page)
    save(page)

    incident = Incident.objects.get()
    assert (incident.type_id, incident.priority_id) == ("CRI-204", 2)


def test_another_likely_type_is_one_click_away(intake: Intake) -> None:
    page = intake()
    tell(page, "inbraak in woning", re.compile("^CRI-"))
    other = page.locator(".type-other").first
    label = other.inner_text().splitlines()[-1]
    other.click()

    expect(page.locator("#id_type")).to_have_value(re.compile(re.escape(label)))
    has_focus(page, "#id_words")


def test_a_code_or_a_place_typed_in_full_needs_no_choosing(intake: Intake) -> None:
    page = intake()
    page.locator("#id_place").fill(HOUSE)
    page.keyboard.press("Tab")
    expect(page.locator("#id_lat")).not_to_have_value("", timeout=MS)
    page.keyboard.type("cri-204")
    page.keyboard.press("Tab")

    expect(page.locator("#id_type")).to_have_value(BURGLARY, timeout=MS)
    expect_priority(page, 1)


def test_a_place_that_is_not_found_is_told(intake: Intake) -> None:
    page = intake()
    tell(page, NOISE_WORDS, NOISE)
    put(page)
    expect(page.locator("#id_place_hint")).to_have_text("Located on the map.")
    page.locator("#id_place").press_sequentially(" ergens achteraan")
    page.locator("#id_caller_name").focus()

    expect(page.locator("#id_place_hint[data-warn]")).to_contain_text("Not located", timeout=MS)
    expect(page.locator("#id_lat")).to_have_value("")
    expect(page.locator("#intake-said")).to_contain_text("Not located", timeout=MS)
    save(page)
    assert Incident.objects.get().lat is None


def test_a_click_on_the_map_sets_the_place(intake: Intake) -> None:
    page = intake()
    expect(page.locator(".area-municipality")).to_have_count(2, timeout=MS)
    page.locator("#intake-map").click(position={"x": 300, "y": 8})
    expect(page.locator("#id_place_hint[data-warn]")).to_contain_text("outside the zone", timeout=MS)
    expect(page.locator("#id_lat")).to_have_value("")
    genk = page.locator(".area-municipality").first.bounding_box()
    assert genk is not None
    page.mouse.click(genk["x"] + genk["width"] / 2, genk["y"] + genk["height"] / 2)

    expect(page.locator("#id_lat")).not_to_have_value("", timeout=MS)
    expect(page.locator("#id_place")).not_to_have_value("")
    expect(page.locator("#id_place_hint")).to_have_text("Located on the map.")
    expect(page.locator(".place-pin")).to_be_visible()


WATCH_DUPLICATES = """() => {
  let known = 0;
  window.took = [];
  document.addEventListener("chosen", () => { known = performance.now(); });
  new MutationObserver(() => window.took.push(performance.now() - known))
    .observe(document.getElementById("duplicates"), {childList: true});
}"""


# On a Belgian keyboard the key with the 1 writes "&".
BELGIAN_ALT_1 = """() => document.activeElement.dispatchEvent(
  new KeyboardEvent("keydown", {key: "&", code: "Digit1", altKey: true, bubbles: true, cancelable: true}))"""


def test_what_runs_nearby_is_shown_at_once_and_joined_by_one_key(
    intake: Intake, take: Take, record_property: Callable[[str, object], None]
) -> None:
    lat, lon = STREETS["Stationsstraat"]
    running = take(place=PlaceTold("Stationsstraat 3, 3600 Genk", lat, lon), words="Feest zonder einde")
    page = intake()
    page.evaluate(WATCH_DUPLICATES)
    tell(page, NOISE_WORDS, NOISE)
    for house in (10, 11, 12):
        put(page, f"Stationsstraat {house}, 3600 Genk")
        expect(page.locator(".duplicate")).to_contain_text(running.reference, timeout=MS)
    took_ms = min(page.evaluate("window.took"))
    record_property("duplicates_ms", round(took_ms))
    expect(page.locator("#intake-said")).to_contain_text(running.reference, timeout=MS)
    expect(page.locator(".place-number")).to_be_visible()
    assert axe(page) == []
    page.locator("#id_words").focus()
    page.evaluate(BELGIAN_ALT_1)
    page.wait_for_url(f"**/incidents/{running.pk}/", timeout=MS)

    assert took_ms < 300
    assert Incident.objects.count() == 1
    assert running.calls.filter(words=NOISE_WORDS).count() == 1


@pytest.mark.parametrize("field", ["id_words", "id_type", "id_channel"])
def test_one_chord_saves_from_any_field(intake: Intake, field: str) -> None:
    page = intake()
    tell(page, NOISE_WORDS, NOISE)
    put(page)
    page.locator(f"#{field}").focus()
    save(page)

    incident = Incident.objects.get()
    assert (incident.type_id, incident.place, incident.status) == ("ORD-106", HOUSE, "qualified")
    expect(page.locator(".toast-line")).to_contain_text(incident.reference)


def test_an_impatient_hand_makes_one_incident(intake: Intake) -> None:
    page = intake()
    tell(page, NOISE_WORDS, NOISE)
    put(page)
    for _ in range(3):
        page.keyboard.press("Control+Enter")
    page.wait_for_url(INCIDENT, timeout=MS)

    assert Incident.objects.count() == Call.objects.count() == 1


def _is_still_there(page: Page) -> None:
    expect(page.locator("#id_words")).to_have_value(NOISE_WORDS)
    expect(page.locator("#id_place")).to_have_value(HOUSE)
    expect(page.locator("#id_type")).to_have_value(NOISE)
    expect(page.locator("#id_caller_name")).to_have_value("Nele Vliet")


def _break(page: Page, how: str) -> None:
    def answer(route: Route) -> None:
        if route.request.method != "POST":
            route.continue_()
        elif how == "no line":
            route.abort()
        else:
            route.fulfill(status=502, body="<html><body>Bad Gateway</body></html>", content_type="text/html")

    if how == "signed out":
        page.context.clear_cookies(name=settings.SESSION_COOKIE_NAME)
    else:
        page.route(f"**{NEW}", answer)


@pytest.mark.parametrize(
    ("how", "told"),
    [("no line", "#refusals"), ("bad gateway", "#intake-problems"), ("signed out", "#intake-problems")],
)
def test_what_was_typed_survives_what_goes_wrong(
    intake: Intake, dispatcher: User, how: str, told: str
) -> None:
    page = intake()
    cookies = page.context.cookies()
    tell(page, NOISE_WORDS, NOISE)
    put(page)
    page.fill("#id_caller_name", "Nele Vliet")
    _break(page, how)
    page.keyboard.press("Control+Enter")

    expect(page.locator(f"{told} [role=alert]")).to_be_visible(timeout=MS)
    _is_still_there(page)
    assert not Incident.objects.exists()
    page.unroute(f"**{NEW}")
    page.context.add_cookies(cookies)  # type: ignore[arg-type]  # what one gets may be given back
    save(page)
    assert Call.objects.get().caller_name == "Nele Vliet"
    page.complaints.clear()  # type: ignore[attr-defined]  # the browser tells of it too


def test_an_answer_that_got_lost_does_no_harm(intake: Intake) -> None:
    """The server saved it, the browser never heard so: the second try leads to the same incident."""
    page = intake()
    tell(page, NOISE_WORDS, NOISE)
    put(page)

    def lose(route: Route) -> None:
        if route.request.method == "POST":
            route.fetch(max_redirects=0)
            route.abort()
        else:
            route.continue_()

    page.route(f"**{NEW}", lose)
    page.keyboard.press("Control+Enter")
    expect(page.locator("#refusals [role=alert]")).to_be_visible(timeout=MS)
    page.unroute(f"**{NEW}")
    save(page)

    assert Incident.objects.count() == Call.objects.count() == 1
    page.complaints.clear()  # type: ignore[attr-defined]


def test_what_is_wrong_is_told_where_it_stands(intake: Intake) -> None:
    page = intake()
    page.locator("#id_words").press_sequentially("Iets")
    page.locator("#id_type").press_sequentially("zomaar wat")
    page.keyboard.press("Control+Enter")

    expect(page.locator("#intake-problems [role=alert]")).to_contain_text("zomaar wat", timeout=MS)
    has_focus(page, "#id_type")
    expect(page.locator("#id_type")).to_have_attribute("aria-invalid", "true")
    expect(page.locator("#id_words")).to_have_value("Iets")
    assert axe(page) == []
    page.fill("#id_type", "ORD-106")
    expect(page.locator("#id_type")).not_to_have_attribute("aria-invalid", "true")
    save(page)
    forgive(page)


def test_a_place_that_is_not_ours_is_refused_in_the_form(intake: Intake) -> None:
    page = intake()
    tell(page, NOISE_WORDS, NOISE)
    put(page)
    page.evaluate("document.getElementById('id_lat').value = '51.9'")
    page.keyboard.press("Control+Enter")

    expect(page.locator("#intake-problems [data-code=place_outside_zone]")).to_be_visible(timeout=MS)
    expect(page.locator("#id_words")).to_have_value(NOISE_WORDS)
    forgive(page)


def test_leaving_a_half_typed_call_is_asked_for_first(intake: Intake) -> None:
    page = intake()
    page.locator("#id_words").press_sequentially("Iets")
    asked: list[str] = []

    def stay(dialog: Any) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    page.on("dialog", stay)
    page.locator(".topbar-brand").click(no_wait_after=True)
    expect(page.locator("#id_words")).to_have_value("Iets")

    assert asked == ["beforeunload"]


def test_tab_goes_through_all_that_matters_in_order(intake: Intake) -> None:
    page = intake()
    has_focus(page, "#id_words")
    tell(page, NOISE_WORDS, NOISE)
    stops = []
    for _ in range(7):
        page.keyboard.press("Tab")
        stops.append(
            page.evaluate(
                "document.activeElement.id || document.activeElement.name || document.activeElement.tagName"
            )
        )
    assert stops[:6] == ["id_place", "id_type", "priority", "id_caller_phone", "id_caller_name", "BUTTON"]
    page.locator("#id_words").focus()
    page.keyboard.press("Shift+Tab")

    has_focus(page, "#id_channel")


def test_the_centres_time_is_asked_for_its_own_calls_only(intake: Intake) -> None:
    page = intake()
    expect(page.locator("#id_cic_received_at")).to_be_hidden()
    page.select_option("#id_channel", "cic_112")

    expect(page.locator("#id_cic_received_at")).to_be_visible()


def test_it_is_fit_for_everyone(intake: Intake, take: Take) -> None:
    """axe-core finds nothing grave in either theme, and nothing lies beside the screen."""
    lat, lon = STREETS["Stationsstraat"]
    take(place=PlaceTold(HOUSE, lat, lon))
    page = intake()
    tell(page, NOISE_WORDS, NOISE)
    put(page)
    expect(page.locator(".duplicate")).to_be_visible(timeout=MS)
    page.locator("#id_type").focus()
    page.keyboard.press("ArrowDown")
    expect(page.locator("#id_type_list")).to_be_visible(timeout=MS)
    for theme, size in (("dark", DESKTOP), ("light", TABLET), ("dark", TABLET_UPRIGHT)):
        wear(page, theme, size)
        assert axe(page) == []
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
