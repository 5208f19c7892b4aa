"""Loading a folder of open data, layer by layer, each in a transaction of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

from django.db import IntegrityError, connection, transaction
from django.utils.translation import gettext as _

from carma import clock
from carma.audit import trail
from carma.geo import copies, places, zone
from carma.geo.loading import areas, drafts, named, polygons, stock
from carma.geo.loading.polygons import Draft
from carma.geo.loading.report import LayerRefused, LayerResult
from carma.geo.models import Area, LayerStamp, NamedPlace

# The first pattern of a layer that fits is used: the federal file is newer than CRAB's of 2014.
PATTERNS = {
    "municipality": ("gemeenten.geojson",),
    "sector": ("sectoren.geojson",),
    "wijk": ("wijken.geojson",),
    "zone": ("politiezone.geojson",),
    "locality": ("deelgemeenten.geojson",),
    "address": ("openaddress-be*.csv", "openaddress-be*.zip", "adressen*.csv.gz", "adressen*.csv"),
}
DATA_SUFFIXES = {".geojson", ".csv", ".gz", ".zip", ".pbf", ".json"}

DEMO = "demo"
DEFAULT_SECTORS = "groups of municipalities"
WIJKEN_SOURCE = (
    "Wijken voor omgevingsanalyse. (c) gemeentebesturen, "
    "verzameld door Data & Analyse van de Vlaamse provincies"
)
ATTRIBUTIONS = {
    "gemeenten.geojson": WIJKEN_SOURCE,
    "wijken.geojson": WIJKEN_SOURCE,
    "deelgemeenten.geojson": WIJKEN_SOURCE,
    "adressen": "CRAB, Informatie Vlaanderen (Gratis Open Data Licentie Vlaanderen v1.0)",
    "openaddress": "BeSt Address, FOD BOSA en Digitaal Vlaanderen (CC BY 4.0)",
}


def load(folder: Path, *, since: date | None = None) -> list[LayerResult]:
    """Load what is recognised in a folder; borders that changed hold from `since` (default: today).

    A layer that fails leaves what was loaded before, and the others go on. Raises `LayerRefused` when
    the folder is not there or nothing in it is recognised.
    """
    found, unused = recognised(folder)
    day = since or clock.local(clock.now()).date()
    zone.store_municipalities()
    results = [*_borders(found, day), *_outline(found), *_names(found), *_addresses(found, day)]
    if any(result.touched for result in results if result.layer in places.KINDS):
        results.append(run("placing", _place_again, source=_("addresses in force")))
    if unused:
        results.append(LayerResult("-", notes=[_("not used: %s") % ", ".join(unused)]))
    return results


def recognised(folder: Path) -> tuple[dict[str, Path], list[str]]:
    """The file of each layer, and the names of the data files nothing is done with."""
    if not folder.is_dir():
        raise LayerRefused(_("There is no folder %s.") % folder)
    found: dict[str, Path] = {}
    for layer, patterns in PATTERNS.items():
        fitting = [path for pattern in patterns for path in sorted(folder.glob(pattern))]
        if fitting:
            found[layer] = fitting[0]
    if not found:
        raise LayerRefused(
            _("%(folder)s holds none of the files that can be loaded: %(names)s.")
            % {"folder": folder, "names": ", ".join(name for group in PATTERNS.values() for name in group)}
        )
    used = set(found.values())
    data = [path for path in sorted(folder.iterdir()) if path.suffix in DATA_SUFFIXES]
    return found, [path.name for path in data if path not in used]


def run(
    layer: str, work: Callable[[LayerResult], None], *, source: str = "", attribution: str = ""
) -> LayerResult:
    """Do one layer's work whole or not at all, and stamp the layer when something changed."""
    result = LayerResult(layer, source)
    try:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_xact_lock(hashtext('carma.geo.loading'))")
            work(result)
            if result.touched:
                _stamp(result, attribution)
    except LayerRefused as refusal:
        result.failure = refusal.detail
    except IntegrityError as error:
        result.failure = _("The database refused it: %s") % str(error).splitlines()[0]
    if result.failure:
        result.new = result.changed = result.ended = 0
    copies.forget()
    return result


