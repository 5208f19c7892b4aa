"""Fragments drawn once for everyone who may see the same: after each event a whole room asks at once."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from threading import Lock
from typing import Any

from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from carma.accounts.models import User
from carma.web.answers import etag_of

KEPT_S = 2.0  # what no event tells of (a position, an overdue row's place) is at most this old

Facts = Callable[[User], Mapping[str, Any]]
Audience = tuple[str, str | None, frozenset[str], tuple[str, ...] | None]


@dataclass(frozen=True)
class Drawing:
    """A fragment with its ETag; `pos` is where the feed stood, `at` (seconds) when it was begun."""

    html: SafeString = field(default_factory=SafeString)
    etag: str = ""
    pos: int = -1
    at: float = 0.0


@dataclass
class _Place:
    lock: Lock = field(default_factory=Lock)
    drawing: Drawing = field(default_factory=Drawing)


_places: dict[Audience, _Place] = {}


def drawn(template: str, facts: Facts, user: User, *, pos: int) -> Drawing:
    """The fragment as this user may see it now, drawn anew when something happened since.

    `pos` is the position of the feed, read before. The template gets what `facts` answers and nothing
    of the request: no form token, no name.
    """
    place = _places.setdefault(_audience(template, user), _Place())
    with place.lock:  # of a room that asks at once, one thread draws and the others wait for it
        known, now = place.drawing, time.monotonic()
        if pos > known.pos or now - known.at >= KEPT_S:
            html = mark_safe(render_to_string(template, dict(facts(user))))  # noqa: S308  a template
            place.drawing = Drawing(html, etag_of(html.encode()), pos, now)
        return place.drawing


def _audience(template: str, user: User) -> Audience:
    """All on which a drawing depends besides the records: two users with the same answer see the same.

    That is everything the roles allow, since no table here can know what each template asks.
    """
    if user.has_perm("incidents.view_every_incident"):
        return template, get_language(), user.role_permissions, None
    places = tuple(user.section.municipalities) if user.section else ()
    return template, get_language(), user.role_permissions, places
