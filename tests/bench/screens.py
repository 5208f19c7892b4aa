"""From deed to screen: how long a new call takes to stand on every open board of the zone.

`python -m tests.bench.screens --boards 100 --rate 0.4 --seconds 60`. The deeds are calls taken through the
real action; the clock runs from before its first statement. One board is a real Chromium, timed when the
row stands in its page; the others do what its scripts do and are timed when the part with the row has come
in. Boards, writer, servers and database share this machine.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import shutil
import sys
import time
from collections import Counter, deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from statistics import quantiles

from django.contrib.auth.models import Group
from django.db import connection
from django.test import Client
from playwright.async_api import Browser, Page, async_playwright

from carma.accounts.models import User
from carma.actionfields.models import IncidentType
from carma.geo.models import Address
from carma.incidents.actions import CallTold, PlaceTold, cancel, take_call
from carma.incidents.models import Incident
from interventions.simulation.demo import teams
from tests import services
from tests.bench.api import prepare, web
from tests.bench.boards import Board
from tests.bench.client import cpu_of, family
from tests.events.streaming import Process, cookie_of, serving

WAITING = 12  # incidents in the queue; the oldest is cancelled when one more comes
WARM_UP = 5  # deeds that do not count: connections and caches are made
SETTLE = 5.0  # seconds for the last ones to arrive

WATCH = """() => {
  window.shown = {};
  const look = () => {
    for (const row of document.querySelectorAll('#queue [id^="incident-"]')) {
      window.shown[row.id.slice(9)] ??= Date.now() / 1000;
    }
  };
  look();
  const queue = document.querySelector(".board-queue");
  new MutationObserver(look).observe(queue, {childList: true, subtree: true});
}"""


@dataclass
class Deeds:
    """Calls taken one after the other; `begun` says when (unix seconds) each was, by its incident."""

    by: User
    houses: list[Address]
    kind: IncidentType
    begun: dict[str, float] = field(default_factory=dict)
    waiting: deque[Incident] = field(default_factory=deque)

    def take(self) -> None:
        house = self.houses[len(self.begun) % len(self.houses)]
        place = PlaceTold(house.label, house.lat, house.lon, house.pk)
        at = time.time()
        incident = take_call(CallTold(words="Luide muziek"), by=self.by, type=self.kind, place=place)
        self.begun[str(incident.pk)] = at
        self.waiting.append(incident)
        if len(self.waiting) > WAITING:
            cancel(self.waiting.popleft(), Incident.Cancelled.FALSE_CALL, by=self.by)


def run(boards: int, rate: float, seconds: float, incidents: int) -> list[tuple[str, str]]:
    """Start everything, measure, and answer the table's lines."""
    with services.server("embedded") as place:
        prepare(place, incidents)
        teams.create()
        users = [_member(n) for n in range(boards)]
        deeds = Deeds(
            users[0],
            list(Address.objects.order_by("id")[::37]),
            IncidentType.objects.select_related("default_priority").get(pk="ORD-106"),
        )
        os.environ["CARMA_PORT"] = port = os.environ.get("BENCH_PORT", "8765")
        os.environ["CARMA_STREAM_PORT"] = str(int(port) + 1)
        with web(place) as (web_port, cpu), serving(Process(web_port + 1)) as stream:
            opened = [_board(user, n, web_port, stream.port) for n, user in enumerate(users)]
            before, stream_before = cpu(), cpu_of(family(_pid(stream)))
            begun = time.perf_counter()
            in_browser = asyncio.run(measure(opened, deeds, rate, seconds))
            wall = time.perf_counter() - begun
            used = [after - was for after, was in zip(cpu(), before, strict=True)]
            used.append(cpu_of(family(_pid(stream))) - stream_before)
        connection.close()
    counted = dict(list(deeds.begun.items())[WARM_UP:])
    return _lines(opened, counted, in_browser, [100 * each / wall for each in used], wall)


