"""Keys declared in the markup, pressed in a real browser."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from carma.accounts.models import User
from tests.browser import BrowserPage, axe

pytestmark = [pytest.mark.journey, pytest.mark.urls("tests.web.addresses")]


@pytest.fixture
def page(browser_page: BrowserPage, committed: None, dispatcher: User) -> Page:
    return watched(browser_page(dispatcher, "/trial/"))


def watched(page: Page) -> Page:
    page.evaluate(
        "window.clicked = []; document.addEventListener('click', e => clicked.push(e.target.textContent))"
    )
    return page


def clicked(page: Page) -> list[str]:
    found: list[str] = page.evaluate("clicked")
    return found


def test_a_key_presses_its_button(page: Page) -> None:
    page.keyboard.press("n")

    assert clicked(page) == ["New"]
    expect(page.locator("#outside")).to_have_attribute("aria-keyshortcuts", "n")


def test_a_key_is_a_letter_while_one_types(page: Page) -> None:
    page.keyboard.press("f")
    page.keyboard.type("nn/?")

    expect(page.locator("#field")).to_have_value("nn/?")
    assert clicked(page) == []
    page.keyboard.press("Escape")
    page.keyboard.press("n")
    assert clicked(page) == ["New"]


def test_a_held_or_modified_key_does_nothing(page: Page) -> None:
    page.keyboard.press("Control+n")
    page.keyboard.press("Alt+n")

    assert clicked(page) == []


def test_the_slash_goes_to_the_search_box(page: Page) -> None:
    page.keyboard.press("/")

    expect(page.get_by_role("searchbox")).to_be_focused()


def test_two_keys_in_a_row_go_somewhere(page: Page) -> None:
    page.keyboard.press("g")
    page.keyboard.press("h")
    page.wait_for_url(lambda url: not url.endswith("/trial/"))
    page.complaints.clear()  # type: ignore[attr-defined]  # where it leads is not of this test


def test_arrows_walk_a_list_and_enter_opens(page: Page) -> None:
    for key, row in [("ArrowDown", "one"), ("ArrowDown", "two"), ("End", "three"), ("Home", "one")]:
        page.keyboard.press(key)
        expect(page.locator(f"#{row}")).to_be_focused()
    page.keyboard.press("ArrowUp")
    expect(page.locator("#one")).to_be_focused()
    page.keyboard.press("Enter")

    assert page.url.endswith("#opened-one")


def test_a_list_is_one_stop_of_the_tab_key(page: Page) -> None:
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")

    assert page.locator("#list > [tabindex='0']").evaluate_all("rows => rows.map(row => row.id)") == ["two"]


def test_a_key_in_a_row_is_about_the_chosen_row(page: Page) -> None:
    page.keyboard.press("a")
    assert clicked(page) == []
    page.locator("#two").focus()
    page.keyboard.press("a")

    assert clicked(page) == ["Act on two"]


def test_the_question_mark_shows_what_this_page_knows(page: Page) -> None:
    page.keyboard.press("?")
    overview = page.locator("#keys-help")

    expect(overview).to_be_visible()
    expect(overview).to_contain_text("New thing")
    assert overview.locator("[data-keys-here] dt").all_inner_texts().count("n") == 1
    assert axe(page) == []
    page.keyboard.press("n")
    assert clicked(page) == []
    page.keyboard.press("Escape")
    expect(overview).to_be_hidden()


def test_the_command_bar_s_keys_are_left_alone(page: Page) -> None:
    page.evaluate("document.getElementById('outside').dataset.key = 'F2'")
    page.keyboard.press("F2")

    assert clicked(page) == []


def test_single_letters_can_be_switched_off(
    browser_page: BrowserPage, committed: None, dispatcher: User
) -> None:
    dispatcher.single_keys = False
    dispatcher.save(update_fields=["single_keys"])
    page = watched(browser_page(dispatcher, "/trial/"))
    for key in ("n", "/", "?", "g", "h"):
        page.keyboard.press(key)

    assert clicked(page) == []
    expect(page.locator("#keys-help")).to_be_hidden()
    page.keyboard.press("ArrowDown")
    expect(page.locator("#one")).to_be_focused()
    page.click("[data-keys-help]")
    expect(page.locator("[data-keys-off]")).to_be_visible()
