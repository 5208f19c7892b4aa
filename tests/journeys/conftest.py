"""The whole zone for a browser: real pages, a real stream, a street to live in, and seats to work at."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from carma.accounts.models import User
from carma.geo import copies, names
from carma.geo.models import Address, Street
from tests.browser import BrowserPage
from tests.cast import Member
from tests.events.streaming import BOUND, InThread, free_port, serving

MS = BOUND * 1000
STREETS = {
    "Stationsstraat": (50.9678, 5.4887),
    "Lindelaan": (50.9702, 5.5011),
    "Kerkplein": (50.9611, 5.4952),
}
HOUSES = range(1, 31)

Seat = Callable[..., Page]


@pytest.fixture
def line(
    committed: None, live_server: LiveServer, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> int:
    """The port on which the pages expect the stream, in this process or in one of its own."""
    settings.PORT = urlsplit(live_server.url).port
    settings.STREAM_PORT = free_port()
    policy = settings.CONTENT_SECURITY_POLICY["DIRECTIVES"]
    settings.CONTENT_SECURITY_POLICY = {
        "DIRECTIVES": {**policy, "connect-src": ["'self'", f"localhost:{settings.STREAM_PORT}"]}
    }
    monkeypatch.setenv("CARMA_PORT", str(settings.PORT))  # whose pages a stream lets in
    return int(settings.STREAM_PORT)


@pytest.fixture
def stream(line: int) -> Iterator[InThread]:
    server = InThread(line)
    with serving(server):
        yield server


@pytest.fixture
def streets(geography: None) -> None:
    """Three streets of thirty houses in Genk, some 12 m from door to door."""
    for name, (lat, lon) in STREETS.items():
        street = Street.objects.create(
            municipality="71016",
            postcode="3600",
            name=name,
            key=names.search_key(name),
            lat=lat,
            lon=lon,
            south=lat,
            north=lat,
            west=lon,
            east=lon,
            live=len(HOUSES),
        )
        Address.objects.bulk_create(
            Address(
                street=name,
                street_ref=street,
                number=str(house),
                number_key=names.number_key(str(house)),
                number_int=house,
                postcode="3600",
                municipality="71016",
                lat=lat + house * 0.00011,
                lon=lon,
                sector="GENK",
                wijk="GENK-1",
                source="test",
                source_id=f"{name} {house}",
            )
            for house in HOUSES
        )
    copies.forget()


@pytest.fixture
def dispatcher(member: Member) -> User:
    return english(member("dispatcher", "dispatcher"))


@pytest.fixture
def colleague(member: Member) -> User:
    """A second dispatcher, at the next desk."""
    return english(member("colleague", "dispatcher"))


def english(user: User) -> User:
    user.language = "en"
    user.save(update_fields=["language"])
    return user


@pytest.fixture
def seat(stream: InThread, streets: None, browser_page: BrowserPage) -> Seat:
    """Sit down at a page as somebody, once its line to the server stands: `seat(dispatcher, "/board/")`."""

    def sit(user: User, path: str = "/board/", **options: Any) -> Page:
        page = browser_page(user, path, **options)
        is_live(page)
        return page

    return sit


def is_live(page: Page) -> None:
    expect(page.locator("#live-state[data-state=live]")).to_be_visible(timeout=MS)


def forgive(page: Page, *also: str) -> None:
    """Chromium and htmx themselves complain of answers that refuse, and of servers that are away."""
    told: list[str] = page.complaints  # type: ignore[attr-defined]  # the fixture's own
    known = ("a status of", "Status Error Code", *also)
    told[:] = [complaint for complaint in told if not any(words in complaint for words in known)]


def has_focus(page: Page, selector: str) -> None:
    expect(page.locator(selector)).to_be_focused(timeout=MS)


def wear(page: Page, theme: str, size: tuple[int, int]) -> None:
    """Look at a page in another theme and size, once its colours have settled."""
    page.set_viewport_size({"width": size[0], "height": size[1]})
    page.emulate_media(reduced_motion="reduce")
    page.evaluate("theme => { document.documentElement.dataset.bsTheme = theme; }", theme)
    page.evaluate(SETTLED)


# A colour passes from parent to child one frame later at each level. In a closed <details> what has come to
# its end stays on the list. An evaluation has no time limit of its own.
SETTLED = """async () => {
  const end = performance.now() + 20000;
  for (let quiet = 0; quiet < 3; quiet += 1) {
    await new Promise(requestAnimationFrame);
    const moving = document.getAnimations().filter((one) => one.playState !== "finished");
    if (moving.length) quiet = -1;
    if (performance.now() > end) throw new Error(`${moving.length} animations do not end`);
  }
}"""
