"""Copies of layers that a process keeps in memory, and when they are read anew."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Any, Generic, TypeVar

from carma.geo.models import LayerStamp

RECHECK_S = 30  # how long a process may answer from a layer that another has replaced

T = TypeVar("T")


class Copy(Generic[T]):
    """What `read` made of some layers, made again when one of them got a new stamp."""

    def __init__(self, layers: Sequence[str], read: Callable[[], T]) -> None:
        self._layers = layers
        self._read = read
        self._held: tuple[str, T] | None = None
        self._checked = 0.0
        _copies.append(self)

    def get(self) -> T:
        return self._current()[1]

    def stamp(self) -> str:
        """The versions of the layers as one word, such as "municipality.2-wijk.5"."""
        return self._current()[0]

    def clear(self) -> None:
        self._held = None

    def _current(self) -> tuple[str, T]:
        held = self._held
        if held and abs(time.monotonic() - self._checked) < RECHECK_S:
            return held
        stored = LayerStamp.objects.filter(layer__in=self._layers).order_by("layer")
        stamp = "-".join(f"{layer}.{version}" for layer, version in stored.values_list("layer", "version"))
        if held is None or held[0] != stamp:
            held = self._held = (stamp, self._read())
        self._checked = time.monotonic()
        return held


_copies: list[Copy[Any]] = []


def forget() -> None:
    """Read every layer anew when next asked: after loading, and between tests. Others see the stamp."""
    for copy in _copies:
        copy.clear()
