"""Metres between points given in degrees (WGS84), without a projection library."""

from __future__ import annotations

from collections.abc import Sequence
from math import cos, hypot, radians, sin, sqrt
from typing import NamedTuple

import numpy as np

SEMI_MAJOR_M = 6_378_137.0  # of the GRS80/WGS84 ellipsoid
ECCENTRICITY_2 = 0.00669438


class Point(NamedTuple):
    """A place in degrees, WGS84."""

    lat: float
    lon: float


def degree_m(lat: float) -> tuple[float, float]:
    """Metres in one degree of latitude and one of longitude at this latitude, on the ellipsoid."""
    bent = 1 - ECCENTRICITY_2 * sin(radians(lat)) ** 2
    meridian = SEMI_MAJOR_M * (1 - ECCENTRICITY_2) / bent**1.5
    parallel = SEMI_MAJOR_M / sqrt(bent) * cos(radians(lat))
    return radians(meridian), radians(parallel)


def box(lat: float, lon: float, reach_m: float) -> dict[str, tuple[float, float]]:
    """A filter on `lat` and `lon`: a square around a point, which holds all within `reach_m` of it."""
    per_lat, per_lon = degree_m(lat)
    north, east = reach_m / per_lat, reach_m / per_lon
    return {"lat__range": (lat - north, lat + north), "lon__range": (lon - east, lon + east)}


def distance_m(a: tuple[float, float], b: tuple[float, float]) -> float:
    """Distance between two points (latitude, longitude) in metres over the ground.

    Takes the earth as flat around the middle of the two. Within the zone (40 km) that is within 5 cm of
    the geodesic, and within 0.02 % of a distance in Belgian Lambert, whose scale is not quite one.
    """
    per_lat, per_lon = degree_m((a[0] + b[0]) / 2)
    return hypot((a[0] - b[0]) * per_lat, (a[1] - b[1]) * per_lon)


def distances_m(starts: Sequence[Point], end: Point) -> list[float]:
    """`distance_m` from each start to one end, much faster per start."""
    if not starts:
        return []
    lat, lon = np.array(starts).T
    middle = np.radians((lat + end.lat) / 2)
    bent = 1 - ECCENTRICITY_2 * np.sin(middle) ** 2
    north = np.radians(lat - end.lat) * SEMI_MAJOR_M * (1 - ECCENTRICITY_2) / bent**1.5
    east = np.radians(lon - end.lon) * SEMI_MAJOR_M / np.sqrt(bent) * np.cos(middle)
    found: list[float] = np.hypot(north, east).tolist()
    return found


def moved(start: tuple[float, float], *, north_m: float, east_m: float) -> Point:
    """The point so many metres north and east of another."""
    per_lat, per_lon = degree_m(start[0])
    return Point(start[0] + north_m / per_lat, start[1] + east_m / per_lon)
