"""The page of one incident in the browser: its verbs by key, and what happens when they are refused."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from carma.accounts.models import User
from carma.actionfields.models import Priority
from carma.incidents.actions import add_note, queue, reprioritise
from carma.incidents.models import Incident, Note
from interventions import actions as dispatch
from interventions.models import Team
from tests.browser import DESKTOP, TABLET, TABLET_UPRIGHT, axe
from tests.journeys.conftest import MS, Seat, forgive, has_focus, wear

pytestmark = pytest.mark.journey

Take = Callable[..., Incident]
Open = Callable[[Incident], Page]


@pytest.fixture
def opened(seat: Seat, dispatcher: User) -> Open:
    return lambda incident: seat(dispatcher, f"/incidents/{incident.pk}/")


def verb(page: Page, key: str, name: str) -> None:
    """Open a verb by its key; the cursor is in its form."""
    page.keyboard.press(key)
    expect(page.locator(f"#verb-{name}")).to_have_attribute("open", "")
    expect(page.locator(f"#verb-{name} form :focus")).to_have_count(1)


def test_a_verb_opens_by_its_key_and_closes_with_escape(opened: Open, incident: Incident) -> None:
    page = opened(incident)
    verb(page, "p", "priority")
    has_focus(page, "#priority-priority")
    page.keyboard.press("Escape")
    expect(page.locator("#verb-priority")).not_to_have_attribute("open", "")
    has_focus(page, "#verb-priority > summary")
    verb(page, "x", "cancel")
    page.keyboard.press("Escape")
    verb(page, "m", "merge")

    expect(page.locator(".verb[open]")).to_have_count(1)
    assert axe(page) == []


def test_a_verb_is_done_by_keys_and_told(opened: Open, incident: Incident) -> None:
    page = opened(incident)
    verb(page, "p", "priority")
    page.keyboard.press("Home")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Control+Enter")

    expect(page.locator("#incident-head .priority").first).to_have_attribute("data-priority", "1", timeout=MS)
    expect(page.locator("#messages .toast-line")).to_have_text("Priority changed.")
    has_focus(page, "#incident-title")
    expect(page.locator("#incident-timeline li").first).to_contain_text("Priority changed", timeout=MS)
    incident.refresh_from_db()
    assert incident.priority_id == 1


def test_what_is_missing_is_told_in_the_form(opened: Open, take: Take) -> None:
    page = opened(take("", place=None, words="luide muziek bij de buren"))
    verb(page, "q", "qualify")
    page.keyboard.press("Control+Enter")

    expect(page.locator("#verb-qualify .field-error")).to_have_count(2, timeout=MS)
    expect(page.locator("#verb-qualify")).to_have_attribute("open", "")
    has_focus(page, "#qualify-type")
    assert axe(page) == []
    page.keyboard.press("ArrowDown")  # an empty field offers what the words of the call suggest
    page.keyboard.press("Enter")
    expect(page.locator("#qualify-type")).to_have_value("ORD-106 Noise nuisance", timeout=MS)
    page.keyboard.press("Tab")
    page.keyboard.type("Stationsstraat 12, Genk")
    page.keyboard.press("Enter")
    expect(page.locator("#qualify-lat")).not_to_have_value("", timeout=MS)
    page.keyboard.press("Control+Enter")
    expect(page.locator("#incident-head [data-status=qualified]")).to_be_visible(timeout=MS)
    forgive(page)


def test_a_refusal_stands_in_the_form_with_what_was_typed(opened: Open, take: Take) -> None:
    page = opened(take("CRI-204"))
    verb(page, "p", "priority")
    page.select_option("#priority-priority", "4")
    page.keyboard.press("Control+Enter")

    refusal = page.locator("#verb-priority [role=alert]")
    expect(refusal).to_have_attribute("data-code", "reason_needed", timeout=MS)
    expect(page.locator("#priority-priority")).to_have_value("4")
    page.fill("#priority-reason", "Vals alarm van de installateur")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#incident-head .priority").first).to_have_attribute("data-priority", "4", timeout=MS)
    forgive(page)


def test_who_was_too_slow_sees_what_changed_and_decides_again(
    opened: Open, incident: Incident, colleague: User
) -> None:
    page = opened(incident)
    verb(page, "p", "priority")
    page.select_option("#priority-priority", "4")
    page.fill("#priority-reason", "Kan wachten")
    reprioritise(incident, Priority.objects.get(pk=1), by=colleague)
    expect(page.locator("#incident-head[data-stale]")).to_be_visible(timeout=MS)
    page.keyboard.press("Control+Enter")

    expect(page.locator("#verb-priority [role=alert]")).to_have_attribute("data-code", "stale", timeout=MS)
    expect(page.locator("#incident-head .priority").first).to_have_attribute("data-priority", "1")
    expect(page.locator("#priority-priority")).to_have_value("4")
    expect(page.locator("#priority-reason")).to_have_value("Kan wachten")
    has_focus(page, "#priority-priority")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#incident-head .priority").first).to_have_attribute("data-priority", "4", timeout=MS)
    forgive(page)


def test_a_verb_that_is_gone_meanwhile_says_so(opened: Open, incident: Incident, colleague: User) -> None:
    page = opened(incident)
    verb(page, "w", "queue")
    page.fill("#queue-deferred_reason", "Alle ploegen bezet")
    incident.refresh_from_db()
    queue(incident, by=colleague)
    page.keyboard.press("Control+Enter")

    expect(page.locator("#refusals [role=alert]")).to_have_attribute("data-code", "stale", timeout=MS)
    expect(page.locator("#verb-queue")).to_have_count(0)
    has_focus(page, "#incident-title")
    forgive(page)


def test_a_note_is_added_and_one_that_is_refused_keeps_its_text(opened: Open, incident: Incident) -> None:
    page = opened(incident)
    page.keyboard.press("n")
    has_focus(page, "#id_text")
    page.keyboard.type("Beller belde terug: <b>het is stil</b>")
    page.route("**/notes/", lambda route: route.abort())
    page.keyboard.press("Control+Enter")
    expect(page.locator("#refusals [role=alert]")).to_be_visible(timeout=MS)
    expect(page.locator("#id_text")).to_have_value("Beller belde terug: <b>het is stil</b>")
    page.unroute("**/notes/")
    page.keyboard.press("Control+Enter")

    expect(page.locator("#incident-timeline .told").first).to_have_text(
        "Beller belde terug: <b>het is stil</b>", timeout=MS
    )
    expect(page.locator("#id_text")).to_have_value("")
    has_focus(page, "#id_text")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#note-error")).to_be_visible(timeout=MS)
    assert Note.objects.count() == 1
    page.complaints.clear()  # type: ignore[attr-defined]


def test_two_fields_open_the_right_one_is_sent(opened: Open, incident: Incident) -> None:
    """A verb is open while a note is typed: Ctrl+Enter sends what the cursor is in."""
    page = opened(incident)
    verb(page, "x", "cancel")
    page.locator("#id_text").focus()
    page.keyboard.type("Alleen een notitie")
    page.keyboard.press("Control+Enter")

    expect(page.locator("#incident-timeline .told").first).to_have_text("Alleen een notitie", timeout=MS)
    incident.refresh_from_db()
    assert incident.status == "qualified"


def test_what_others_do_appears_by_itself(
    opened: Open, incident: Incident, colleague: User, team: Team
) -> None:
    page = opened(incident)
    page.locator("#id_text").press_sequentially("half een ")
    add_note(incident, "Van een ander", by=colleague)
    dispatch.assign(team, incident, by=colleague)

    expect(page.locator("#incident-head [data-status=assigned]")).to_be_visible(timeout=MS)
    expect(page.locator("#incident-teams")).to_contain_text("GK12", timeout=MS)
    expect(page.locator("#incident-timeline")).to_contain_text("Van een ander", timeout=MS)
    has_focus(page, "#id_text")
    expect(page.locator("#id_text")).to_have_value("half een ")


def test_it_is_fit_for_everyone_and_for_paper(opened: Open, take: Take, dispatcher: User, team: Team) -> None:
    incident = take(
        "CRI-204", words="Twee mannen in de tuin", caller_name="Nele Vliet", caller_phone="089 11 22 33"
    )
    add_note(incident, "Lijn blijft open", by=dispatcher)
    dispatch.assign(team, incident, by=dispatcher)
    page = opened(incident)
    for theme, size in (("dark", DESKTOP), ("light", TABLET), ("dark", TABLET_UPRIGHT)):
        wear(page, theme, size)
        assert axe(page) == []
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert [page.locator(tag).count() for tag in ("h1", "main", "nav")] == [1, 1, 1]
    expect(page).to_have_title(f"{incident.reference} Residential burglary in progress · CARMA")
    page.emulate_media(media="print")

    for shown in ("#incident-title", "#incident-timeline", ".course"):
        expect(page.locator(shown)).to_be_visible()
    for left_out in (".verbs", "#note", ".topbar"):
        expect(page.locator(left_out)).to_be_hidden()
