"""A call becomes a closed incident: two dispatchers at two desks, and one of them with a keyboard alone."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from carma.accounts.models import User
from carma.incidents.models import Incident
from interventions.models import Assignment, Team
from tests.browser import BrowserPage
from tests.journeys.conftest import MS, Seat, forgive, has_focus, is_live
from tests.journeys.test_intake import BURGLARY, BURGLARY_WORDS, HOUSE, INCIDENT

pytestmark = pytest.mark.journey

PASSWORD = "een lange zin om te onthouden"

WATCH_QUEUE = """() => {
  new MutationObserver((_, watch) => {
    const row = document.querySelector("#queue-rows .row-work");
    if (row) {
      window.shownAt = Date.now();
      watch.disconnect();
    }
  }).observe(document.querySelector(".board-queue"), {childList: true, subtree: true});
}"""
WATCH_SAVING = """document.addEventListener("htmx:beforeOnLoad", () => {
  sessionStorage.setItem("answeredAt", Date.now());
})"""


def take_call(page: Page) -> Incident:
    """Take a call on the intake page by keyboard alone."""
    has_focus(page, "#id_words")
    page.keyboard.type(BURGLARY_WORDS)
    page.keyboard.press("Tab")
    page.keyboard.type("Stationsstraat 12, Genk")
    page.keyboard.press("Enter")
    expect(page.locator("#id_place")).to_have_value(HOUSE, timeout=MS)
    expect(page.locator("#id_type")).to_have_value(BURGLARY, timeout=MS)
    page.keyboard.press("Control+Enter")
    page.wait_for_url(INCIDENT, timeout=MS)
    return Incident.objects.get()


def tick(page: Page, selector: str) -> None:
    """The clock there runs."""
    clock = page.locator(selector)
    text = clock.inner_text()
    assert re.fullmatch(r"\d\d:\d\d", text)
    expect(clock).not_to_have_text(text, timeout=MS)


def has_status(page: Page, selector: str, status: str) -> None:
    expect(page.locator(f"{selector} [data-status={status}]").first).to_be_visible(timeout=MS)


def test_one_takes_the_call_the_other_sends_a_team_and_both_see_all_of_it(
    seat: Seat,
    dispatcher: User,
    colleague: User,
    team: Team,
    record_property: Callable[[str, object], None],
) -> None:
    board = seat(colleague)
    board.evaluate("window.same = true")
    board.evaluate(WATCH_QUEUE)
    desk = seat(dispatcher, "/incidents/new/")
    desk.evaluate(WATCH_SAVING)
    incident = take_call(desk)
    is_live(desk)
    row = f"#incident-{incident.pk}"
    expect(board.locator(f"#queue-rows {row}")).to_contain_text(HOUSE, timeout=MS)
    after_ms = board.evaluate("window.shownAt") - int(desk.evaluate("sessionStorage.getItem('answeredAt')"))
    record_property("from_answer_to_other_screen_ms", after_ms)
    tick(board, f"#queue-rows {row} .row-clock .clock")
    tick(desk, ".incident-age .clock")

    board.keyboard.press("1")
    has_focus(board, row)
    board.keyboard.press("a")
    has_focus(board, "#team-filter")
    board.keyboard.press("Enter")
    expect(board.locator("#running-rows .sent")).to_have_count(1, timeout=MS)
    sent = f"#assignment-{Assignment.objects.get().pk}"
    for page, part in ((board, "#running-rows"), (desk, "#incident-teams")):
        has_status(page, f"{part} {sent}", "assigned")
    has_status(desk, "#incident-head", "assigned")
    tick(board, f"{sent} .sent-clock .clock")
    tick(desk, f"{sent} .sent-clock .clock")

    board.locator(sent).focus()
    for key, status in (("y", "accepted"), ("e", "en_route"), ("s", "on_scene")):
        board.keyboard.press(key)
        has_status(board, sent, status)
        has_status(desk, sent, status)
    has_status(desk, "#incident-head", "on_scene")
    board.locator(sent).focus()
    board.keyboard.press("c")
    has_status(desk, "#incident-head", "cleared")
    expect(board.locator(f"#running-rows .row-over{row}")).to_be_visible(timeout=MS)

    desk.keyboard.press("f")
    has_focus(desk, "#finish-result")
    desk.select_option("#finish-result", "nothing_found")
    for answer in desk.locator("[id^=finish-answer_]").all():
        answer.select_option("no")
    desk.keyboard.press("Control+Enter")
    has_status(desk, "#incident-head", "closed")
    expect(board.locator(row)).to_have_count(0, timeout=MS)
    expect(desk.locator(".course")).to_contain_text("Closed")

    assert board.evaluate("window.same")
    assert after_ms < 2000
    incident.refresh_from_db()
    assert (incident.status, incident.result) == ("closed", "nothing_found")


def test_the_whole_job_by_keyboard_alone_from_signing_in(
    seat: Seat, browser_page: BrowserPage, dispatcher: User, team: Team
) -> None:
    """No pointer is used, no element is clicked or filled in by the test: keys only."""
    dispatcher.set_password(PASSWORD)
    dispatcher.save(update_fields=["password"])
    page = browser_page(None, "/login/")
    keys = page.keyboard
    has_focus(page, "#id_username")
    keys.type(dispatcher.username)
    keys.press("Tab")
    keys.type(PASSWORD)
    keys.press("Enter")
    page.wait_for_url("**/board/", timeout=MS)
    is_live(page)

    keys.press("n")
    page.wait_for_url("**/incidents/new/", timeout=MS)
    incident = take_call(page)
    is_live(page)
    keys.press("a")
    has_focus(page, "#team-filter")
    keys.type("GK")
    keys.press("Enter")
    has_status(page, "#incident-teams .sent", "assigned")

    keys.press("g")
    keys.press("1")
    page.wait_for_url("**/board/", timeout=MS)
    is_live(page)
    keys.press("2")
    keys.press("ArrowDown")
    expect(page.locator(".sent:focus")).to_have_count(1)
    for key, status in (("e", "en_route"), ("s", "on_scene")):
        keys.press(key)
        has_status(page, ".sent:focus", status)
    keys.press("c")
    expect(page.locator(".row-over")).to_be_visible(timeout=MS)
    keys.press("2")
    expect(page.locator(".row-over:focus")).to_have_count(1)
    keys.press("Enter")
    page.wait_for_url(f"**/incidents/{incident.pk}/", timeout=MS)

    keys.press("n")
    has_focus(page, "#id_text")
    keys.type("Niets verdachts gezien")
    keys.press("Control+Enter")
    expect(page.locator("#incident-timeline")).to_contain_text("Niets verdachts gezien", timeout=MS)
    keys.press("Escape")
    keys.press("f")
    has_focus(page, "#finish-result")
    keys.type("Nothing")
    keys.press("Tab")
    keys.press("Tab")
    for _proposal in range(4):  # one key each
        keys.press("Tab")
        keys.press("n")
    keys.press("Control+Enter")
    has_status(page, "#incident-head", "closed")

    incident.refresh_from_db()
    assert (incident.status, incident.result, incident.type_id) == ("closed", "nothing_found", "CRI-204")


def test_two_dispatchers_want_the_same_team(
    seat: Seat, dispatcher: User, colleague: User, team: Team, take: Callable[..., Incident]
) -> None:
    """One wins; the other is told where the team went, and chooses again."""
    first, second = take("CRI-204"), take("ORD-106")
    one, other = seat(dispatcher), seat(colleague)
    for page, incident in ((one, first), (other, second)):
        page.locator(f"#incident-{incident.pk}").focus()
        page.keyboard.press("a")
        has_focus(page, "#team-filter")
    one.keyboard.press("Enter")
    expect(one.locator(f"#running-rows #incident-{first.pk}")).to_be_visible(timeout=MS)
    other.keyboard.press("Enter")

    told = other.locator("#refusals [data-code=team_not_available]")
    expect(told).to_contain_text("GK12", timeout=MS)
    expect(told).to_contain_text(first.reference)
    expect(other.locator("#side .team-option")).to_have_count(0, timeout=MS)
    assert Assignment.objects.get().incident == first
    second.refresh_from_db()
    assert second.status == "qualified"
    forgive(other)
