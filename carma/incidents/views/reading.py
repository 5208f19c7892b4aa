"""Whoever reads an incident is recorded, however many parts of it a screen fetches anew as it changes."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Model

from carma.audit import trail
from carma.incidents.models import Incident
from carma.web.request import Request

SEEN, REMEMBERED = "incidents_seen", 20
FOUND, MOST_FOUND = "records_found", 200


def record_reading(request: Request, record: Incident, *, again: bool = False) -> None:
    """Record that an incident was read; its parts, fetched anew as it changes, count once per session."""
    seen = request.session.get(SEEN, [])
    is_new = str(record.pk) not in seen
    if is_new or again:
        trail.read(record, by=request.user)
    if is_new:
        request.session[SEEN] = [*seen[1 - REMEMBERED :], str(record.pk)]


def record_found(request: Request, records: Iterable[Model], *, purpose: str, about: object) -> None:
    """Record what a list showed beside something else; each once per session for what it is `about`."""
    found = request.session.get(FOUND, [])
    fresh = {f"{about}:{one.pk}": one for one in records}
    new = [mark for mark in fresh if mark not in found]
    if new:
        trail.read_many((fresh[mark] for mark in new), by=request.user, purpose=purpose)
        request.session[FOUND] = [*found, *new][-MOST_FOUND:]
