"""Several monitors: the board and its windows live from one stream, and go on when the board closes."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page, expect

from carma.accounts.models import User
from carma.incidents.models import Incident
from tests.browser import TABLET, axe
from tests.events.streaming import InThread
from tests.journeys.conftest import MS, Seat, forgive, is_live, wear

Take = Callable[..., Incident]


def beside(page: Page, name: str) -> Page:
    window = page.context.new_page()
    window.goto(f"/board/window/{name}/")
    is_live(window)
    return window


def test_windows_share_one_stream_and_outlive_the_board(
    seat: Seat, stream: InThread, dispatcher: User, take: Take
) -> None:
    board = seat(dispatcher)
    queue, teams = beside(board, "queue"), beside(board, "teams")
    assert len(stream.service.hub.clients) == 1, "the windows have no stream of their own"
    expect(queue.locator("#queue .board-empty .as-of")).to_contain_text("as of", timeout=MS)

    first = take("CRI-204")
    expect(queue.locator(f"#incident-{first.pk}")).to_be_visible(timeout=MS)
    board.locator("[data-sector-verb][value=GENK]").click()
    expect(board.locator(f"#queue #incident-{first.pk} .mine-mark")).to_be_visible(timeout=MS)
    assert axe(board) == []

    board.close()
    is_live(queue)
    is_live(teams)
    queue.wait_for_timeout(12_000)
    second = take("ORD-106")
    expect(queue.locator(f"#incident-{second.pk}")).to_be_visible(timeout=2 * MS)
    assert len(stream.service.hub.clients) == 1, "one window leads, the other follows"

    overview = beside(queue, "map")
    wear(overview, "light", TABLET)
    assert axe(overview) == []
    forgive(board)
