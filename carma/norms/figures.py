"""The figure in force. Kept in the process for a minute, since every call intake asks for some."""

from __future__ import annotations

import time
from datetime import date, timedelta

from django.db.models import Q

from carma import clock
from carma.norms.models import Norm

_KEPT_S = 60.0
_cache: dict[tuple[str, date], tuple[float, float]] = {}


def value(key: str, *, on: date | None = None) -> float:
    """The norm's value on a local day (default today), in its own unit; KeyError when none is in force."""
    on = on or clock.local(clock.now()).date()
    kept = _cache.get((key, on))
    if kept and time.monotonic() - kept[0] < _KEPT_S:
        return kept[1]
    rows = Norm.objects.filter(Q(valid_to=None) | Q(valid_to__gt=on), key=key, valid_from__lte=on)
    norm = rows.order_by("-valid_from").first()
    if norm is None:
        raise KeyError(f"no norm {key} in force on {on}")
    _cache[key, on] = (time.monotonic(), float(norm.value))
    return float(norm.value)


def span(key: str, *, on: date | None = None) -> timedelta:
    """The same for norms in seconds."""
    return timedelta(seconds=value(key, on=on))


def forget() -> None:
    """Read again at the next call, after norms were edited."""
    _cache.clear()
