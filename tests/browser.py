"""Pages in a real Chromium: sign in, look, and have axe-core judge them."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, sync_playwright
from pytest_django.live_server_helper import LiveServer

from carma.accounts.models import User

DESKTOP = (1440, 900)
TABLET = (1024, 768)
TABLET_UPRIGHT = (768, 1024)

BrowserPage = Callable[..., Page]

_AXE = Path(__file__).parents[1] / "node_modules" / "axe-core" / "axe.min.js"
_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """The machine's Chromium; without one, journeys are skipped by name, which CI counts as failure."""
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if found is None:
        (pytest.fail if os.environ.get("CI") else pytest.skip)("no Chromium on this machine")
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        # Playwright's loop keeps running in this thread; Django would refuse every later query of a test.
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        browser = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def browser_page(chromium: Browser, live_server: LiveServer) -> Iterator[BrowserPage]:
    """Open a page as somebody, each in a browser of their own: `browser_page(dispatcher, "/search/")`.

    What the browser complains about (errors of scripts, of the content policy, of missing files) fails
    the test at its end. `complaints` of the page holds it, for tests that expect some.
    """
    opened: list[tuple[BrowserContext, list[str]]] = []

    def open_page(
        user: User | None = None,
        path: str = "/",
        *,
        size: tuple[int, int] = DESKTOP,
        touch: bool = False,
        **context_options: Any,
    ) -> Page:
        context = chromium.new_context(
            base_url=live_server.url,
            viewport={"width": size[0], "height": size[1]},
            locale="nl-BE",
            has_touch=touch,
            **context_options,
        )
        if user:
            name, value = _session_of(user)
            context.add_cookies([{"name": name, "value": value, "url": live_server.url}])
        page = context.new_page()
        complaints: list[str] = []
        page.on("console", lambda message: complaints.extend(_complaint(message)))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.complaints = complaints  # type: ignore[attr-defined]
        opened.append((context, complaints))
        page.goto(path)
        return page

    yield open_page
    for context, _ in opened:
        context.close()
    assert [complaint for _, complaints in opened for complaint in complaints] == []


def axe(page: Page) -> list[str]:
    """What axe-core finds serious or critical on the page as it stands: rule, and where."""
    page.evaluate(_AXE.read_text(encoding="utf-8") + "; true")
    found = page.evaluate("tags => axe.run(document, {runOnly: tags, resultTypes: ['violations']})", _TAGS)
    grave = [rule for rule in found["violations"] if rule["impact"] in ("serious", "critical")]
    return [f"{rule['id']}: {node['html'][:160]}" for rule in grave for node in rule["nodes"]]


def _session_of(user: User) -> tuple[str, str]:
    client = Client()
    client.force_login(user, backend="carma.accounts.known.RoleBackend")
    name = settings.SESSION_COOKIE_NAME
    return name, client.cookies[name].value


def _complaint(message: ConsoleMessage) -> list[str]:
    """Errors and warnings; not that the stream is away, which pages must live with."""
    where = message.location.get("url", "")
    if message.type not in ("error", "warning") or "/stream" in where:
        return []
    return [f"{message.type}: {message.text} ({where})"]
