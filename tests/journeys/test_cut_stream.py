"""The stream dies, then the polling too, and both come back: the board says so, and misses nothing."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from carma.accounts.models import User
from carma.events.models import Event
from carma.incidents.models import Incident
from tests.browser import BrowserPage
from tests.events.streaming import Process, serving
from tests.journeys.conftest import MS, forgive, is_live

pytestmark = pytest.mark.journey

Take = Callable[..., Incident]

LISTEN = """() => {
  window.heard = [];
  window.states = [];
  document.addEventListener("carma:event", ({detail}) => window.heard.push(detail.pos));
  document.addEventListener("carma:state", ({detail}) => window.states.push(detail.state));
}"""


def shows(page: Page, *incidents: Incident) -> None:
    for incident in incidents:
        expect(page.locator(f"#queue-rows #incident-{incident.pk}")).to_be_visible(timeout=MS)


def test_nothing_is_missed(
    line: int, streets: None, browser_page: BrowserPage, dispatcher: User, take: Take
) -> None:
    first = Process(line)
    with serving(first):
        board = browser_page(dispatcher, "/board/")
        is_live(board)
        board.evaluate(LISTEN)
        seen = take("CRI-204")
        shows(board, seen)
        os.kill(first.process.pid, signal.SIGKILL)
        first.process.wait()
    polled = take("ORD-106")
    shows(board, seen, polled)
    expect(board.locator("#live-state[data-state=polling]")).to_be_visible(timeout=MS)

    board.route("**/events/**", lambda route: route.abort())
    expect(board.locator("#live-state[data-state=stale]")).to_be_visible(timeout=MS)
    expect(board.locator("#live-banner")).to_be_visible()
    expect(board.locator("#live-banner")).to_contain_text("No contact with the server")
    expect(board.locator("[data-as-of][data-unsure]").first).to_be_visible()
    missed = [take("ORD-106") for _ in range(3)]
    with serving(Process(line)):
        is_live(board)
        shows(board, seen, polled, *missed)
        expect(board.locator("#live-banner")).to_be_hidden()
        last = take("CRI-204")
        shows(board, last)

    heard = board.evaluate("window.heard")
    assert heard == list(Event.objects.order_by("pos").values_list("pos", flat=True))
    assert set(board.evaluate("window.states")) >= {"reconnecting", "polling", "stale", "live"}
    forgive(board, "ERR_CONNECTION_REFUSED", "ERR_FAILED")
