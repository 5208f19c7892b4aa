"""Invented streets, house numbers and named places for the generated geography."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, count, product
from math import cos, pi, sin, sqrt
from random import Random

import numpy as np
import shapely

from carma.geo import zone
from carma.geo.demo_borders import DemoWijk, Plane, Points
from carma.geo.loading.drafts import AddressDraft
from carma.geo.loading.named import PlaceDraft
from carma.geo.models import Municipality

BLOCK_M = 220  # between two parallel streets
PLOT_M = 46  # between two houses on one side
OFFSET_M = 9  # of a front door from the middle of the street
ROAD_PLOT_M = 90  # between two houses along a road from one municipality to the next, when there are USUAL
USUAL = 15_000
NEIGHBOURS_M = 16_000

EVERYWHERE = (
    *("Kerkstraat", "Dorpsstraat", "Stationsstraat", "Schoolstraat", "Molenstraat", "Nieuwstraat"),
    *("Veldstraat", "Kapelstraat", "Markt", "Sint-Annastraat", "Ruïnestraat", "'t Lindeke"),
)
ENDINGS = ("straat", "laan", "weg", "dreef", "hof", "pad", "plein", "veld")
PLACES = ("Gemeentehuis", "Bibliotheek", "Sporthal", "Station", "Zwembad", "Cultuurcentrum", "Containerpark")
SCHOOLS = ("De Berk", "De Kiem", "De Regenboog", "De Sprong", "De Vlieger", "Het Kompas", "De Zandloper")


@dataclass(frozen=True)
class Doors:
    """Front doors along a line, numbered from 1: on the plane, and in degrees (longitude first)."""

    points: Points
    degrees: Points


@dataclass(frozen=True)
class Road:
    """A road between two municipalities; in each it is named for the other."""

    ends: tuple[Municipality, Municipality]
    doors: Doors

    def name_in(self, municipality: Municipality) -> str:
        here, there = self.ends if municipality == self.ends[0] else self.ends[::-1]
        return f"Weg naar {there.name}" if municipality == here else ""


def addresses(wijken: Sequence[DemoWijk], plane: Plane, about: int) -> Iterator[AddressDraft]:
    """About so many front doors, as many for each wijk, on both sides of streets that cross each other."""
    roads = list(_roads(wijken, plane, ROAD_PLOT_M * USUAL / about))
    for municipality in dict.fromkeys(wijk.municipality for wijk in wijken):
        names = _street_names(Random(f"streets {municipality.nis}"))  # noqa: S311 - a map, no secret
        for wijk in (wijk for wijk in wijken if wijk.municipality == municipality):
            shapely.prepare(wijk.outline)
            for line in _grid(wijk, about // len(wijken)):
                yield from _drafts(wijk, next(names), _doors(line, plane, PLOT_M))
            for road in roads:
                if name := road.name_in(municipality):
                    yield from _drafts(wijk, name, road.doors)


def places(wijken: Sequence[DemoWijk], plane: Plane) -> Iterator[PlaceDraft]:
    """Localities, public buildings in every centre, a school in every wijk."""
    for municipality in dict.fromkeys(wijk.municipality for wijk in wijken):
        mine = [wijk for wijk in wijken if wijk.municipality == municipality]
        for i, name in enumerate(municipality.localities):
            yield _place(name, "locality", mine[i % len(mine)], plane, away_m=0)
        for i, name in enumerate(PLACES):
            yield _place(f"{name} {municipality.name}", "public", mine[0], plane, away_m=90 + 70 * i)
        for i, wijk in enumerate(mine):
            school = f"Basisschool {SCHOOLS[i % len(SCHOOLS)]} {wijk.name}"
            yield _place(school, "school", wijk, plane, away_m=60)


def _place(name: str, kind: str, wijk: DemoWijk, plane: Plane, *, away_m: float) -> PlaceDraft:
    point = np.array([[wijk.middle[0] + away_m, wijk.middle[1] - away_m / 2]])
    if not shapely.contains_xy(wijk.outline, point)[0]:
        point = shapely.get_coordinates(shapely.point_on_surface(wijk.outline))
    lon, lat = plane.degrees(point)[0].tolist()
    return PlaceDraft(f"{kind}:{wijk.municipality.nis}:{name}", name, kind, wijk.municipality.nis, lat, lon)


def _grid(wijk: DemoWijk, about: int) -> Iterator[Points]:
    """Streets in two directions around the middle of a wijk, each crossing all of the other direction."""
    across = max(2, round(sqrt(about * PLOT_M / 4 / BLOCK_M)))
    random = Random(f"grid {wijk.code}")  # noqa: S311 - a map, no secret
    turned = random.uniform(0, pi / 2)
    half = (across - 1) * BLOCK_M / 2
    along = np.linspace(-half - 60, half + 60, 12)
    for direction, i in product((turned, turned + pi / 2), range(across)):
        aside = i * BLOCK_M - half + random.uniform(-25, 25) + 12 * np.sin(along / 150)
        east = along * cos(direction) - aside * sin(direction)
        north = along * sin(direction) + aside * cos(direction)
        yield np.column_stack([east, north]) + np.array(wijk.middle)


def _roads(wijken: Sequence[DemoWijk], plane: Plane, plot_m: float) -> Iterator[Road]:
    """A road between the centres of municipalities that lie near each other, a little winding."""
    centres: dict[Municipality, Points] = {}
    for wijk in wijken:
        centres.setdefault(wijk.municipality, np.array(wijk.middle))
    for a, b in combinations(centres, 2):
        start, end = centres[a], centres[b]
        if np.hypot(*(end - start)) > NEIGHBOURS_M:
            continue
        share = np.linspace(0, 1, 60)[:, None]
        aside = np.array([start[1] - end[1], end[0] - start[0]]) * 0.03
        line = start + share * (end - start) + np.sin(share * 2 * pi) * aside
        yield Road((a, b), _doors(line, plane, plot_m))


def _doors(line: Points, plane: Plane, plot_m: float) -> Doors:
    """Doors on both sides, odd numbers left and even ones right."""
    course = shapely.linestrings(line)
    steps = np.arange(plot_m / 2, course.length, plot_m)
    here = shapely.get_coordinates(shapely.line_interpolate_point(course, steps))
    ahead = shapely.get_coordinates(shapely.line_interpolate_point(course, steps + 1))
    left = (ahead - here)[:, ::-1] * np.array([-1, 1]) * OFFSET_M
    points = np.stack([here + left, here - left], axis=1).reshape(-1, 2)
    return Doors(points, plane.degrees(points))


def _drafts(wijk: DemoWijk, street: str, doors: Doors) -> Iterator[AddressDraft]:
    """Those of the doors that lie in the wijk."""
    for i in np.flatnonzero(shapely.contains_xy(wijk.outline, doors.points)):
        number, (lon, lat) = str(i + 1), doors.degrees[i].tolist()
        yield AddressDraft(
            source_id=f"{wijk.postcode}|{street}|{number}",
            street=street,
            number=number,
            box="",
            postcode=wijk.postcode,
            municipality=wijk.municipality.nis,
            lat=lat,
            lon=lon,
        )


def _street_names(random: Random) -> Iterator[str]:
    """The names every village has, then invented ones; each once."""
    yield from EVERYWHERE
    words = (zone.REFERENCE / "street_words.txt").read_text(encoding="utf-8").split()
    invented = [f"{word}{ending}" for word in words for ending in ENDINGS]
    random.shuffle(invented)
    yield from invented
    for again in count(2):
        yield from (f"{name} {again}" for name in invented)
