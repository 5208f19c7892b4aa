"""What the simulation still has to do, in memory only: it is made anew from the database after a restart."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterator, Set
from datetime import datetime
from itertools import count
from uuid import UUID

Act = Callable[[], None]
State = tuple[UUID, str]  # a record and what it was


class Agenda:
    def __init__(self) -> None:
        self._steps: list[tuple[datetime, int, Act]] = []
        self._order = count()
        self._known: Set[State] = frozenset()

    def add(self, due: datetime, act: Act) -> None:
        heapq.heappush(self._steps, (due, next(self._order), act))

    def due(self, now: datetime) -> Iterator[Act]:
        """Hand out, and forget, what is due; what is added meanwhile and due already comes as well."""
        while self._steps and self._steps[0][0] <= now:
            yield heapq.heappop(self._steps)[2]

    def news(self, seen: Set[State]) -> Set[State]:
        """Which of the states now seen were not seen the last time."""
        fresh = seen - self._known
        self._known = seen
        return fresh
