"""Every page of the desk as it looks: both themes, desktop and tablet, judged by axe-core."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from carma import clock
from carma.accounts.models import User
from carma.events.models import Delivery, Event
from carma.timers.models import Heartbeat, Timer
from tests.browser import DESKTOP, TABLET, TABLET_UPRIGHT, BrowserPage, axe
from tests.cast import Member

pytestmark = pytest.mark.journey

PAGES = ["/profile/", "/profile/password/", "/search/?q=muziek", "/audit/?purpose=klacht", "/operations/"]


@pytest.fixture
def everyone(committed: None, member: Member) -> User:
    """Somebody with every role the desk has pages for, on a desk with something to show."""
    now = clock.now()
    Heartbeat.objects.create(name="worker", at=now)
    event = Event.objects.create(at=now, kind="incident.qualified", subject_type="test", subject_id="1")
    Delivery.objects.create(event=event, subscriber="some.package.open_case", tries=4, error="ValueError()")
    Timer.objects.create(
        kind="incident.unassigned",
        subject_type="test",
        subject_id="1",
        due_at=now,
        ended_at=now,
        outcome="dead",
    )
    return member("everyone", "dispatcher", "dpo", "admin")


def overflows(page: Page) -> bool:
    found: bool = page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
    return found


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_nothing_serious_in_either_theme(browser_page: BrowserPage, everyone: User, theme: str) -> None:
    everyone.theme = theme
    everyone.save(update_fields=["theme"])
    page = browser_page(everyone, "/profile/", size=DESKTOP)
    for address in PAGES:
        page.goto(address)
        assert axe(page) == [], address
        assert not overflows(page), address
    page.click(".topbar-user > button")
    expect(page.locator(".dropdown-menu.show")).to_be_visible()
    assert axe(page) == []


@pytest.mark.parametrize("size", [TABLET, TABLET_UPRIGHT], ids=str)
def test_it_fits_a_tablet(browser_page: BrowserPage, everyone: User, size: tuple[int, int]) -> None:
    page = browser_page(everyone, "/profile/", size=size, touch=True)
    for address in PAGES:
        page.goto(address)
        assert axe(page) == [], address
        assert not overflows(page), address
    page.click(".navbar-toggler")
    last = page.locator("#menu .nav-link").last
    expect(last).to_be_in_viewport()
    heights = page.locator("#menu .nav-link, .btn:visible").evaluate_all(
        "all => all.map(one => one.getBoundingClientRect().height)"
    )
    assert min(height for height in heights if height) >= 44


def test_signing_in_looks_right(browser_page: BrowserPage, committed: None) -> None:
    page = browser_page(None, "/login/")
    assert axe(page) == []
    page.fill("#id_username", "nobody")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_be_visible()
    assert axe(page) == []
    page.goto("/profile/")
    expect(page).to_have_url(page.url.split("/login")[0] + "/login/?next=/profile/")


def test_the_operations_page_renews_itself(browser_page: BrowserPage, everyone: User) -> None:
    page = browser_page(everyone, "/operations/")
    expect(page.locator('[data-health="late"]')).to_have_count(1)
    Heartbeat.objects.create(name="watchdog", at=clock.now())

    expect(page.locator('[data-health="late"]')).to_have_count(0, timeout=10_000)
    page.get_by_role("button", name=page.locator("[id^=retry-]").inner_text()).click()
    expect(page.locator("#messages .toast-line")).to_be_visible()
