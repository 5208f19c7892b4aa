"""How long the drive to a place takes: by a routing engine, else estimated from the straight line.

The engine speaks OSRM's table API and is named by the setting ROUTING_URL; without it, all is estimated.
Never call this within a transaction: the engine may take its whole time, and rows would stay locked for it.
"""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from django.conf import settings

from carma.geo.metres import Point, distances_m

TIMEOUT_S = 0.3  # a dispatcher waits for the answer
REST_S = 30.0  # how long an engine that failed is left alone
MOST_PLACES = 99  # in one question, besides the end; osrm-routed takes a hundred unless told otherwise
_CHUNK = 65_536

log = logging.getLogger(__name__)
_rests_until = 0.0


class EngineFailed(Exception):
    """The engine did not answer in time, or not with what was asked."""


@dataclass(frozen=True)
class Straight:
    """How a drive is estimated: the straight line times `winding`, at an average of `speed_kmh`."""

    winding: float
    speed_kmh: float

    @property
    def seconds_per_m(self) -> float:
        return self.winding / self.speed_kmh * 3.6


class Trip(NamedTuple):
    """A drive to the place: `distance_m` as the crow flies, and how long; `by_road` tells who says so."""

    distance_m: float
    seconds: float
    by_road: bool = False


def trips(starts: Sequence[Point], end: Point, *, estimate: Straight) -> list[Trip]:
    """The drive from each start to one end, in the order of the starts.

    The engine is asked for the nearest MOST_PLACES; the others, and all when it rests, are estimated.
    """
    straight = distances_m(starts, end)
    pace = estimate.seconds_per_m
    found = [Trip(away, away * pace) for away in straight]
    for index, seconds in _by_road(starts, straight, end).items():
        found[index] = Trip(straight[index], seconds, by_road=True)
    return found


def wake() -> None:
    """Ask the engine again at the next call, whatever happened before."""
    global _rests_until  # one engine, one process
    _rests_until = 0.0


def _by_road(starts: Sequence[Point], straight: Sequence[float], end: Point) -> dict[int, float]:
    """Seconds by road for the starts the engine knew, by their place in the list."""
    if not settings.ROUTING_URL or not starts or time.monotonic() < _rests_until:
        return {}
    nearest = sorted(range(len(starts)), key=straight.__getitem__)[:MOST_PLACES]
    try:
        seconds = _table([starts[index] for index in nearest], end)
    except EngineFailed as error:
        _let_rest(error)
        return {}
    return {index: told for index, told in zip(nearest, seconds, strict=True) if told is not None}


def _let_rest(error: EngineFailed) -> None:
    global _rests_until  # as above
    _rests_until = time.monotonic() + REST_S
    log.warning("routing engine: %s; estimating for %.0f s", error, REST_S)


def _table(starts: Sequence[Point], end: Point) -> list[float | None]:
    """Seconds from each start, None where no road leads. Raises `EngineFailed`."""
    places = ";".join(f"{lon:.6f},{lat:.6f}" for lat, lon in [end, *starts])
    sources = ";".join(str(number) for number in range(1, len(starts) + 1))
    told = _get(f"/table/v1/driving/{places}?destinations=0&sources={sources}&annotations=duration")
    try:
        seconds = [row[0] for row in told["durations"]]
        known = [None if each is None else float(each) for each in seconds]
    except (KeyError, IndexError, TypeError, ValueError) as error:
        raise EngineFailed(f"answered something else ({error!r})") from error
    if len(known) != len(starts):
        raise EngineFailed(f"answered {len(known)} rows for {len(starts)}")
    return known


def _get(path: str) -> Any:
    """The JSON at a path of the engine, all of it within TIMEOUT_S. Raises `EngineFailed`."""
    deadline = time.monotonic() + TIMEOUT_S
    engine = urlsplit(settings.ROUTING_URL)
    made = HTTPSConnection if engine.scheme == "https" else HTTPConnection
    connection = made(engine.hostname or "", engine.port, timeout=TIMEOUT_S)
    try:
        connection.request("GET", engine.path.rstrip("/") + path)
        _limit(connection, deadline)
        response = connection.getresponse()
        body = b""
        while chunk := response.read1(_CHUNK):
            body += chunk
            _limit(connection, deadline)
        if response.status != 200:
            raise EngineFailed(f"answered {response.status}")
        return json.loads(body)
    except (OSError, HTTPException, ValueError) as error:
        raise EngineFailed(repr(error)) from error
    finally:
        connection.close()


def _limit(connection: HTTPConnection, deadline: float) -> None:
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError("took too long")
    if connection.sock is not None:  # gone once the answer is complete
        connection.sock.settimeout(left)
