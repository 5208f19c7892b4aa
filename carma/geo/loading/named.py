"""Storing places known by name."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import shapely

from carma.geo import names
from carma.geo.loading import polygons
from carma.geo.loading.polygons import Draft
from carma.geo.loading.report import LayerResult
from carma.geo.models import Area, NamedPlace

CONTENT = ("name", "kind", "municipality", "lat", "lon")


@dataclass(frozen=True, slots=True)
class PlaceDraft:
    source_id: str
    name: str
    kind: str
    municipality: str
    lat: float
    lon: float


def localities(path: Path, result: LayerResult) -> list[PlaceDraft]:
    """A point inside each former municipality, by its own name."""
    found = polygons.drafts(path, result)
    return [_inside(draft, "locality") for draft in found]


def from_areas() -> list[PlaceDraft]:
    """The municipalities and wijken in force: callers name these as often as a street."""
    areas = Area.objects.in_force().exclude(kind=Area.Kind.SECTOR).order_by("kind", "code")
    return [_inside(Draft.of(area), area.kind) for area in areas]


def store(drafts: Iterable[PlaceDraft], source: str, result: LayerResult) -> None:
    """Make these the named places of a source; nothing points at them, so the others go."""
    wanted = {draft.source_id: draft for draft in drafts}
    known = {place.source_id: place for place in NamedPlace.objects.filter(source=source)}
    gone = [place.pk for key, place in known.items() if key not in wanted and key not in result.refused_keys]
    NamedPlace.objects.filter(pk__in=gone).delete()
    new = [_place(draft, source) for key, draft in wanted.items() if key not in known]
    NamedPlace.objects.bulk_create(new)
    changed = [(known[key], draft) for key, draft in wanted.items() if key in known]
    changed = [(place, draft) for place, draft in changed if _differs(place, draft)]
    for place, draft in changed:
        for column in CONTENT:
            setattr(place, column, getattr(draft, column))
        place.key = names.search_key(draft.name)
        place.save(update_fields=[*CONTENT, "key"])
    result.new, result.changed, result.ended = len(new), len(changed), len(gone)


def _place(draft: PlaceDraft, source: str) -> NamedPlace:
    values = {column: getattr(draft, column) for column in CONTENT}
    return NamedPlace(source=source, source_id=draft.source_id, key=names.search_key(draft.name), **values)


def _differs(place: NamedPlace, draft: PlaceDraft) -> bool:
    return any(getattr(place, column) != getattr(draft, column) for column in CONTENT)


def _inside(draft: Draft, kind: str) -> PlaceDraft:
    middle = shapely.point_on_surface(draft.shape)
    lat, lon = round(middle.y, 6), round(middle.x, 6)
    return PlaceDraft(f"{kind}:{draft.code}", draft.name, kind, draft.municipality, lat, lon)
