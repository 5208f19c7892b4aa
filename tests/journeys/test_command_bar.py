"""The command bar in the browser: over any page, and back to where one was."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Route, expect

from carma.accounts.models import User
from carma.incidents.models import Incident
from interventions.models import Assignment, Team
from tests.browser import DESKTOP, TABLET, TABLET_UPRIGHT, axe
from tests.journeys.conftest import MS, Seat, forgive, has_focus, wear

pytestmark = pytest.mark.journey

NEW, HELP = "/incidents/new/", "/help/commands/"
RUN = "**/command/run/"
BAR, FIELD, PREVIEW = "#command[open]", "#command-field", "#command-preview"
FORM = """() => [...document.getElementById('intake').elements]
  .filter((one) => one.name !== 'csrfmiddlewaretoken')
  .map((one) => [one.name, one.value, one.checked])"""


def type_line(page: Page, line: str, told: str | re.Pattern[str]) -> None:
    """Type a line into the open bar, and read what it would do."""
    page.fill(FIELD, line)
    expect(page.locator(PREVIEW)).to_contain_text(told, timeout=MS)


def test_a_call_half_taken_stays_as_it_is(
    seat: Seat, dispatcher: User, incident: Incident, team: Team
) -> None:
    page = seat(dispatcher, NEW)
    page.fill("#id_words", "luide muziek bij de buren")
    page.locator("#id_place").press_sequentially("Stationsstraat 12, 3600 Genk")  # leaving would choose it
    expect(page.locator("#id_place_list")).to_be_visible(timeout=MS)
    expect(page.locator("#id_type")).not_to_have_value("", timeout=MS)
    expect(page.locator("[name^=answer_]").first).to_be_visible(timeout=MS)  # what the type asks
    page.evaluate("document.getElementById('id_place').setSelectionRange(3, 5)")
    before = page.evaluate(FORM)
    page.keyboard.press("F2")
    has_focus(page, FIELD)
    type_line(page, "d 12 1", f"GK12 goes to {incident.reference}.")
    page.keyboard.press("Enter")

    expect(page.locator(BAR)).to_have_count(0, timeout=MS)
    expect(page.locator(".command-done")).to_contain_text(f"GK12 goes to {incident.reference}.")
    has_focus(page, "#id_place")
    assert page.evaluate(FORM) == before
    assert page.evaluate("[document.activeElement.selectionStart, document.activeElement.selectionEnd]") == [
        3,
        5,
    ]
    assert Assignment.objects.get().team == team


def test_what_was_done_is_undone_by_its_button_or_by_u(
    seat: Seat, dispatcher: User, assignment: Assignment
) -> None:
    page = seat(dispatcher)
    for line in ("e 12", "gk12 onderweg"):
        page.keyboard.press("F2")
        page.keyboard.type(line)
        page.keyboard.press("Enter")  # a quick hand
        expect(page.locator(BAR)).to_have_count(0, timeout=MS)
        assert Assignment.objects.get().status == "en_route"
        if line == "e 12":
            page.locator(".command-done").get_by_role("button").click()
        else:
            page.keyboard.press("F2")
            type_line(page, "u", "Undo: GK12 is en route")
            page.keyboard.press("Enter")
        expect(page.locator(".command-done button")).to_have_count(0, timeout=MS)
        assert Assignment.objects.get().status == "assigned"


def test_escape_twice_opens_it_unless_the_escape_means_something_else(
    seat: Seat, dispatcher: User, incident: Incident
) -> None:
    page = seat(dispatcher, NEW)
    page.locator("#id_caller_name").focus()
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    has_focus(page, FIELD)
    page.keyboard.press("Escape")
    expect(page.locator(BAR)).to_have_count(0)
    has_focus(page, "#id_caller_name")
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    expect(page.locator("#keys-help")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#keys-help")).to_be_hidden()
    page.keyboard.press("Escape")
    expect(page.locator(BAR)).to_have_count(0)
    page.locator("#id_place").press_sequentially("Stationsstraat 1")
    expect(page.locator("#id_place_list")).to_be_visible(timeout=MS)
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")

    expect(page.locator("#id_place_list")).to_be_hidden()
    expect(page.locator(BAR)).to_have_count(0)


def test_its_own_escape_closes_nothing_behind_it(
    seat: Seat, dispatcher: User, incident: Incident, team: Team
) -> None:
    page = seat(dispatcher)
    page.locator("#queue a[data-side]").first.click()
    page.locator("#side [role=combobox]").fill("GK")
    page.keyboard.press("F2")
    has_focus(page, FIELD)
    page.keyboard.press("Escape")

    expect(page.locator(BAR)).to_have_count(0)
    expect(page.locator("#side [role=combobox]")).to_have_value("GK")
    has_focus(page, "#side [role=combobox]")


def test_what_changed_meanwhile_is_told_and_the_next_enter_counts(
    seat: Seat, dispatcher: User, officer: User, assignment: Assignment
) -> None:
    page = seat(dispatcher)
    page.keyboard.press("F2")
    type_line(page, "s 12", "GK12 is on scene")
    assignment.depart(by=officer)
    page.keyboard.press("Enter")
    expect(page.locator("#command-refusal [role=alert]")).to_contain_text("officer", timeout=MS)
    expect(page.locator(PREVIEW)).to_contain_text("GK12 is on scene")
    assert Assignment.objects.get().status == "en_route"
    page.keyboard.press("Enter")

    expect(page.locator(BAR)).to_have_count(0, timeout=MS)
    assert Assignment.objects.get().status == "on_scene"
    forgive(page)


def test_a_jump_leaves_a_half_typed_call_where_it_is(
    seat: Seat, dispatcher: User, incident: Incident
) -> None:
    page = seat(dispatcher, NEW)
    page.locator("#id_words").press_sequentially("Iets")
    page.keyboard.press("F2")
    type_line(page, "1", incident.reference)
    expect(page.locator("[data-go-elsewhere]")).to_be_visible()
    with page.context.expect_page() as opened:
        page.keyboard.press("Enter")
    assert opened.value.url.endswith(f"/incidents/{incident.pk}/")
    expect(page.locator("#id_words")).to_have_value("Iets")
    page.goto(HELP)
    page.keyboard.press("F2")
    page.keyboard.type("1")
    page.keyboard.press("Enter")

    page.wait_for_url(f"**/incidents/{incident.pk}/", timeout=MS)


def test_without_a_line_enter_does_it_once_in_the_end(
    seat: Seat, dispatcher: User, incident: Incident
) -> None:
    """The server did it and the browser never heard: Enter again is the same deed."""
    page = seat(dispatcher)

    def lose(route: Route) -> None:
        route.fetch()
        route.abort()

    page.route(RUN, lose)
    page.keyboard.press("F2")
    type_line(page, "n 1 Hond in de tuin", "A note is written")
    page.keyboard.press("Enter")
    expect(page.locator("#command-refusal [role=alert]")).to_be_visible(timeout=MS)
    page.unroute(RUN)
    page.keyboard.press("Enter")

    expect(page.locator(BAR)).to_have_count(0, timeout=MS)
    assert incident.notes.count() == 1
    page.complaints.clear()  # type: ignore[attr-defined]  # the browser tells of it too


def test_it_is_fit_for_everyone(
    seat: Seat, dispatcher: User, assignment: Assignment, take: Callable[..., Incident]
) -> None:
    """axe-core finds nothing grave in either theme, and nothing lies beside the screen."""
    found = take(words="Luide muziek in de tuin")
    page = seat(dispatcher, HELP)
    page.keyboard.press("F2")
    type_line(page, "z muziek", "Search incidents.")
    page.keyboard.press("Enter")
    expect(page.locator(".command-found")).to_contain_text(found.reference, timeout=MS)
    page.keyboard.press("ArrowDown")
    expect(page.locator(".command-found a").first).to_be_focused()
    _is_fit(page)
    for line, told in (("", "Send a team"), ("v 12", "can't become"), ("s 12", "GK12 is on scene")):
        type_line(page, line, told)
        wear(page, "light", TABLET)
        assert axe(page) == []
    page.goto(HELP)
    page.keyboard.press("F2")
    page.keyboard.type("s 12")
    page.keyboard.press("Enter")
    expect(page.locator(".command-done")).to_be_visible(timeout=MS)
    _is_fit(page)


def _is_fit(page: Page) -> None:
    for theme, size in (("dark", DESKTOP), ("light", TABLET), ("dark", TABLET_UPRIGHT)):
        wear(page, theme, size)
        assert axe(page) == []
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
