"""What a browser makes of the stream: parts of the page renewed, the state of the line shown."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, expect
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from carma.accounts.models import User
from tests.browser import BrowserPage
from tests.events.pages import SINCE
from tests.events.streaming import BOUND, InThread, serving, tell

pytestmark = pytest.mark.journey

MS = BOUND * 1000

OpenLive = Callable[..., Page]


@pytest.fixture
def stream(committed: None, live_server: LiveServer, settings: Settings) -> Iterator[InThread]:
    server = InThread()
    settings.ROOT_URLCONF = "tests.events.pages"
    settings.PORT = urlsplit(live_server.url).port
    settings.STREAM_PORT = server.port
    policy = settings.CONTENT_SECURITY_POLICY["DIRECTIVES"]
    settings.CONTENT_SECURITY_POLICY = {
        "DIRECTIVES": {**policy, "connect-src": ["'self'", f"localhost:{server.port}"]}
    }
    with serving(server):
        yield server


@pytest.fixture
def live(stream: InThread, browser_page: BrowserPage, dispatcher: User) -> OpenLive:
    """Open the live page as the dispatcher, and wait until its line stands."""

    def open_live(**options: Any) -> Page:
        page = browser_page(dispatcher, "/live/", **options)
        expect(page.locator("#live-state[data-state=live]")).to_be_visible(timeout=MS)
        return page

    return open_live


def shown(page: Page, name: str, count: int) -> None:
    expect(page.locator(f"#{name} b")).to_have_text(str(count), timeout=MS)


def test_a_part_that_shows_it_is_renewed(live: OpenLive) -> None:
    page = live()
    page.evaluate("window.told = []; document.addEventListener('carma:event', e => told.push(e.detail))")
    tell(subject="two")
    shown(page, "queue", 1)
    shown(page, "single", 0)
    tell(subject="one")
    shown(page, "queue", 2)
    shown(page, "single", 2)

    assert [event["id"] for event in page.evaluate("told")] == ["two", "one"]


def test_what_did_not_change_is_left_alone(live: OpenLive) -> None:
    page = live()
    page.evaluate("window.before = document.getElementById('quiet')")
    tell()
    shown(page, "queue", 1)
    page.wait_for_function("document.getElementById('quiet') !== before", timeout=MS)
    page.evaluate("document.getElementById('quiet').mine = true")
    with page.expect_response(lambda answer: "quiet" in answer.url, timeout=MS) as answer:
        tell()
    shown(page, "queue", 2)

    asked = parse_qs(urlsplit(answer.value.url).query)["part"]
    answers = {part: one["status"] for part, one in zip(asked, answer.value.json()["parts"], strict=True)}
    assert (answers["/part/quiet/"], answers["/part/queue/"]) == (304, 200)
    assert page.evaluate("document.getElementById('quiet').mine")


def test_what_one_may_not_see_any_more_leaves_the_page(live: OpenLive) -> None:
    page = live()
    tell(subject="secret")
    expect(page.locator("#secret")).to_have_count(0, timeout=MS)
    page.complaints.clear()  # type: ignore[attr-defined]  # the browser notes the 404


def test_nothing_moves_under_the_hands(live: OpenLive) -> None:
    page = live()
    page.locator("#queue-field").press_sequentially("half a word")
    tell()
    expect(page.locator("#queue[data-stale]")).to_be_visible(timeout=MS)
    shown(page, "single", 1)
    shown(page, "queue", 0)
    page.locator("#single-button").focus()
    expect(page.locator("#queue-field")).to_have_value("half a word")
    page.locator("#queue-field").fill("")
    page.locator("#single-button").focus()
    shown(page, "queue", 1)
    expect(page.locator("#queue[data-stale]")).to_have_count(0)


def test_a_pressed_button_waits_for_its_release(live: OpenLive) -> None:
    page = live()
    box = page.locator("#queue-button").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 5, box["y"] + 5)
    page.mouse.down()
    tell()
    shown(page, "single", 1)
    shown(page, "queue", 0)
    page.mouse.up()
    shown(page, "queue", 1)


def test_focus_and_what_is_unfolded_stay(live: OpenLive) -> None:
    page = live()
    page.locator("#queue-more summary").click()
    page.locator("#queue-button").focus()
    tell()
    shown(page, "queue", 1)

    expect(page.locator("#queue-button")).to_be_focused()
    expect(page.locator("#queue-more")).to_have_attribute("open", "")


def test_focus_never_lands_on_something_else(live: OpenLive) -> None:
    page = live()
    page.locator("#queue button").nth(1).focus()
    tell()
    shown(page, "queue", 1)

    expect(page.locator("#queue")).to_be_focused()


def test_a_cut_stream_is_polled_and_comes_back(live: OpenLive, stream: InThread) -> None:
    page = live()
    stream.stop()
    tell()
    shown(page, "queue", 1)
    expect(page.locator("#live-state[data-state=polling]")).to_be_visible(timeout=MS)
    again = InThread(stream.port)
    with serving(again):
        expect(page.locator("#live-state[data-state=live]")).to_be_visible(timeout=MS)
        tell()
        shown(page, "queue", 2)


def test_a_short_cut_is_not_noticed(live: OpenLive, stream: InThread) -> None:
    page = live()
    stream.stop()
    tell()
    with serving(InThread(stream.port)):
        shown(page, "queue", 1)
        expect(page.locator("#live-state[data-state=live]")).to_be_visible(timeout=MS)


def test_without_a_sign_of_life_the_page_says_so(live: OpenLive, stream: InThread) -> None:
    page = live()
    page.route("**/events/**", lambda route: route.abort())
    stream.stop()
    banner = page.locator("#live-banner")
    expect(banner).to_be_visible(timeout=MS)
    expect(banner).to_contain_text("No contact since ")
    expect(page.locator("#live-state [data-live-text]")).to_have_text("Old")
    assert banner.get_attribute("data-alarm") == "1"
    with serving(InThread(stream.port)):
        expect(banner).to_be_hidden(timeout=MS)
        assert banner.get_attribute("data-alarm") is None
    page.complaints.clear()  # type: ignore[attr-defined]  # of the polls that found nobody


def test_who_is_signed_out_is_told(live: OpenLive, stream: InThread) -> None:
    page = live()
    page.context.clear_cookies()
    stream.stop()
    expect(page.locator("#live-banner")).to_have_text("Signed out.", timeout=MS)
    page.complaints.clear()  # type: ignore[attr-defined]  # the browser notes each 401


def test_clocks_run_by_the_servers_time(live: OpenLive) -> None:
    page = live()
    expect(page.locator("#clocked")).to_have_attribute("data-state", "warn", timeout=MS)
    up = page.locator("#up").inner_text()
    minutes, seconds = up.split(":")

    assert SINCE <= 60 * int(minutes) + int(seconds) < SINCE + BOUND
    assert page.locator("#down").inner_text().startswith("1:01:")
    assert page.locator("#past").inner_text().startswith("+01:")
    assert page.locator("#frozen").inner_text() == "1:03:15"
    expect(page.locator("#up")).not_to_have_text(up, timeout=MS)


def test_a_workstation_whose_clock_is_wrong_shows_the_servers_time(live: OpenLive) -> None:
    """The page was drawn an hour ahead of the browser's clock; the first sign of life puts it right."""
    page = live()
    page.evaluate("const now = Date.now; Date.now = () => now() - 3600e3")
    page.evaluate(
        "document.dispatchEvent(new CustomEvent('carma:heartbeat',"
        " {detail: {at: new Date(Date.now() + 3600e3).toISOString()}}))"
    )
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")

    assert page.locator("#up").inner_text().startswith("01:")
