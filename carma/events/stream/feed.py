"""Reading what happened, in the order of commits: one place for the stream and for polling."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import connection
from django.utils.translation import gettext as _

from carma.errors import InvalidInput
from carma.events.models import Event

BACKLOG = 2000  # further behind than this, fetching everything anew is the cheaper way

_FIELDS = ("pos", "kind", "subject_type", "subject_id", "version", "topic")
_PULSE = """
SELECT clock_timestamp(),
       (SELECT coalesce(max(pos), 0) FROM events_event),
       (SELECT extract(epoch FROM clock_timestamp() - max(at)) FROM timers_heartbeat)
"""
_SPAN = "SELECT coalesce(min(pos), 0), coalesce(max(pos), 0) FROM events_event"


@dataclass(frozen=True, slots=True)
class Told:
    """One event as readers see it: keys only, with the topic that says who may hear of it."""

    pos: int
    kind: str
    subject_type: str
    subject_id: str
    version: int | None
    topic: str
    whole_topic: str = field(init=False)

    def __post_init__(self) -> None:
        word, _colon, _key = self.topic.partition(":")
        object.__setattr__(self, "whole_topic", f"{word}:*")

    @property
    def payload(self) -> dict[str, Any]:
        return {
            "pos": self.pos,
            "kind": self.kind,
            "type": self.subject_type,
            "id": self.subject_id,
            "version": self.version,
        }

    def may_be_heard_with(self, topics: frozenset[str]) -> bool:
        return self.topic in topics or self.whole_topic in topics


@dataclass(frozen=True, slots=True)
class Pulse:
    """A sign of life: the database's clock, its newest position, seconds since the engine's last round."""

    at: datetime
    latest: int
    engine: float | None


@dataclass(frozen=True, slots=True)
class CaughtUp:
    """What a reader has missed. With `resync` it must fetch everything anew and go on from `pos`."""

    events: list[Told]
    pos: int
    resync: bool = False


def position(text: str | None) -> int | None:
    """A position as a client tells it; None when it told none. Raises `InvalidInput`."""
    if text is None:
        return None
    if not re.fullmatch(r"[0-9]{1,18}", text):
        raise InvalidInput(_("The position of the last event seen is a whole number."), field="after")
    return int(text)


def read_after(pos: int, *, limit: int) -> list[Told]:
    rows = Event.objects.filter(pos__gt=pos).order_by("pos").values_list(*_FIELDS)
    return [Told(*row) for row in rows[:limit]]


def newest(limit: int) -> list[Told]:
    """The last `limit` events, oldest first."""
    rows = Event.objects.filter(pos__isnull=False).order_by("-pos").values_list(*_FIELDS)
    return [Told(*row) for row in reversed(rows[:limit])]


def catch_up(after: int | None) -> CaughtUp:
    """What happened after a position; without one, only where the feed is now.

    Nothing can be caught up with when it is more than `BACKLOG` events, when some of it is no
    longer kept, or when `after` lies ahead of us (the database was put back to an earlier day).
    """
    told = [] if after is None else read_after(after, limit=BACKLOG + 1)
    oldest, latest = _span()
    if after is None:
        return CaughtUp([], latest)
    if len(told) > BACKLOG or not oldest - 1 <= after <= latest:
        return CaughtUp([], latest, resync=True)
    return CaughtUp(told, told[-1].pos if told else after)


def pulse() -> Pulse:
    with connection.cursor() as cursor:
        cursor.execute(_PULSE)
        at, latest, engine = cursor.fetchone()
    return Pulse(at, latest, None if engine is None else round(float(engine), 1))


def _span() -> tuple[int, int]:
    with connection.cursor() as cursor:
        cursor.execute(_SPAN)
        oldest, latest = cursor.fetchone()
    return oldest, latest
