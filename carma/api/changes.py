"""What changed since: read from the events, whose positions follow the order of commits.

A column `updated_at` would lose rows: a transaction that began earlier may commit later, behind a
reader who has already gone past. A position is given at commit, so a reader who asks for what lies
after it misses nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db.models import QuerySet
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from carma import clock
from carma.errors import DomainError, InvalidInput
from carma.events import position
from carma.events.deliveries import KEPT
from carma.events.models import Event

SCANNED = 1000
OVERLAP = timedelta(minutes=1)  # for clocks that differ and transactions under way at the moment asked for


class TooOld(DomainError):
    """The events from then are no longer kept."""

    status = 410
    code = "too_old"


@dataclass(frozen=True)
class Changes:
    rows: list[Any]
    position: int
    more: bool


def changed_since(queryset: QuerySet[Any], since: str, limit: int) -> Changes:
    """Up to `limit` records of `queryset` changed after `since`, oldest change first.

    `since` is a position, or a moment with its offset. A record changed again meanwhile comes again
    on a later page. Raises `InvalidInput`, and `TooOld` when the events from then are gone.
    """
    newest = position.latest()
    start = _start(since, newest)
    refuse_forgotten(start, newest)
    kind = queryset.model._meta.label_lower
    events = Event.objects.filter(subject_type=kind, pos__gt=start, pos__lte=newest)
    told = list(events.order_by("pos").values_list("pos", "subject_id")[:SCANNED])
    changed: dict[str, None] = {}
    reached, more = newest, len(told) == SCANNED
    for pos, subject in told:
        if len(changed) == limit and subject not in changed:
            more = True
            break
        changed[subject] = None
        reached = pos or reached
    key = queryset.model._meta.pk.attname
    found = {str(getattr(row, key)): row for row in queryset.filter(pk__in=list(changed))}
    return Changes([found[each] for each in changed if each in found], reached if more else newest, more)


def _start(since: str, newest: int) -> int:
    if since.isascii() and since.isdigit() and len(since) < 19:
        return min(int(since), newest)
    first = _first_since(_moment(since) - OVERLAP)
    return newest if first is None else first - 1


def _moment(since: str) -> datetime:
    try:
        moment = parse_datetime(since)
        if moment is not None and moment.tzinfo is not None:
            moment = moment.astimezone(UTC)
    except (ValueError, OverflowError):
        moment = None
    if moment is None or moment.tzinfo is None or moment.year < 2000:
        raise InvalidInput(
            _("Give a position, or a moment such as 2026-03-28T23:14:00+01:00."), field="updated_since"
        )
    return moment


def _first_since(moment: datetime) -> int | None:
    """The position of the first event recorded from a moment on."""
    recorded = Event.objects.filter(recorded_at__gte=moment, pos__isnull=False)
    return recorded.order_by("recorded_at", "pos").values_list("pos", flat=True).first()


def refuse_forgotten(start: int, newest: int) -> None:
    """Raise `TooOld` when some of the events after `start` may be gone."""
    kept_from = _first_since(clock.now() - KEPT) or newest + 1
    if start + 1 < kept_from:
        raise TooOld(_("Changes are kept for seven days. Fetch the whole list, then ask from now on."))
