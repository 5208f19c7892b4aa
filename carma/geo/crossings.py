"""Where two streets meet, worked out from the front doors along them."""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from carma.geo import streets, typed
from carma.geo.metres import degree_m
from carma.geo.models import Address
from carma.geo.streets import Found, Street

FARTHEST_M = 150  # between the nearest front doors of two streets that are taken to cross
MOST_STREETS = 12  # on either side
MOST_PAIRS = 10

Points = npt.NDArray[np.float64]


class Crossing(NamedTuple):
    """Two streets and the point halfway between their nearest front doors: right to some 75 m."""

    first: Street
    second: Street
    lat: float
    lon: float
    apart_m: float
    likeness: float


def find(first: str, second: str) -> list[Crossing]:
    """Crossings of the streets that two texts may mean, the likeliest first.

    A municipality named beside one of the streets counts for both.
    """
    readings = typed.readings(first), typed.readings(second)
    named = frozenset(nis for side in readings for reading in side[:1] for nis in reading.municipalities)
    sides = [
        streets.likely([replace(r, municipalities=named) for r in side])[:MOST_STREETS] for side in readings
    ]
    pairs = [(a, b) for a, b in product(*sides) if a.what.id != b.what.id and _near(a.what, b.what)]
    pairs = sorted(pairs, key=lambda pair: -(pair[0].likeness + pair[1].likeness))[:MOST_PAIRS]
    doors = _doors({found.what.id for pair in pairs for found in pair})
    met = [_meeting(a, b, doors) for a, b in pairs]
    crossings = {frozenset((c.first.id, c.second.id)): c for c in reversed(met) if c.apart_m <= FARTHEST_M}
    return sorted(crossings.values(), key=lambda c: (-c.likeness, c.apart_m))


def _near(a: Street, b: Street) -> bool:
    """Whether the boxes around two streets come near enough for the streets to cross."""
    per_lat, per_lon = degree_m(a.lat)
    north, east = FARTHEST_M / per_lat, FARTHEST_M / per_lon
    return (
        a.south - north <= b.north
        and b.south - north <= a.north
        and a.west - east <= b.east
        and b.west - east <= a.east
    )


def _doors(ids: set[int]) -> dict[int, Points]:
    """The front doors of streets, as latitude and longitude."""
    found: dict[int, list[tuple[float, float]]] = {pk: [] for pk in ids}
    rows = Address.objects.filter(street_ref__in=ids, ended_on=None)
    for street, lat, lon in rows.values_list("street_ref_id", "lat", "lon"):
        found[street].append((lat, lon))
    return {pk: np.array(points or [(np.nan, np.nan)]) for pk, points in found.items()}


def _meeting(a: Found[Street], b: Found[Street], doors: dict[int, Points]) -> Crossing:
    at_a, at_b = doors[a.what.id], doors[b.what.id]
    apart = np.hypot(*((at_a[:, None, :] - at_b[None, :, :]) * degree_m(a.what.lat)).transpose(2, 0, 1))
    i, j = divmod(int(apart.argmin()), len(at_b))
    lat, lon = ((at_a[i] + at_b[j]) / 2).tolist()
    apart_m = float(apart[i, j])
    likeness = (a.likeness + b.likeness) / 2 - 0.1 * apart_m / FARTHEST_M
    return Crossing(a.what, b.what, lat, lon, apart_m, likeness)
