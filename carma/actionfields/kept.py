"""Types and priorities in the process's memory: every call taken asks for them, and they change once a year.

What was loaded anew counts within a minute. The records are shared: nobody writes to them.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from datetime import date
from functools import lru_cache

from carma import clock
from carma.actionfields.models import IncidentType, Priority

_KEPT_S = 60


def types() -> Mapping[str, IncidentType]:
    """The incident types in force today, by code, each with its default priority."""
    return _types(clock.local(clock.now()).date(), _now())


def priorities() -> Mapping[int, Priority]:
    return _priorities(_now())


def forget() -> None:
    """Read again at the next call, after reference data was edited."""
    _types.cache_clear()
    _priorities.cache_clear()


def _now() -> int:
    return int(time.monotonic() // _KEPT_S)


@lru_cache(maxsize=1)
def _types(day: date, _period: int) -> Mapping[str, IncidentType]:
    return {type.code: type for type in IncidentType.objects.in_force(day).defer("synonyms")}


@lru_cache(maxsize=1)
def _priorities(_period: int) -> Mapping[int, Priority]:
    return {priority.code: priority for priority in Priority.objects.all()}
