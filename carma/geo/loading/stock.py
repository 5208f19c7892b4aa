"""Storing addresses: tens of thousands at once, only what differs, nothing thrown away."""

from __future__ import annotations

import csv
import io
from collections.abc import Collection, Iterable, Sequence
from datetime import date
from typing import Any

from django.db import connection
from django.utils.translation import gettext as _

from carma.geo import names, places
from carma.geo.loading.drafts import AddressDraft, fault
from carma.geo.loading.report import LayerRefused, LayerResult
from carma.geo.models import Address, Area, Street

LOSS_ALLOWED = 0.5  # of a source's addresses; a file that would end more is more likely cut off than right
BATCH = 5_000
CONTENT = ("street", "number", "box", "postcode", "municipality", "lat", "lon", "sector", "wijk")
DERIVED = ("street_ref_id", "number_key", "number_int")
CASTS = {"id": "bigint", "lat": "float8", "lon": "float8", "street_ref_id": "bigint", "number_int": "int"}

Content = tuple[Any, ...]  # the values of CONTENT of one address
StreetKey = tuple[str, str, str]  # municipality, postcode, name


def store(drafts: Iterable[AddressDraft], source: str, result: LayerResult, *, since: date) -> None:
    """Make these the addresses in force in every municipality they cover.

    Addresses there that are not among them are ended, those of other sources too; a row that was refused
    leaves what is known of it as it is. Raises `LayerRefused` when there are no municipalities yet, when
    nothing is usable, or when more than half of what the source gave before would end.
    """
    if not places.names(Area.Kind.MUNICIPALITY):
        raise LayerRefused(
            _("There are no municipalities to put addresses in: load gemeenten.geojson first.")
        )
    found = _placed(_sound(drafts, result), result)
    if not found:
        raise LayerRefused(_("It holds no usable address of the zone."))
    ended = _end_the_others(found, source, result, since)
    known = _known(source)
    new = [(*content, source, key) for key, content in found.items() if key not in known]
    changed = [
        (known[key][0], *content)
        for key, content in found.items()
        if key in known and known[key][1:] != (None, *content)
    ]
    streets = _streets(found.values())
    _insert(new, streets)
    _update(changed, streets)
    measure_streets()
    result.new, result.changed, result.ended = len(new), len(changed), ended


def place_again() -> int:
    """Work out sector and wijk of every address in force anew, after borders moved; how many changed."""
    rows = list(Address.objects.filter(ended_on=None).values_list("id", "lat", "lon", "sector", "wijk"))
    if not rows:
        return 0
    located = places.zone_map().all_at([row[1] for row in rows], [row[2] for row in rows])
    moved = [
        (row[0], area.sector, area.wijk)
        for row, area in zip(rows, located, strict=True)
        if area and (row[3], row[4]) != (area.sector, area.wijk)
    ]
    _write(moved, ("id", "sector", "wijk"))
    return len(moved)


def measure_streets() -> None:
    """Bring every street's middle, edges and number of addresses in line with its addresses."""
    with connection.cursor() as cursor:
        cursor.execute(MEASURE)
        measured = cursor.fetchall()
        cursor.execute(STORE_MEASURES, [list(column) for column in zip(*measured, strict=True)] or [[]] * 8)
        cursor.execute(EMPTY_STREETS, [[row[0] for row in measured]])


# Asked and stored apart: on tables as fresh as these PostgreSQL has no statistics yet, and joins what it has
# just aggregated by doing so again for every street.
MEASURE = """
    SELECT street_ref_id, count(*), percentile_cont(0.5) WITHIN GROUP (ORDER BY lat),
           percentile_cont(0.5) WITHIN GROUP (ORDER BY lon), min(lat), max(lat), min(lon), max(lon)
    FROM geo_address WHERE ended_on IS NULL GROUP BY street_ref_id
"""
STORE_MEASURES = """
    UPDATE geo_street s
    SET live = n.live, lat = n.lat, lon = n.lon,
        south = n.south, north = n.north, west = n.west, east = n.east
    FROM unnest(%s::bigint[], %s::int[], %s::float8[], %s::float8[], %s::float8[], %s::float8[], %s::float8[],
                %s::float8[]) n(id, live, lat, lon, south, north, west, east)
    WHERE s.id = n.id
      AND (s.live, s.lat, s.lon, s.south, s.north, s.west, s.east)
          IS DISTINCT FROM (n.live, n.lat, n.lon, n.south, n.north, n.west, n.east)
"""
EMPTY_STREETS = "UPDATE geo_street SET live = 0 WHERE live > 0 AND id <> ALL(%s::bigint[])"


