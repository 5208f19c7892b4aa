"""The page to read and try the API, in a real browser under our content policy."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from carma.accounts.models import User
from carma.incidents.models import Incident
from tests.api.conftest import Made
from tests.browser import BrowserPage

pytestmark = pytest.mark.journey

URL = "/api/v1/docs/"
PATIENT = 20_000


def try_out(page: Page, operation: str) -> None:
    block = page.locator(f"#operations-{operation}")
    block.locator("button.opblock-summary-control").click()
    block.get_by_role("button", name="Try it out").click()
    block.get_by_role("button", name="Execute").click()


def test_anybody_may_read_it(committed: None, browser_page: BrowserPage) -> None:
    page = browser_page(None, URL)

    expect(page.locator(".info .title")).to_contain_text("CARMA", timeout=PATIENT)
    expect(page.locator("#operations-incidents-incidents_list")).to_be_visible(timeout=PATIENT)


def test_who_is_signed_in_tries_a_read(
    committed: None, browser_page: BrowserPage, dispatcher: User, incident: Incident
) -> None:
    page = browser_page(dispatcher, URL)
    try_out(page, "incidents-incidents_list")

    expect(page.locator(".live-responses-table")).to_contain_text(incident.reference, timeout=PATIENT)


def test_who_is_signed_in_tries_a_write(
    committed: None, browser_page: BrowserPage, dispatcher: User, geography: None
) -> None:
    page = browser_page(dispatcher, URL)
    block = page.locator("#operations-incidents-incidents_create")
    block.locator("button.opblock-summary-control").click()
    block.get_by_role("button", name="Try it out").click()
    block.locator("textarea.body-param__text").fill('{"words": "geprobeerd"}')
    block.get_by_role("button", name="Execute").click()

    expect(page.locator(".live-responses-table tbody .response-col_status").first).to_contain_text(
        "201", timeout=PATIENT
    )
    assert Incident.objects.get().description == "geprobeerd"


def test_a_token_is_tried(
    committed: None, browser_page: BrowserPage, dispatcher: User, make_token: Made
) -> None:
    _token, secret = make_token(dispatcher, "interventions.view_team")
    page = browser_page(None, URL)
    page.get_by_role("button", name="Authorize").click()
    scheme = page.locator(".auth-container", has_text="serviceToken")
    scheme.get_by_role("textbox").fill(secret)
    scheme.get_by_role("button", name="Apply credentials").click()
    scheme.get_by_role("button", name="Close").click()
    try_out(page, "teams-teams_list")

    expect(page.locator(".live-responses-table tbody .response-col_status").first).to_contain_text(
        "200", timeout=PATIENT
    )
