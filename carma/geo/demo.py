"""A generated geography: true names, codes, centres and sizes of the municipalities; all else invented.

Everything follows from the reference data and fixed seeds, so two machines show the same zone.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import shapely

from carma.geo import demo_streets, zone
from carma.geo.demo_borders import DemoWijk, Plane, generate
from carma.geo.loading import areas, folder, named, stock
from carma.geo.loading.polygons import Draft
from carma.geo.loading.report import LayerResult
from carma.geo.models import Area

ADDRESSES = demo_streets.USUAL


def load(*, addresses: int = ADDRESSES) -> list[LayerResult]:
    """Store the generated zone; a second time changes nothing."""
    zone.store_municipalities()
    plane, wijken = generate()
    drafts = [_draft(wijk, plane) for wijk in wijken]
    whole = [
        Draft(m.nis, m.name, m.nis, areas.joined(d.shape for d in drafts if d.municipality == m.nis))
        for m in zone.municipalities()
    ]
    results = [folder.put_areas(Area.Kind.MUNICIPALITY, whole, folder.DEMO, areas.FIRST_DAY)]
    if folder.sectors_are_default():
        sectors = areas.derived_sectors()
        results.append(folder.put_areas(Area.Kind.SECTOR, sectors, folder.DEFAULT_SECTORS, areas.FIRST_DAY))
    results.append(folder.put_areas(Area.Kind.WIJK, drafts, folder.DEMO, areas.FIRST_DAY))
    results.append(folder.run("place", folder.put_area_names, source=folder.DEMO))
    return [*results, *_load_streets(wijken, plane, addresses)]


def _load_streets(wijken: Sequence[DemoWijk], plane: Plane, count: int) -> Iterator[LayerResult]:
    def put_places(result: LayerResult) -> None:
        found = list(demo_streets.places(wijken, plane))
        result.read = len(found)
        named.store(found, folder.DEMO, result)

    def put_addresses(result: LayerResult) -> None:
        stock.store(demo_streets.addresses(wijken, plane, count), folder.DEMO, result, since=areas.FIRST_DAY)

    yield folder.run("locality", put_places, source=folder.DEMO)
    yield folder.run("address", put_addresses, source=folder.DEMO)


def _draft(wijk: DemoWijk, plane: Plane) -> Draft:
    outline = shapely.transform(wijk.outline, plane.degrees)
    return Draft(wijk.code, wijk.name, wijk.municipality.nis, outline)
