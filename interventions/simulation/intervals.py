"""How long each step takes: drawn so that the quantiles match the measured ones."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from functools import cache
from math import expm1, log1p, sqrt
from random import Random
from statistics import NormalDist

from interventions.simulation import reference

CALL, QUEUE, TURNOUT, TRAVEL, ON_SCENE = (
    "start_to_queue",
    "queue_to_dispatch",
    "dispatch_to_enroute",
    "enroute_to_arrival",
    "arrival_to_cleared",
)
OWN_OBSERVATION = 8  # the centre's priority for its officers' own matters: already there, already busy
# How far the nearest free of twelve teams is, as the crow flies in the generated zone: metres by rank.
DISTANCES = (
    (0, 0.001),
    (415, 0.1),
    (1845, 0.25),
    (3095, 0.5),
    (4646, 0.75),
    (7052, 0.9),
    (13335, 0.99),
    (40000, 0.999),
)
MEDIAN_M = 3095.0
TIED = 0.95  # how closely a drive's length follows the distance; 1 would leave nothing to chance
NORMAL = NormalDist()
QUANTILES = (0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99)
MEDIAN = 0.5
BEYOND_LAST = 1.25  # the longest draw, as a multiple of the 99th percentile


def measured_priority(ours: int) -> int:
    """Our 0 and 1 are the centre's 1."""
    return max(ours, 1)


@cache
def quantiles(priority: int, interval: str) -> tuple[float, ...]:
    """Measured p5 to p99 in seconds."""
    for row in reference.rows("intervals.csv"):
        if (row["priority"], row["interval"]) == (str(priority), interval):
            return tuple(float(row[f"p{round(q * 100)}_s"]) for q in QUANTILES)
    raise KeyError((priority, interval))


def at_rank(priority: int, interval: str, rank: float) -> float:
    """Seconds at `rank` (0 to 1) between the measured quantiles; above the median the tail is logarithmic."""
    measured = quantiles(priority, interval)
    ranks = (0.0, *QUANTILES, 1.0)
    values = (measured[0] / 2, *measured, measured[-1] * BEYOND_LAST)
    place = min(bisect_right(ranks, rank), len(ranks) - 1)
    low, high = ranks[place - 1 : place + 1]
    below, above = values[place - 1 : place + 1]
    part = (rank - low) / (high - low)
    if high <= MEDIAN:
        return below + (above - below) * part
    return expm1(log1p(below) + (log1p(above) - log1p(below)) * part)


def draw(dice: Random, priority: int, interval: str, *, is_own: bool = False) -> float:
    """Seconds for one step of an incident with our `priority`."""
    return at_rank(_measured(priority, interval, is_own=is_own), interval, dice.random())


def draw_travel(dice: Random, priority: int, *, is_own: bool = False) -> Travel:
    return Travel(_measured(priority, TRAVEL, is_own=is_own), dice.random())


def _measured(priority: int, interval: str, *, is_own: bool) -> int:
    return OWN_OBSERVATION if is_own and interval != ON_SCENE else measured_priority(priority)


@dataclass(frozen=True)
class Travel:
    """A drive: how long it takes follows from its distance and, by `rank` (0 to 1), from chance.

    Over all distances that the zone has, the measured quantiles come out.
    """

    measured: int
    rank: float

    def seconds(self, distance_m: float) -> float:
        tied = TIED * NORMAL.inv_cdf(_distance_rank(distance_m))
        free = sqrt(1 - TIED**2) * NORMAL.inv_cdf(min(max(self.rank, 1e-6), 1 - 1e-6))
        return at_rank(self.measured, TRAVEL, NORMAL.cdf(tied + free))


def _distance_rank(distance_m: float) -> float:
    place = bisect_right(DISTANCES, distance_m, key=lambda point: point[0])
    if place == len(DISTANCES):
        return DISTANCES[-1][1]
    (near, below), (far, above) = DISTANCES[place - 1], DISTANCES[place]
    return below + (above - below) * (distance_m - near) / (far - near)
