"""Storing polygons with their dates: what is replaced is ended, never overwritten."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date

import shapely
from django.utils.translation import gettext as _
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from carma.geo import zone
from carma.geo.loading.polygons import Draft
from carma.geo.loading.report import LayerRefused, LayerResult
from carma.geo.models import Area, LayerStamp

# The eight municipalities have their present shape since the merger into Oudsbergen. What is loaded first
# is taken to have held since then, so that last year's incidents can be placed as well.
FIRST_DAY = date(2019, 1, 1)
LOSS_ALLOWED = 0.5  # of a layer; a file that would end more is more likely cut off than right
OUTLINE_ALLOWED = 0.01


def store(kind: Area.Kind, drafts: Sequence[Draft], result: LayerResult, *, since: date) -> None:
    """Make the drafts the areas in force from `since` on.

    An area that changed is ended the day before and gets a new row; one that is no longer in the file is
    ended, unless its feature was refused or nothing of its municipality is in the file. Raises
    `LayerRefused` when the file that gave them before would now end more than half.
    """
    current = {area.code: area for area in Area.objects.in_force().filter(kind=kind)}
    first = not Area.objects.filter(kind=kind).exists()
    gone = _gone(kind, current, drafts, result)
    same_file = LayerStamp.objects.filter(layer=kind, source=result.file).exists()
    if same_file and len(gone) > LOSS_ALLOWED * len(current):
        raise LayerRefused(
            _("It would end %(gone)d of the %(current)d areas in force. Is the file whole?")
            % {"gone": len(gone), "current": len(current)}
        )
    counts: Counter[str] = Counter()
    for area in gone:
        _end(area, since)
        counts["ended"] += 1
    for draft in drafts:
        counts[_put(kind, draft, current.get(draft.code), FIRST_DAY if first else since)] += 1
    result.count(counts)


def _gone(
    kind: Area.Kind, current: dict[str, Area], drafts: Sequence[Draft], result: LayerResult
) -> list[Area]:
    kept = {draft.code for draft in drafts} | result.refused_keys
    covered = {draft.municipality for draft in drafts}
    return [
        area
        for code, area in current.items()
        if code not in kept and (kind != Area.Kind.WIJK or area.municipality in covered)
    ]


def _put(kind: Area.Kind, draft: Draft, known: Area | None, since: date) -> str:
    if known and _same(known, draft):
        return "same"
    if known and known.valid_from < since:
        _end(known, since)
    if known and known.valid_from >= since:
        known.name, known.municipality, known.polygon = draft.name, draft.municipality, draft.polygon
        known.save(update_fields=["name", "municipality", "polygon"])
        return "changed"
    Area.objects.create(
        kind=kind,
        code=draft.code,
        name=draft.name,
        municipality=draft.municipality,
        polygon=draft.polygon,
        valid_from=since,
    )
    return "changed" if known else "new"


def _same(area: Area, draft: Draft) -> bool:
    return (area.name, area.municipality) == (draft.name, draft.municipality) and shapely.equals_exact(
        shape(area.polygon), draft.shape, tolerance=0, normalize=True
    )


def _end(area: Area, since: date) -> None:
    if area.valid_from >= since:
        area.delete()  # it never was in force
        return
    area.valid_to = since
    area.save(update_fields=["valid_to"])


def derived_sectors() -> list[Draft]:
    """The default sectors: the municipalities in force, joined by the groups of the reference data."""
    current = Area.objects.in_force().filter(kind=Area.Kind.MUNICIPALITY)
    shapes = {area.code: shape(area.polygon) for area in current}
    drafts = []
    for sector in zone.sectors():
        own = [shapes[nis] for nis in sector.municipalities if nis in shapes]
        if own:
            drafts.append(Draft(sector.code, sector.name, "", joined(own)))
    return drafts


def joined(shapes: Iterable[BaseGeometry]) -> BaseGeometry:
    return shapely.union_all(list(shapes))


def outline_difference(outline: BaseGeometry) -> float:
    """The share of the zone's outline that the municipalities in force do not fit, 0 to 1 or more."""
    areas = Area.objects.in_force().filter(kind=Area.Kind.MUNICIPALITY)
    covered = joined(shape(area.polygon) for area in areas)
    return float(outline.symmetric_difference(covered).area / outline.area)
