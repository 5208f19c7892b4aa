"""What every page does in a real browser."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Page, expect

from carma.accounts.models import User
from tests.browser import BrowserPage, axe

pytestmark = [pytest.mark.journey, pytest.mark.urls("tests.web.addresses")]

Trial = Callable[[], Page]


@pytest.fixture
def trial(browser_page: BrowserPage, committed: None, dispatcher: User) -> Trial:
    return lambda: browser_page(dispatcher, "/trial/")


def forgive(page: Page) -> None:
    """Chromium and htmx themselves complain of answers that refuse."""
    told = page.complaints  # type: ignore[attr-defined]
    told[:] = [c for c in told if "a status of" not in c and "Status Error Code" not in c]


def test_a_refusal_shows_over_the_page_and_can_be_closed(trial: Trial) -> None:
    page = trial()
    before = page.locator("h1").bounding_box()
    page.click("#ask")

    expect(page.locator("#refusals [role=alert]")).to_have_text("GK12 is already on an assignment.")
    expect(page.locator("#list")).to_contain_text("Three")
    assert page.locator("h1").bounding_box() == before
    assert axe(page) == []
    page.click("#refusals [data-dismiss]")
    expect(page.locator("#refusals [role=alert]")).to_have_count(0)
    forgive(page)


def test_what_succeeds_says_so_and_takes_the_refusal_away(trial: Trial) -> None:
    page = trial()
    page.click("#ask")
    expect(page.locator("#refusals [role=alert]")).to_be_visible()
    page.click("#say")

    expect(page.locator("#messages .toast-line")).to_have_text("Saved at once.")
    expect(page.locator("#refusals [role=alert]")).to_have_count(0)
    forgive(page)


def test_a_server_that_is_away_is_told(trial: Trial) -> None:
    page = trial()
    page.route("**/said/", lambda route: route.abort())
    page.click("#say")

    expect(page.locator("#refusals [role=alert]")).to_be_visible()
    page.complaints.clear()  # type: ignore[attr-defined]


def test_signed_out_says_so_and_keeps_the_page(trial: Trial) -> None:
    page = trial()
    page.fill("#field", "half a story")
    page.context.clear_cookies(name=settings.SESSION_COOKIE_NAME)
    page.click("#say")

    expect(page.locator("#refusals a")).to_have_attribute("href", "/login/")
    expect(page.locator("#field")).to_have_value("half a story")
    forgive(page)


def test_signing_in_again_elsewhere_does_not_spoil_the_open_page(trial: Trial, dispatcher: User) -> None:
    page = trial()
    client = Client()
    client.force_login(dispatcher, backend="carma.accounts.known.RoleBackend")
    client.get("/profile/")
    origin = page.evaluate("location.origin")
    page.context.add_cookies(
        [
            {"name": name, "value": client.cookies[name].value, "url": origin}
            for name in (settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME)
        ]
    )
    page.click("#say")

    expect(page.locator("#messages .toast-line")).to_have_text("Saved at once.")


def test_the_theme_changes_without_loading_the_page_anew(trial: Trial, dispatcher: User) -> None:
    page = trial()
    page.evaluate("window.same = true")
    page.click(".topbar-user > button")
    page.click('button[name="theme"][value="light"]')

    expect(page.locator("html")).to_have_attribute("data-bs-theme", "light")
    assert page.evaluate("window.same") is True
    dispatcher.refresh_from_db()
    assert dispatcher.theme == "light"


def test_as_the_device_follows_the_device(
    browser_page: BrowserPage, committed: None, dispatcher: User
) -> None:
    dispatcher.theme = "auto"
    dispatcher.save(update_fields=["theme"])

    for scheme in ("light", "dark"):
        page = browser_page(dispatcher, "/trial/", color_scheme=scheme)
        expect(page.locator("html")).to_have_attribute("data-bs-theme", scheme)


def test_the_first_tab_leads_past_the_menu(trial: Trial) -> None:
    page = trial()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")

    expect(page.locator("#main")).to_be_focused()


def test_it_prints_without_the_bar(trial: Trial) -> None:
    page = trial()
    page.emulate_media(media="print")

    expect(page.locator(".topbar")).to_be_hidden()
    assert page.evaluate("getComputedStyle(document.body).color") == "rgb(0, 0, 0)"
    assert page.evaluate("getComputedStyle(document.documentElement).backgroundColor") == "rgba(0, 0, 0, 0)"


@pytest.mark.parametrize(
    ("seconds", "text"), [(59, "00:59"), (3_605, "1:00:05"), (86_399, "23:59:59"), (3 * 86_400, "3 d 0:00")]
)
def test_a_clock_that_runs_for_days_counts_them(trial: Trial, seconds: int, text: str) -> None:
    page = trial()
    page.evaluate(
        """seconds => {
          const clock = document.createElement("time");
          clock.id = "clock";
          clock.dataset.since = 1000;
          clock.dataset.frozen = 1000 + seconds;
          document.getElementById("list").append(clock);
        }""",
        seconds,
    )

    expect(page.locator("#clock")).to_have_text(text)
