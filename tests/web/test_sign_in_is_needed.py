from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

# Open to everybody, each for a reason: signing in and out, health checks, and what answers 401 itself.
OPEN = {"login/", "logout/", "health/live", "health/ready", "health/deep", "events/"}


def walk(patterns: list[Any], before: str = "") -> Iterator[tuple[str, URLPattern]]:
    for pattern in patterns:
        path = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from walk(pattern.url_patterns, path)
        else:
            yield path, pattern


def test_every_page_asks_for_a_sign_in_but_a_short_list() -> None:
    """The API signs in by its own authentication; its tests see to it."""
    pages = [(path, p) for path, p in walk(get_resolver().url_patterns) if not path.startswith("api/")]

    unguarded = {path for path, pattern in pages if not getattr(pattern.callback, "login_required", True)}
    assert unguarded == OPEN