def put_areas(kind: Area.Kind, found: list[Draft], source: str, day: date) -> LayerResult:
    """Store drafts that are already in memory."""

    def work(result: LayerResult) -> None:
        result.read = len(found)
        areas.store(kind, found, result, since=day)

    return run(kind, work, source=source)


def _borders(found: dict[str, Path], day: date) -> Iterator[LayerResult]:
    for kind in (Area.Kind.MUNICIPALITY, Area.Kind.SECTOR, Area.Kind.WIJK):
        if kind in found:
            yield _area_layer(kind, found[kind], day)
        elif kind == Area.Kind.SECTOR and sectors_are_default():
            yield put_areas(kind, areas.derived_sectors(), DEFAULT_SECTORS, day)


def _area_layer(kind: Area.Kind, path: Path, day: date) -> LayerResult:
    def work(result: LayerResult) -> None:
        found = polygons.drafts(path, result)
        if not found:
            raise LayerRefused(_("It holds no usable area of the zone."))
        areas.store(kind, found, result, since=day)

    return run(kind, work, source=path.name, attribution=_attribution(path))


def sectors_are_default() -> bool:
    """True until somebody loads sectors of their own; from then on those are kept."""
    stamp = LayerStamp.objects.filter(layer=Area.Kind.SECTOR).first()
    return stamp is None or stamp.source == DEFAULT_SECTORS


def _place_again(result: LayerResult) -> None:
    result.read = result.changed = stock.place_again()


def _outline(found: dict[str, Path]) -> Iterator[LayerResult]:
    if "zone" in found:
        yield run("zone", lambda result: _check_outline(found["zone"], result), source=found["zone"].name)


def _check_outline(path: Path, result: LayerResult) -> None:
    """The zone's outline is not stored: it is the union of the municipalities, and has to look like it."""
    outline = areas.joined(polygons.shapes(path, result))
    difference = areas.outline_difference(outline)
    if difference > areas.OUTLINE_ALLOWED:
        result.refuse(path.name, _("it differs %.1f %% from the municipalities") % (100 * difference))
    else:
        result.notes.append(_("fits the municipalities to within %.2f %%") % (100 * difference))


def _names(found: dict[str, Path]) -> Iterator[LayerResult]:
    if "locality" in found:
        path = found["locality"]
        yield run("locality", lambda result: _localities(path, result), source=path.name)
    yield run("place", put_area_names, source=_("municipalities and wijken"))


def _localities(path: Path, result: LayerResult) -> None:
    named.store(named.localities(path, result), "localities", result)
    NamedPlace.objects.filter(source=DEMO).delete()


def put_area_names(result: LayerResult) -> None:
    found = named.from_areas()
    result.read = len(found)
    named.store(found, "areas", result)


def _addresses(found: dict[str, Path], day: date) -> Iterator[LayerResult]:
    if "address" not in found:
        return
    path = found["address"]
    read, source = (drafts.best, "best") if path.name.startswith("openaddress") else (drafts.crab, "crab")
    yield run(
        "address",
        lambda result: stock.store(read(path, result), source, result, since=day),
        source=path.name,
        attribution=_attribution(path),
    )


def _attribution(path: Path) -> str:
    return next((text for start, text in ATTRIBUTIONS.items() if path.name.startswith(start)), "")


def _stamp(result: LayerResult, attribution: str) -> None:
    at = clock.now()
    stamp, _made = LayerStamp.objects.get_or_create(layer=result.layer, defaults={"changed_at": at})
    stamp.version += 1
    stamp.source, stamp.attribution, stamp.changed_at = result.file, attribution, at
    stamp.save(update_fields=["version", "source", "attribution", "changed_at"])
    counts = {name: getattr(result, name) for name in ("read", "new", "changed", "ended", "refused_count")}
    trail.record("geo.layer_loaded", stamp, by=None, at=at, changes={**counts, "source": result.file})
