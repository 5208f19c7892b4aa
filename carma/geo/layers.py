"""The areas as a map draws them."""

from __future__ import annotations

import json
from functools import lru_cache
from typing import Any

import numpy as np
import shapely
from shapely.geometry import shape

from carma import clock
from carma.geo import places
from carma.geo.models import LayerStamp

DETAIL_DEGREES = 0.0003  # some 25 m: no more than a pixel at the scale of a municipality
DIGITS = 5


def geojson(kind: str) -> str:
    """A FeatureCollection of the areas of a kind in force today, with the attribution its licence asks."""
    return _drawn(kind, version())


def version() -> str:
    """Changes when a border does, or one comes into force."""
    return f"{places.stamp()}-{clock.local(clock.now()).date()}"


@lru_cache(maxsize=2 * len(places.KINDS))
def _drawn(kind: str, _version: str) -> str:
    areas = [area for area in places.zone_map().areas if area.kind == kind]
    outlines = np.array([shape(area.polygon) for area in areas], dtype=object)
    # Neighbours keep sharing their border, which simplifying each by itself would tear.
    drawn = shapely.coverage_simplify(outlines, DETAIL_DEGREES)
    features = [
        {
            "type": "Feature",
            "properties": {"code": area.code, "name": area.name, "municipality": area.municipality},
            "geometry": json.loads(shapely.to_geojson(outline), parse_float=_short),
        }
        for area, outline in zip(areas, drawn, strict=True)
    ]
    return json.dumps({"type": "FeatureCollection", "attribution": _attribution(kind), "features": features})


def _attribution(kind: str) -> str:
    stamp = LayerStamp.objects.filter(layer=kind).first()
    return stamp.attribution if stamp else ""


def _short(number: str) -> Any:
    return round(float(number), DIGITS)
