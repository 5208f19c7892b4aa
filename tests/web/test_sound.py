"""Alarms one can hear, or is told one can not."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from carma.accounts.models import User
from tests.browser import BrowserPage

pytestmark = [pytest.mark.journey, pytest.mark.urls("tests.web.addresses")]

ALARM = "document.getElementById('alarms').innerHTML = '<p id=\"x\" data-alarm=\"{}\">GK12</p>'"


@pytest.fixture
def page(browser_page: BrowserPage, committed: None, dispatcher: User) -> Page:
    page = browser_page(dispatcher, "/trial/")
    page.evaluate(
        "window.sounds = [];"
        "document.addEventListener('carma:sounded', e => sounds.push([e.detail.level, Date.now()]))"
    )
    return page


def wait_for_sounds(page: Page, number: int, timeout_s: int = 12) -> list[list[int]]:
    page.wait_for_function("number => sounds.length >= number", arg=number, timeout=timeout_s * 1000)
    found: list[list[int]] = page.evaluate("sounds")
    return found


def test_a_silent_browser_is_told_and_the_shift_starts_with_sound(page: Page) -> None:
    banner = page.locator("#sound-banner")
    expect(banner).to_be_hidden()
    page.evaluate(ALARM.format(1))

    expect(banner).to_be_visible()
    assert page.evaluate("sounds") == []
    banner.get_by_role("button").click()
    expect(banner).to_be_hidden()
    assert wait_for_sounds(page, 1)[0][0] == 1
    expect(page.locator("#messages .toast-line")).to_be_visible()


def test_it_repeats_until_the_alarm_leaves_the_page(page: Page) -> None:
    page.evaluate(ALARM.format(0))
    page.get_by_role("button", name=page.locator("[data-sound-start]").inner_text()).click()
    sounds = wait_for_sounds(page, 2)

    assert [level for level, _ in sounds] == [0, 0]
    assert 3500 < sounds[1][1] - sounds[0][1] < 8000
    page.evaluate("document.getElementById('alarms').replaceChildren()")
    page.wait_for_timeout(5500)
    assert len(page.evaluate("sounds")) == 2


def test_the_most_urgent_sounds_first_and_a_routine_one_once(page: Page) -> None:
    page.evaluate(
        "document.getElementById('alarms').innerHTML ="
        ' \'<p id="r" data-alarm="3">3</p><p id="u" data-alarm="1">1</p>\''
    )
    page.locator("[data-sound-start]").click()
    assert wait_for_sounds(page, 1)[0][0] == 1
    page.evaluate("document.getElementById('u').remove()")
    page.wait_for_timeout(3000)

    assert [level for level, _ in page.evaluate("sounds")] == [1]


def test_a_page_that_needs_sound_says_so_before_any_alarm(page: Page) -> None:
    page.evaluate("document.getElementById('alarms').setAttribute('data-sound-needed', '')")

    expect(page.locator("#sound-banner")).to_be_visible()


def test_the_next_page_sounds_again_after_any_gesture(page: Page) -> None:
    page.evaluate(ALARM.format(1))
    page.locator("[data-sound-start]").click()
    page.reload()
    page.evaluate(
        "window.sounds = [];"
        "document.addEventListener('carma:sounded', e => sounds.push([e.detail.level, Date.now()]))"
    )
    page.keyboard.press("Tab")
    page.evaluate(ALARM.format(2))

    assert wait_for_sounds(page, 1)[0][0] == 2
