"""The board and the field page as people use them, in a real browser."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from carma.accounts.models import User
from carma.alerts.actions import raise_alert
from carma.clock import now
from carma.incidents.models import Incident
from interventions import actions
from interventions.models import Assignment, Team
from tests.browser import DESKTOP, TABLET, BrowserPage, axe

pytestmark = [pytest.mark.journey, pytest.mark.usefixtures("committed")]
Take = Callable[..., Incident]
PHONE = (390, 844)


@pytest.fixture
def busy(take: Take, assignment: Assignment, second_team: Team, duty_officer: User) -> Incident:
    """One incident waits for a team and sounds, another has one; BR21 is free and at the door."""
    waiting = take("CRI-204")
    second_team.lat, second_team.lon, second_team.position_at = 51.01, 5.56, now()
    second_team.save(update_fields=["lat", "lon", "position_at"])
    facts = {"reference": waiting.reference, "priority": 1}
    text = "No team yet: incident %(reference)s, priority %(priority)s"
    raise_alert("incident.unassigned", waiting, priority=1, text=text, facts=facts, at=now())
    return waiting


def choose(page: Page, incident: Incident) -> None:
    """Walk to the incident's row by keyboard and ask for a team."""
    page.keyboard.press("1")
    expect(page.locator(f"#incident-{incident.pk}")).to_be_focused()
    page.keyboard.press("a")
    expect(page.locator("#team-filter")).to_be_focused()


def test_a_team_is_sent_and_followed_by_keyboard(
    browser_page: BrowserPage, dispatcher: User, busy: Incident
) -> None:
    page = browser_page(dispatcher, "/board/")
    choose(page, busy)
    page.keyboard.type("br")
    page.keyboard.press("Enter")

    expect(page.locator(f"#running #incident-{busy.pk}")).to_be_visible()
    expect(page.locator(f"#queue #incident-{busy.pk}")).to_have_count(0)
    sent = Assignment.objects.get(incident=busy)
    line = page.locator(f"#assignment-{sent.pk}")
    page.keyboard.press("2")
    page.keyboard.press("ArrowDown")
    expect(line).to_be_focused()
    page.keyboard.press("e")
    expect(line.locator("[data-status=en_route]")).to_be_visible()
    expect(line).to_be_focused()
    page.keyboard.press("s")
    expect(line.locator("[data-status=on_scene]")).to_be_visible()
    expect(page.locator(".team-group[data-status=on_scene]")).to_contain_text("BR21")


