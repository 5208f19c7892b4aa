"""Reading polygons from GeoJSON, and refusing what is broken before it reaches a table."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import shapely
from django.utils.translation import gettext as _
from shapely.errors import ShapelyError
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from carma.geo import zone
from carma.geo.loading.files import opened
from carma.geo.loading.report import LayerRefused, LayerResult
from carma.geo.models import Area

BELGIUM = (2.4, 49.4, 6.5, 51.6)  # west, south, east, north
WGS84_NAMES = ("CRS84", "EPSG:4326", "EPSG::4326", "WGS84", "WGS 84")
OVERLAP_ALLOWED = 0.01  # of the smaller of two polygons; open data is simplified and never fits exactly
DIGITS = 6  # of a degree: 0.1 m


@dataclass(frozen=True)
class Draft:
    """A polygon that was found sound, not yet stored."""

    code: str
    name: str
    municipality: str
    shape: BaseGeometry

    def __str__(self) -> str:
        return f"{self.name} ({self.code})"

    @classmethod
    def of(cls, area: Area) -> Draft:
        return cls(area.code, area.name, area.municipality, shape(area.polygon))

    @property
    def polygon(self) -> dict[str, Any]:
        """As GeoJSON."""
        found: dict[str, Any] = json.loads(shapely.to_geojson(self.shape))
        return found


def features(path: Path) -> list[dict[str, Any]]:
    """The features of a GeoJSON file in WGS84; raises `LayerRefused` for anything else."""
    with opened(path) as text:
        words = text.read()
    if not words.strip():
        raise LayerRefused(_("%s is empty.") % path.name)
    try:
        told = json.loads(words)
    except ValueError as error:
        raise LayerRefused(
            _("%(file)s is not valid JSON: %(why)s.") % {"file": path.name, "why": error}
        ) from error
    if not isinstance(told, dict) or not isinstance(told.get("features"), list):
        raise LayerRefused(_("%s is not a GeoJSON FeatureCollection.") % path.name)
    if not told["features"]:
        raise LayerRefused(_("%s holds no features.") % path.name)
    _refuse_other_crs(told.get("crs"), path.name)
    return [feature for feature in told["features"] if isinstance(feature, dict)]


def drafts(path: Path, result: LayerResult) -> list[Draft]:
    """The sound polygons of a file; the others are refused in `result` by name and reason.

    Codes are read from `code` (or `nis`), names from `naam` (or `name`), the municipality from `nis`, its
    name in `gemeente` or the start of the code. What lies in another municipality is passed over.
    """
    sound: dict[str, Draft] = {}
    for feature in features(path):
        draft = _draft(feature, result)
        if draft and draft.code in sound:
            result.refuse(str(draft), _("its code occurs twice"))
        elif draft:
            sound[draft.code] = draft
    return _without_overlaps(list(sound.values()), result)


def shapes(path: Path, result: LayerResult) -> list[BaseGeometry]:
    """The sound polygons of a file whose names do not matter."""
    found: list[BaseGeometry] = []
    for number, feature in enumerate(features(path), start=1):
        result.read += 1
        geometry, fault = _shape(feature.get("geometry"))
        if geometry is None or fault:
            result.refuse(_("feature %d") % number, fault)
        else:
            found.append(geometry)
    if not found:
        raise LayerRefused(_("%s holds no usable polygon.") % path.name)
    return found


def _draft(feature: dict[str, Any], result: LayerResult) -> Draft | None:
    told = feature.get("properties") or {}
    code = str(told.get("code") or told.get("nis") or "").strip()
    name = str(told.get("naam") or told.get("name") or code).strip()
    nis = told.get("nis") or zone.nis_by_name().get(str(told.get("gemeente"))) or code[:5]
    municipality = "" if result.layer == Area.Kind.SECTOR else str(nis)
    if municipality and municipality not in zone.nis_codes():
        result.elsewhere += 1
        return None
    result.read += 1
    label = f"{name} ({code})"
    if not code:
        result.refuse(name or _("a feature without a name"), _("it has no code"))
        return None
    if len(code) > 16 or len(name) > 100:
        result.refuse(label[:60], _("its code or name is too long"))
        return None
    geometry, fault = _shape(feature.get("geometry"))
    if geometry is None or fault:
        result.refuse(label, fault, key=code)
        return None
    return Draft(code, name, municipality, geometry)


def _shape(told: Any) -> tuple[BaseGeometry | None, str]:
    """The geometry, or why it can't be used."""
    try:
        found = _rounded(shape(told)) if told else None
    except (ShapelyError, ValueError, TypeError, AttributeError, KeyError, IndexError):
        return None, _("its geometry can't be read")
    if found is None or found.is_empty:
        return None, _("it has no geometry")
    return found, next(_faults(found), "")


def _rounded(found: BaseGeometry) -> BaseGeometry:
    return shapely.transform(shapely.force_2d(found), lambda points: points.round(DIGITS))


def _faults(found: BaseGeometry) -> Iterator[str]:
    if found.geom_type not in ("Polygon", "MultiPolygon"):
        yield _("it is a %s, not a polygon") % found.geom_type
        return
    west, south, east, north = found.bounds
    if max(abs(west), abs(east)) > 180 or max(abs(south), abs(north)) > 90:
        yield _("its coordinates look like metres; save it in degrees (WGS84, EPSG:4326)")
    if BELGIUM[0] < south and north < BELGIUM[2] and BELGIUM[1] < west and east < BELGIUM[3]:
        yield _("latitude and longitude look swapped; GeoJSON puts longitude first")
    if not (BELGIUM[0] < west and BELGIUM[1] < south and east < BELGIUM[2] and north < BELGIUM[3]):
        yield _("it lies outside Belgium")
    if not found.is_valid:
        yield _("its outline is broken: %s") % shapely.is_valid_reason(found)
    if found.area == 0:
        yield _("it has no surface")


def _refuse_other_crs(crs: Any, file: str) -> None:
    if not isinstance(crs, dict):
        return  # RFC 7946: no crs means WGS84
    properties = crs.get("properties")
    name = str(properties.get("name", "") if isinstance(properties, dict) else "")
    if not any(known in name for known in WGS84_NAMES):
        raise LayerRefused(
            _("%(file)s is in %(crs)s. Save it in degrees (WGS84, EPSG:4326) and load it again.")
            % {"file": file, "crs": name[:80] or _("an unnamed reference system")}
        )


def _without_overlaps(found: list[Draft], result: LayerResult) -> list[Draft]:
    """Leave out the later of two polygons that cover the same ground: a place lies in one only."""
    tree = shapely.STRtree([draft.shape for draft in found])
    out: set[int] = set()
    for later, draft in enumerate(found):
        for earlier in sorted(tree.query(draft.shape, predicate="intersects").tolist()):
            if earlier >= later or out & {earlier, later}:
                continue
            if _share(draft.shape, found[earlier].shape) > OVERLAP_ALLOWED:
                out.add(later)
                result.refuse(str(draft), _("it overlaps %s") % found[earlier].name, key=draft.code)
    return [draft for i, draft in enumerate(found) if i not in out]


def _share(a: BaseGeometry, b: BaseGeometry) -> float:
    return float(a.intersection(b).area / min(a.area, b.area))
