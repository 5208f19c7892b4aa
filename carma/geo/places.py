"""From a point to its municipality, sector and wijk."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from math import isfinite
from typing import NamedTuple

import numpy as np
import shapely
from django.utils.translation import gettext as _
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from carma import clock
from carma.errors import InvalidInput
from carma.geo import copies
from carma.geo.copies import Copy
from carma.geo.metres import degree_m, distance_m
from carma.geo.models import Area

BORDER_M = 50  # open data is simplified: a house this far outside the drawn border is still ours
KINDS = (Area.Kind.MUNICIPALITY, Area.Kind.SECTOR, Area.Kind.WIJK)


class PlaceOutsideZone(InvalidInput):
    code = "place_outside_zone"


class Located(NamedTuple):
    """Codes of the areas a point lies in; sector and wijk are empty where none is drawn."""

    municipality: str
    sector: str
    wijk: str


class ZoneMap:
    """The polygons in force on one day, in memory and prepared."""

    def __init__(self, areas: Sequence[Area], shapes: Sequence[BaseGeometry]) -> None:
        rank = {kind.value: i for i, kind in enumerate(KINDS)}
        order = sorted(range(len(areas)), key=lambda i: (rank[areas[i].kind], areas[i].code))
        self.areas = [areas[i] for i in order]
        self._shapes = np.array([shapes[i] for i in order], dtype=object)
        shapely.prepare(self._shapes)
        self._tree = shapely.STRtree(self._shapes)
        self._edges = shapely.bounds(self._shapes).reshape(-1, 4).T
        self._sectors = self._sector_by_area()

    def at(self, lat: float, lon: float) -> Located | None:
        """Where a point lies. On a border the lowest code wins; wijk and sector follow the municipality."""
        west, south, east, north = self._edges
        # For some hundred areas, comparing every box takes less than making a point for the tree.
        near = np.flatnonzero((west <= lon) & (south <= lat) & (east >= lon) & (north >= lat))
        hits = near[shapely.intersects_xy(self._shapes[near], lon, lat)].tolist()
        return self._chosen(hits) or self._chosen(self._just_across(lat, lon))

    def all_at(self, lats: Sequence[float], lons: Sequence[float]) -> list[Located | None]:
        """`at` for many points at once, much faster per point."""
        points = shapely.points(lons, lats)
        hits: dict[int, list[int]] = defaultdict(list)
        for point, area in self._tree.query(points, predicate="intersects").T.tolist():
            hits[point].append(area)
        return [
            self._chosen(sorted(hits[i])) if i in hits else self.at(lat, lon)
            for i, (lat, lon) in enumerate(zip(lats, lons, strict=True))
        ]

    def _chosen(self, hits: Sequence[int]) -> Located | None:
        found: dict[str, list[Area]] = {kind: [] for kind in KINDS}
        for i in hits:
            found[self.areas[i].kind].append(self.areas[i])
        if not found[Area.Kind.MUNICIPALITY]:
            return None
        municipality = found[Area.Kind.MUNICIPALITY][0].code
        own = [area.code for area in found[Area.Kind.WIJK] if area.municipality == municipality]
        wijk = own[0] if own else ""
        sectors = [area.code for area in found[Area.Kind.SECTOR]]
        home = self._sectors.get(wijk or municipality, "")
        return Located(municipality, home if home in sectors else "".join(sectors[:1]), wijk)

    def _sector_by_area(self) -> dict[str, str]:
        """The sector that holds the middle of each municipality and wijk, to decide on borders."""
        found = {}
        for area, outline in zip(self.areas, self._shapes, strict=True):
            middle = shapely.point_on_surface(outline)
            inside = self._tree.query(middle, predicate="intersects").tolist()
            sectors = [self.areas[i].code for i in sorted(inside) if self.areas[i].kind == Area.Kind.SECTOR]
            if sectors and area.kind != Area.Kind.SECTOR:
                found[area.code] = sectors[0]
        return found

    def _just_across(self, lat: float, lon: float) -> list[int]:
        """The areas whose border is nearest, none when that is more than BORDER_M away."""
        per_lat, per_lon = degree_m(lat)
        north, east = BORDER_M / per_lat, BORDER_M / per_lon
        near = self._tree.query(shapely.box(lon - east, lat - north, lon + east, lat + north))
        away = {i: self._distance_m(i, lat, lon) for i in near.tolist()}
        nearest = min(away.values(), default=BORDER_M)
        return sorted(i for i, metres in away.items() if metres <= min(nearest + 1, BORDER_M))

    def _distance_m(self, i: int, lat: float, lon: float) -> float:
        line = shapely.shortest_line(shapely.points(lon, lat), self._shapes[i])
        end_lon, end_lat = shapely.get_coordinates(line)[-1]
        return distance_m((lat, lon), (float(end_lat), float(end_lon)))


class Book:
    """All polygons ever loaded."""

    def __init__(self) -> None:
        self._areas = list(Area.objects.all())
        self._shapes = [shape(area.polygon) for area in self._areas]
        self._maps: dict[tuple[int, ...], ZoneMap] = {}
        self._last: tuple[date, ZoneMap] | None = None

    def on(self, day: date) -> ZoneMap:
        last = self._last
        if last is None or last[0] != day:
            last = self._last = (day, self._map(day))
        return last[1]

    def _map(self, day: date) -> ZoneMap:
        valid = tuple(
            i
            for i, area in enumerate(self._areas)
            if area.valid_from <= day and (area.valid_to is None or day < area.valid_to)
        )
        if valid not in self._maps:
            self._maps[valid] = ZoneMap([self._areas[i] for i in valid], [self._shapes[i] for i in valid])
        return self._maps[valid]


_book = Copy(KINDS, Book)


def locate(lat: float, lon: float, on: date | None = None) -> Located:
    """The codes of the areas a point lies in, on a day in the zone (default: today).

    A point on a border belongs to the area with the lowest code. A point up to 50 m outside the zone counts
    as inside, since the polygons are simplified. Raises `PlaceOutsideZone` for one further away.
    """
    found = zone_map(on).at(lat, lon) if isfinite(lat) and isfinite(lon) else None
    if found is None:
        raise PlaceOutsideZone(
            _("This place lies outside the zone. Choose a place inside it, or pass the call on."),
            field="place",
        )
    return found


def zone_map(on: date | None = None) -> ZoneMap:
    """The polygons in force on a day in the zone (default: today)."""
    return _book.get().on(on or clock.local(clock.now()).date())


def names(kind: str, on: date | None = None) -> dict[str, str]:
    """Names of the areas in force by code, for showing."""
    return {area.code: area.name for area in zone_map(on).areas if area.kind == kind}


def stamp() -> str:
    """Changes whenever a polygon does; at most 30 s late."""
    return _book.stamp()


def forget() -> None:
    """For tests: read everything anew at the next question."""
    copies.forget()
