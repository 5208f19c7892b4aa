"""A team on scene asks for another one from the telephone; the board says so and answers."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from carma.accounts.models import User
from interventions import actions
from interventions.models import Assignment, Assistance
from tests.browser import DESKTOP, TABLET, axe
from tests.journeys.conftest import MS, Seat, english, wear

pytestmark = pytest.mark.journey
PHONE = (390, 844)


def test_it_is_asked_seen_and_answered(
    seat: Seat, dispatcher: User, officer: User, assignment: Assignment
) -> None:
    actions.arrive(assignment, by=officer)
    board = seat(dispatcher)
    patrol = seat(english(officer), "/field/", size=PHONE, touch=True)
    patrol.locator(".field-choice").tap()
    patrol.locator(".field-ask", has_text="Urgent").tap()
    flag = board.locator(f"#incident-{assignment.incident_id} .row-asked")
    expect(flag).to_contain_text("GK12 asks for another team", timeout=MS)
    expect(patrol.locator(".field-work")).to_contain_text(["Noise", "Another team asked:"], timeout=MS)
    patrol.locator("[data-panic] summary").click(trial=True)  # what dispatch answers does not lie over it
    heights = patrol.locator("#field button").evaluate_all(
        "buttons => buttons.map((button) => button.getBoundingClientRect().height)"
    )
    assert min(heights) >= 44
    for theme, size in (("dark", PHONE), ("light", TABLET)):
        wear(patrol, theme, size)
        assert axe(patrol) == []

    flag.get_by_role("link", name="Answer").click()
    expect(board.locator("#side")).to_contain_text("Urgent: now", timeout=MS)
    for theme, size in (("dark", TABLET), ("light", DESKTOP)):
        wear(board, theme, size)
        assert axe(board) == []
    board.locator("#side [name=reason]").fill("Alle ploegen bezet")
    board.keyboard.press("Enter")
    expect(flag).to_have_count(0, timeout=MS)
    expect(patrol.locator("#field")).to_contain_text("Alle ploegen bezet", timeout=MS)
    assert Assistance.objects.get().status == "declined"
