"""Invented borders around the true centres of the municipalities, near their true surface."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from random import Random

import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry.base import BaseGeometry

from carma.geo import zone
from carma.geo.loading.areas import joined
from carma.geo.loading.polygons import DIGITS
from carma.geo.metres import degree_m
from carma.geo.models import Municipality

WIJKEN = 46  # one per 4,000 people, the norm of KB 17/9/2001 applied to the zone
CELL_M = 700  # the grain of the borders
BAY_M = 4_000  # bays narrower than twice this belong to the zone
ROUNDS = 30

Points = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Plane:
    """Metres east and north of a point, good for drawing a zone some 40 km across."""

    lat: float
    lon: float

    def flat(self, lat: float, lon: float) -> tuple[float, float]:
        per_lat, per_lon = degree_m(self.lat)
        return (lon - self.lon) * per_lon, (lat - self.lat) * per_lat

    def degrees(self, points: Points) -> Points:
        """Longitude and latitude, rounded as the real layers are, so that neighbours keep touching."""
        per_lat, per_lon = degree_m(self.lat)
        placed: Points = points / np.array([per_lon, per_lat]) + np.array([self.lon, self.lat])
        return placed.round(DIGITS)


@dataclass(frozen=True)
class DemoWijk:
    """A neighbourhood on the plane: its outline, and the middle around which its streets lie."""

    code: str
    name: str
    municipality: Municipality
    postcode: str
    outline: BaseGeometry
    middle: tuple[float, float]


@cache
def generate() -> tuple[Plane, tuple[DemoWijk, ...]]:
    """The plane and the wijken, which tile the municipalities they belong to."""
    found = zone.municipalities()
    plane = Plane(sum(m.lat for m in found) / len(found), sum(m.lon for m in found) / len(found))
    centres = np.array([plane.flat(m.lat, m.lon) for m in found])
    seeds = _seeds(centres)
    cells = shapely.voronoi_polygons(shapely.multipoints(seeds), ordered=True).geoms
    owner = _owners(seeds, centres, np.array([m.area_km2 * 1e6 for m in found]))
    wijken: list[DemoWijk] = []
    for i, (municipality, count) in enumerate(zip(found, _wijken_each(found), strict=True)):
        mine = np.flatnonzero(owner == i)
        wijken += _wijken(municipality, centres[i], seeds[mine], [cells[c] for c in mine], count)
    return plane, tuple(wijken)


def _seeds(centres: Points) -> Points:
    """The middles of the cells that borders follow: a slanted grid, shaken."""
    rng = np.random.default_rng(5909)
    west, south = centres.min(axis=0) - 15_000
    east, north = centres.max(axis=0) + 15_000
    x, y = np.meshgrid(np.arange(west, east, CELL_M), np.arange(south, north, CELL_M))
    x[1::2] += CELL_M / 2
    grid = np.column_stack([x.ravel(), y.ravel()])
    return grid + rng.uniform(-0.33 * CELL_M, 0.33 * CELL_M, grid.shape)


def _owners(seeds: Points, centres: Points, target_m2: Points) -> npt.NDArray[np.int64]:
    """Which municipality each cell belongs to (-1: none), so that each comes near its true surface.

    Circles around the centres meet in straight borders; a circle grows or shrinks until its share fits.
    """
    inside = shapely.contains_xy(_outline(centres, target_m2), seeds)
    away = ((seeds[:, None, :] - centres[None, :, :]) ** 2).sum(axis=2)
    radius_2 = target_m2 / np.pi
    for _round in range(ROUNDS):
        owner = np.where(inside, (away - radius_2).argmin(axis=1), -1)
        surface = np.bincount(owner[inside], minlength=len(centres)) * CELL_M**2
        radius_2 = radius_2 + (target_m2 - surface) / (2 * np.pi)
    return owner


def _outline(centres: Points, target_m2: Points) -> BaseGeometry:
    """Circles around the centres with the bays between them filled, of the true surface in all."""
    radius = np.sqrt(target_m2 / np.pi)
    for _round in range(5):
        circles = shapely.union_all(shapely.buffer(shapely.points(centres), radius))
        outline = circles.buffer(BAY_M).buffer(-BAY_M)
        radius = radius * np.sqrt(target_m2.sum() / outline.area)
    return outline


def _wijken_each(found: tuple[Municipality, ...]) -> list[int]:
    """WIJKEN shared out by population, the largest remainders first."""
    total = sum(m.population for m in found)
    exact = [WIJKEN * m.population / total for m in found]
    each = [int(share) for share in exact]
    by_remainder = sorted(range(len(found)), key=lambda i: each[i] - exact[i])
    for i in by_remainder[: WIJKEN - sum(each)]:
        each[i] += 1
    return each


def _wijken(
    municipality: Municipality, centre: Points, seeds: Points, cells: list[BaseGeometry], count: int
) -> Iterator[DemoWijk]:
    """Share a municipality's cells over its wijken: small in the middle, large outside."""
    crowd = np.exp(-np.hypot(*(seeds - centre).T) / 2_500) + 0.05
    first = Random(municipality.nis).sample(range(len(seeds)), count)  # noqa: S311 - a map, no secret
    middles = _middles(seeds, crowd, first)
    middles = middles[np.argsort(np.hypot(*(middles - centre).T))]
    nearest = np.hypot(*(seeds[:, None, :] - middles[None, :, :]).transpose(2, 0, 1)).argmin(axis=1)
    names = _wijk_names(municipality.name, middles - middles[0])
    for i, name in enumerate(names):
        outline = joined(cell for cell, wijk in zip(cells, nearest, strict=True) if wijk == i)
        yield DemoWijk(
            code=f"{municipality.nis}W{i + 1:02}",
            name=name,
            municipality=municipality,
            postcode=municipality.postcodes[i * len(municipality.postcodes) // count],
            outline=outline,
            middle=(float(middles[i][0]), float(middles[i][1])),
        )


def _middles(seeds: Points, crowd: Points, first: list[int]) -> Points:
    """Lloyd's rounds: every wijk's middle moves to where its people are."""
    middles = seeds[first]
    for _round in range(ROUNDS):
        nearest = np.hypot(*(seeds[:, None, :] - middles[None, :, :]).transpose(2, 0, 1)).argmin(axis=1)
        for i in range(len(middles)):
            mine = nearest == i
            if mine.any():
                middles[i] = np.average(seeds[mine], axis=0, weights=crowd[mine])
    return middles


def _wijk_names(municipality: str, away: Points) -> list[str]:
    """The one in the middle is the centre, the others are named for where they lie from there."""
    sides = ("Oost", "Noordoost", "Noord", "Noordwest", "West", "Zuidwest", "Zuid", "Zuidoost")
    names = [f"{municipality}-Centrum"]
    for east, north in away[1:]:
        side = sides[round(np.degrees(np.arctan2(north, east)) / 45) % 8]
        same = sum(name.split(" ")[0] == f"{municipality}-{side}" for name in names)
        names.append(f"{municipality}-{side}" + (f" {same + 1}" if same else ""))
    return names
