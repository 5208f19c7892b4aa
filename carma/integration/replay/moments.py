"""Moments of a log: local times without zone, across nights in which the clocks change."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

HOUR = timedelta(hours=1)


def parse(text: str, formats: Sequence[str]) -> datetime | None:
    """The moment as written, with or without zone; None when no format fits. ISO 8601 always does."""
    for one in formats:
        try:
            return datetime.strptime(text, one)  # noqa: DTZ007  the zone follows from the mapping
        except ValueError:
            continue
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def settle(written: datetime, zone: ZoneInfo, *, after: datetime | None) -> datetime:
    """The moment in UTC. An hour that came twice is the first that does not lie before `after`.

    A time in the hour that the clocks skipped is moved on by that hour.
    """
    if written.tzinfo is not None:
        return written.astimezone(UTC)
    first, second = (written.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
    if first >= second:  # once only, or skipped (then fold 0 gives the later clock time)
        return first
    return second if after is not None and first < after else first


def is_twofold(written: datetime, zone: ZoneInfo) -> bool:
    """Whether the clocks showed this time twice that night."""
    if written.tzinfo is not None:
        return False
    first, second = (written.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
    return first < second


def is_skipped(written: datetime, zone: ZoneInfo) -> bool:
    """Whether the clocks never showed this time."""
    if written.tzinfo is not None:
        return False
    return written.replace(tzinfo=zone).astimezone(UTC).astimezone(zone).replace(tzinfo=None) != written
