"""Nobody sends a team: the board warns, the officer of duty is alarmed until somebody says "I have it"."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from carma import clock
from carma.accounts.models import User
from carma.alerts.models import Alert
from carma.incidents.models import Incident
from carma.timers.actions import run_due
from carma.timers.engine import run_round
from tests.events.streaming import until
from tests.journeys.conftest import MS, Seat, english

pytestmark = pytest.mark.journey

Take = Callable[..., Incident]

LISTEN = """() => {
  window.sounds = [];
  document.addEventListener("carma:sounded", ({detail}) => window.sounds.push(detail.level));
}"""


def start_shift(page: Page) -> None:
    page.evaluate(LISTEN)
    page.locator("[data-sound-start]").click()


def wait_for_sound(page: Page, level: int) -> None:
    page.wait_for_function("level => window.sounds.includes(level)", arg=level, timeout=MS)


def pass_time(seconds: float) -> None:
    """The engine's round as it will be after so many seconds."""
    run_due(at=clock.now() + timedelta(seconds=seconds))


def test_it_climbs_and_repeats_until_somebody_takes_it_by_name(
    seat: Seat, take: Take, dispatcher: User, duty_officer: User
) -> None:
    """Priority 1 warns after 60 s without a team, alarms after 106 s, each 30 s again, climbs in 3 min."""
    board = seat(dispatcher)
    start_shift(board)
    officer = seat(english(duty_officer), "/duty/")
    incident = take("CRI-204", received_at=clock.now() - timedelta(seconds=96))
    row = board.locator(f"#queue-rows #incident-{incident.pk}")
    expect(row).to_have_attribute("data-state", "warn", timeout=MS)
    expect(row.locator(".clock-mark[data-when=warn]")).to_be_visible()
    expect(board.locator("[data-alarm]")).to_have_count(0)
    run_round("test")
    assert not Alert.objects.exists()

    expect(row).to_have_attribute("data-state", "late", timeout=MS)
    until(lambda: run_round("test") and Alert.objects.exists(), "the alarm")
    for page in (board, officer):
        alarm = page.locator("#alarms [data-alarm]")
        expect(alarm).to_contain_text(incident.reference, timeout=MS)
        expect(alarm).to_contain_text("duty_officer")
    wait_for_sound(board, level=1)
    start_shift(officer)
    wait_for_sound(officer, level=1)

    pass_time(31)
    expect(officer.locator("#alarms [data-alarm]")).to_contain_text("told 2 times", timeout=MS)
    for seconds in range(61, 240, 30):
        pass_time(seconds)
    alert = Alert.objects.get()
    assert (alert.level, alert.status) == (1, "raised")

    officer.keyboard.press("k")
    officer.keyboard.press("k")
    for page in (board, officer):
        expect(page.locator("[data-alarm]")).to_have_count(0, timeout=MS)
    expect(officer.locator("#messages .toast-line").last).to_contain_text(incident.reference)
    alert.refresh_from_db()
    assert (alert.status, alert.acknowledged_by) == ("acknowledged", duty_officer)
    pass_time(600)
    alert.refresh_from_db()
    assert alert.status == "acknowledged"

    board.goto(f"/incidents/{incident.pk}/")
    story = board.locator("#incident-timeline")
    expect(story).to_contain_text("Alert acknowledged")
    expect(story).to_contain_text(duty_officer.display_name)
