"""Whoever reads an incident is recorded, however many parts of it a screen fetches anew as it changes."""

from __future__ import annotations

from carma.audit import trail
from carma.incidents.models import Incident
from carma.web.request import Request

SEEN, REMEMBERED = "incidents_seen", 20


def record_reading(request: Request, record: Incident, *, again: bool = False) -> None:
    """Record that an incident was read; its parts, fetched anew as it changes, count once per session."""
    seen = request.session.get(SEEN, [])
    is_new = str(record.pk) not in seen
    if is_new or again:
        trail.read(record, by=request.user)
    if is_new:
        request.session[SEEN] = [*seen[1 - REMEMBERED :], str(record.pk)]