async def measure(boards: Sequence[Board], deeds: Deeds, rate: float, seconds: float) -> dict[str, float]:
    """Open the boards and do the deeds; answers when the browser, the first, showed which incident."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=_chromium(), args=["--no-sandbox"])
        page = await _open(browser, boards[0])
        listening = [asyncio.create_task(board.listen()) for board in boards[1:]]
        while not all(board.is_alive for board in boards[1:]):
            await asyncio.sleep(0.05)
        begun = time.monotonic()
        for n in range(WARM_UP + round(rate * seconds)):
            await asyncio.sleep(max(0.0, begun + n / rate - time.monotonic()))
            await asyncio.to_thread(deeds.take)
        await asyncio.sleep(SETTLE)
        shown: dict[str, float] = await page.evaluate("window.shown")
        for task in listening:
            task.cancel()
        await asyncio.gather(*listening, return_exceptions=True)
        await browser.close()
    return shown


async def _open(browser: Browser, board: Board) -> Page:
    context = await browser.new_context(viewport={"width": 1440, "height": 900})
    origin = f"http://localhost:{board.port}"
    name, _, value = board.cookie.partition("=")
    await context.add_cookies([{"name": name, "value": value, "url": origin}])
    page = await context.new_page()
    await page.goto(f"{origin}/board/")
    await page.wait_for_selector("#live-state[data-state=live]", timeout=60_000)
    await page.evaluate(WATCH)
    return page


def _member(n: int) -> User:
    user = User.objects.create_user(f"board{n}", password=None)
    user.groups.set(Group.objects.filter(name="dispatcher"))
    return user


def _board(user: User, seed: int, port: int, stream_port: int) -> Board:
    client = Client()
    client.force_login(user, backend="carma.accounts.known.RoleBackend")
    html = client.get("/board/").content.decode()
    cookie = cookie_of(user)["Cookie"]
    return Board.of(html, port=port, stream_port=stream_port, cookie=cookie, seed=seed)


def _pid(stream: object) -> int:
    assert isinstance(stream, Process)
    return stream.process.pid


def _chromium() -> str:
    found = shutil.which("chromium") or shutil.which("google-chrome")
    return found or sys.exit("No Chromium on this machine.")


def _lines(
    boards: Sequence[Board],
    deeds: dict[str, float],
    in_browser: dict[str, float],
    used: Sequence[float],
    wall: float,
) -> list[tuple[str, str]]:
    others = boards[1:]
    took = [
        1000 * (board.shown[key] - at) for board in others for key, at in deeds.items() if key in board.shown
    ]
    seen = [1000 * (in_browser[key] - at) for key, at in deeds.items() if key in in_browser]
    answers: Counter[int] = sum((board.answers for board in others), Counter())
    asked = answers.total()
    return [
        ("boards", f"{len(boards)}, with {len(boards[1].parts)} live parts each"),
        ("deeds", f"{len(deeds)}"),
        ("never shown", f"{len(deeds) * len(boards) - len(took) - len(seen)}"),
        ("deed to screen, Chromium", _spread(seen)),
        (f"deed to screen, {len(others)} others", _spread(took)),
        ("parts asked for", f"{asked} ({asked / wall:.0f}/s), unchanged {100 * answers[304] / asked:.0f} %"),
        ("refused or failed", f"{asked - answers[200] - answers[304]}"),
        ("CPU of web", f"{used[0]:.0f} % of a core"),
        ("CPU of the database", f"{used[1]:.0f} % of a core"),
        ("CPU of the stream", f"{used[2]:.0f} % of a core"),
    ]


def _spread(took: Iterable[float]) -> str:
    """Milliseconds at some shares."""
    cuts = quantiles(took, n=100)
    return " ".join(f"p{share} {cuts[share - 1]:.0f}" for share in (50, 95, 99)) + " ms"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--boards", type=int, default=100)
    parser.add_argument("--rate", type=float, default=0.4, help="calls a second")
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--incidents", type=int, default=10_000, help="length of the history")
    told = parser.parse_args()
    for name, value in run(told.boards, told.rate, told.seconds, told.incidents):
        sys.stdout.write(f"{name:<32}{value:>40}\n")


if __name__ == "__main__":
    main()