def test_who_comes_second_is_told_and_chooses_again(
    browser_page: BrowserPage, dispatcher: User, take: Take, busy: Incident, second_team: Team
) -> None:
    page = browser_page(dispatcher, "/board/")
    choose(page, busy)
    other = take("CRI-204")
    actions.assign(second_team, other, by=dispatcher)
    page.keyboard.press("Enter")

    expect(page.locator("#refusals")).to_contain_text(other.reference)
    expect(page.locator("#side")).to_be_visible()
    expect(page.locator("#side .team-not")).to_contain_text([other.reference])
    expect(page.locator(f"#running #incident-{other.pk}")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#side")).to_be_hidden()
    page.complaints.clear()  # type: ignore[attr-defined]  # the browser notes the refusal


def test_a_team_is_dragged_onto_an_incident(
    browser_page: BrowserPage, dispatcher: User, busy: Incident, second_team: Team
) -> None:
    page = browser_page(dispatcher, "/board/")
    page.locator(f"#team-{second_team.pk}").drag_to(page.locator(f"#incident-{busy.pk}"))

    expect(page.locator(f"#running #incident-{busy.pk}")).to_be_visible()
    assert Assignment.objects.get(incident=busy).team == second_team


def test_a_reason_is_told_beside_the_board(
    browser_page: BrowserPage, dispatcher: User, assignment: Assignment
) -> None:
    page = browser_page(dispatcher, "/board/")
    line = page.locator(f"#assignment-{assignment.pk}")
    page.keyboard.press("2")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("t")
    reason = page.locator("#side [name=reason]")
    expect(reason).to_be_focused()
    page.keyboard.type("Band lek")
    page.keyboard.press("Enter")
    expect(reason).to_have_value("Band lek")  # Enter alone tells nothing: which step would it be?
    page.locator("#side button[formaction$='/refuse/']").click()

    expect(page.locator("#side")).to_be_hidden()
    expect(line).to_have_count(0)
    expect(page.locator(f"#queue #incident-{assignment.incident_id}")).to_be_visible()


def test_an_alert_is_acknowledged_by_two_strokes(
    browser_page: BrowserPage, dispatcher: User, busy: Incident
) -> None:
    page = browser_page(dispatcher, "/board/")
    expect(page.locator(".board-rail .alarm")).to_be_visible()
    page.keyboard.press("k")
    page.wait_for_timeout(300)
    expect(page.locator(".alarm")).to_have_count(1)
    page.keyboard.press("k")

    expect(page.locator(".alarm")).to_have_count(0)
    expect(page.locator(".board-calm")).to_be_visible()


def test_what_another_does_comes_onto_the_board(
    browser_page: BrowserPage, dispatcher: User, busy: Incident, second_team: Team
) -> None:
    page = browser_page(dispatcher, "/board/")
    expect(page.locator("#live-state")).to_have_attribute("data-state", "polling", timeout=20_000)
    actions.assign(second_team, Incident.objects.get(pk=busy.pk), by=dispatcher)

    expect(page.locator(f"#running #incident-{busy.pk}")).to_be_visible(timeout=10_000)


def test_the_map_shows_what_the_lists_show_and_stays_where_it_is(
    browser_page: BrowserPage, dispatcher: User, busy: Incident, take: Take
) -> None:
    page = browser_page(dispatcher, "/board/")
    expect(page.locator(".map-mark")).to_have_count(3)
    expect(page.locator(".border-municipality").first).to_be_attached()
    expect(page.locator(".leaflet-zoom-anim")).to_have_count(0)  # a map in motion takes no clicks
    page.locator(".map-team").click()
    expect(page.locator("#teams .row-team[data-place]")).to_be_focused()

    page.locator(".leaflet-control-zoom-in").click()
    page.wait_for_timeout(500)
    view = "['.leaflet-map-pane', '.leaflet-proxy'].map((one) => document.querySelector(one).style.transform)"
    before = page.evaluate(view)
    take("ORD-106")
    page.locator("#queue").dispatch_event("carma:refresh")

    expect(page.locator(".map-mark")).to_have_count(4)
    assert page.evaluate(view) == before


def test_an_empty_list_says_whether_it_is_sure(browser_page: BrowserPage, dispatcher: User) -> None:
    page = browser_page(dispatcher, "/board/")
    line = page.locator("#queue [data-as-of]")
    tell = "([name, detail]) => document.dispatchEvent(new CustomEvent(name, { detail }))"
    page.evaluate(tell, ["carma:heartbeat", {"at": "2026-03-28T22:14:05Z", "pos": 1, "engine": 1}])
    expect(line).to_contain_text("23:14:05")
    sure = line.inner_text()
    page.evaluate(tell, ["carma:state", {"state": "stale", "since": None}])

    expect(line).not_to_have_text(sure)
    expect(line).to_have_attribute("data-unsure", "")


@pytest.mark.parametrize("size", [DESKTOP, TABLET])
def test_it_fits_on_one_screen(
    browser_page: BrowserPage, dispatcher: User, take: Take, busy: Incident, size: tuple[int, int]
) -> None:
    for _ in range(12):
        take("CRI-204")
    page = browser_page(dispatcher, "/board/", size=size)
    page.keyboard.press("1")
    page.keyboard.press("End")

    assert page.evaluate("[scrollX, scrollY, document.scrollingElement.scrollHeight <= innerHeight]") == [
        0, 0, True,
    ]  # fmt: skip
    for panel in ("queue", "running", "teams", "map"):
        box = page.locator(f"#{panel}").bounding_box()
        assert box is not None
        assert box["height"] > 150
        assert box["y"] + box["height"] <= size[1]


@pytest.mark.parametrize("theme", ["dark", "light"])
@pytest.mark.parametrize("path", ["/board/", "/field/", "/alerts/", "/duty/"])
def test_axe_finds_nothing_grave(
    browser_page: BrowserPage, dispatcher: User, busy: Incident, theme: str, path: str
) -> None:
    dispatcher.theme = theme
    dispatcher.save(update_fields=["theme"])
    page = browser_page(dispatcher, path)
    assert axe(page) == []
    if path == "/board/":
        choose(page, busy)
        assert axe(page) == []


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_the_field_page_is_for_a_thumb(
    browser_page: BrowserPage, officer: User, assignment: Assignment, theme: str
) -> None:
    officer.theme = theme
    officer.save(update_fields=["theme"])
    page = browser_page(officer, "/field/", size=PHONE, touch=True)
    page.locator(".field-choice", has_text="GK12").tap()
    expect(page.locator(".field-where")).to_contain_text(assignment.incident.place)
    for button in page.locator(".field-verb").all():
        box = button.bounding_box()
        assert box is not None
        assert (box["height"] >= 56, box["width"] >= 300) == (True, True)
    page.evaluate("scrollTo(0, document.scrollingElement.scrollHeight)")  # there the panic bar covers nothing
    assert axe(page) == []
    assert page.evaluate("document.scrollingElement.scrollWidth <= innerWidth")

    page.locator(".field-verb").first.tap()
    expect(page.locator(".field-work [data-status=en_route]")).to_be_visible()
    page.locator("#field-text").fill("Deur staat open")
    page.locator("#field-note button").tap()
    expect(page.locator("#field-text")).to_have_value("")