def _sound(drafts: Iterable[AddressDraft], result: LayerResult) -> dict[str, AddressDraft]:
    sound: dict[str, AddressDraft] = {}
    for draft in drafts:
        result.read += 1
        reason = fault(draft) or (_("it occurs twice") if draft.source_id in sound else "")
        if reason:
            result.refuse(str(draft), reason, key=draft.source_id)
        else:
            sound[draft.source_id] = draft
    return sound


def _placed(sound: dict[str, AddressDraft], result: LayerResult) -> dict[str, Content]:
    """What is to be stored of each address, with the sector and wijk it lies in."""
    drafts = list(sound.values())
    located = places.zone_map().all_at([d.lat for d in drafts], [d.lon for d in drafts])
    found: dict[str, Content] = {}
    for draft, area in zip(drafts, located, strict=True):
        if area is None:
            result.refuse(str(draft), _("it lies outside the zone"), key=draft.source_id)
            continue
        d = draft
        found[d.source_id] = (
            *(d.street, d.number, d.box, d.postcode, d.municipality, d.lat, d.lon),
            *(area.sector, area.wijk),
        )
    return found


def _known(source: str) -> dict[str, tuple[Any, ...]]:
    """By key: the id, the day it ended and the content of every address a source ever gave."""
    rows = Address.objects.filter(source=source).values_list("source_id", "id", "ended_on", *CONTENT)
    return {row[0]: row[1:] for row in rows}


def _end_the_others(found: dict[str, Content], source: str, result: LayerResult, since: date) -> int:
    covered = {content[CONTENT.index("municipality")] for content in found.values()}
    live = Address.objects.filter(ended_on=None, municipality__in=covered)
    own = live.filter(source=source)
    before = own.count()
    kept = found.keys() | result.refused_keys
    gone = [pk for pk, key in own.values_list("pk", "source_id") if key not in kept]
    if len(gone) > LOSS_ALLOWED * before:
        raise LayerRefused(
            _("It would end %(gone)d of the %(before)d addresses in force. Is the file whole?")
            % {"gone": len(gone), "before": before}
        )
    replaced = live.exclude(source=source).update(ended_on=since)
    return replaced + Address.objects.filter(pk__in=gone).update(ended_on=since)


def _streets(contents: Collection[Content]) -> dict[StreetKey, int]:
    """The ids of all streets, those that were missing made."""
    wanted = {_street_key(content) for content in contents}
    known = set(Street.objects.values_list("municipality", "postcode", "name"))
    Street.objects.bulk_create(_street(key) for key in sorted(wanted - known))
    rows = Street.objects.values_list("municipality", "postcode", "name", "id")
    return {(municipality, postcode, name): pk for municipality, postcode, name, pk in rows}


def _street(key: StreetKey) -> Street:
    municipality, postcode, name = key
    return Street(municipality=municipality, postcode=postcode, name=name, key=names.search_key(name))


def _street_key(content: Content) -> StreetKey:
    street, _number, _box, postcode, municipality = content[:5]
    return municipality, postcode, street


def _derived(content: Content, streets: dict[StreetKey, int]) -> Content:
    number = content[CONTENT.index("number")]
    return streets[_street_key(content)], names.number_key(number), names.number_int(number)


def _insert(rows: Sequence[Content], streets: dict[StreetKey, int]) -> None:
    """COPY them in: ten times faster than INSERT. Every value is quoted, so none is read as NULL."""
    text = io.StringIO()
    writer = csv.writer(text, quoting=csv.QUOTE_ALL)
    writer.writerows((*row, *_derived(row, streets)) for row in rows)
    text.seek(0)
    columns = ", ".join((*CONTENT, "source", "source_id", *DERIVED))
    with connection.cursor() as cursor:
        cursor.copy_expert(f"COPY geo_address ({columns}) FROM STDIN WITH (FORMAT csv)", text)


def _update(rows: Sequence[Content], streets: dict[StreetKey, int]) -> None:
    _write([(*row, *_derived(row[1:], streets)) for row in rows], ("id", *CONTENT, *DERIVED))
    Address.objects.filter(pk__in=[row[0] for row in rows]).exclude(ended_on=None).update(ended_on=None)


def _write(rows: Sequence[Content], columns: Sequence[str]) -> None:
    """Update addresses by id, many in one statement."""
    sets = ", ".join(f"{column} = v.{column}" for column in columns[1:])
    values = ", ".join(f"%s::{CASTS.get(column, 'text')}[]" for column in columns)
    # Column names come from this file, values go as parameters.
    statement = f"UPDATE geo_address a SET {sets} FROM unnest({values}) v({', '.join(columns)})"  # noqa: S608  ours
    with connection.cursor() as cursor:
        for start in range(0, len(rows), BATCH):
            batch = rows[start : start + BATCH]
            cursor.execute(
                f"{statement} WHERE a.id = v.id", [list(column) for column in zip(*batch, strict=True)]
            )
