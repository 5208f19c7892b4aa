from __future__ import annotations

import tomllib
from functools import cache
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.http.request import split_domain_port
from django.urls import reverse
from django.utils.functional import SimpleLazyObject

from carma import registry
from carma.events import position


def shell(request: HttpRequest) -> dict[str, Any]:
    """What `base.html` needs around every page. The menu holds what this user may open."""
    return {
        "menu": SimpleLazyObject(lambda: _menu(request)),
        "live_pos": SimpleLazyObject(lambda: _live_pos(request)),
        "stream_url": SimpleLazyObject(lambda: _stream_url(request)),
        "csrf_cookie": settings.CSRF_COOKIE_NAME,
        "help_contact": settings.HELP_CONTACT,
        "version": _version(),
        "poll_url": reverse("events:poll"),
    }


@cache
def _version() -> str:
    project = tomllib.loads((settings.BASE_DIR / "pyproject.toml").read_text(encoding="utf-8"))
    return str(project["project"]["version"])


def _menu(request: HttpRequest) -> list[dict[str, Any]]:
    items = [item for item in registry.menu_items() if request.user.has_perm(item.permission)]
    urls = [reverse(item.url_name) for item in items]
    current = max((url for url in urls if request.path_info.startswith(url)), key=len, default="")
    return [
        {"item": item, "url": url, "current": url == current} for item, url in zip(items, urls, strict=True)
    ]


def _live_pos(request: HttpRequest) -> int:
    """Where the stream starts; on a page that is not live itself, just before its alerts are drawn."""
    known: int | None = getattr(request, "live_pos", None)
    return position.latest() if known is None else known


def _stream_url(request: HttpRequest) -> str:
    """Where the browser finds the stream: as configured, else another port of the host it called."""
    if settings.STREAM_URL:
        return str(settings.STREAM_URL)
    host, _port = split_domain_port(request.get_host())
    return f"{request.scheme}://{host}:{settings.STREAM_PORT}/stream"
