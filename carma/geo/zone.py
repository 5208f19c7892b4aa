"""The zone as the product's own reference data tells it: its municipalities and its four sectors."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from carma.geo.models import Municipality

REFERENCE = Path(__file__).parent / "reference"


@dataclass(frozen=True)
class Sector:
    """A dispatch area as a group of municipalities (NIS codes).

    A product default: no open data says how the zone draws its four sectors. `sectoren.geojson` in the
    geodata folder takes its place.
    """

    code: str
    name: str
    municipalities: tuple[str, ...]


@cache
def municipalities() -> tuple[Municipality, ...]:
    """The zone's municipalities, not yet stored."""
    return tuple(
        Municipality(
            nis=row["nis"],
            name=row["name"],
            postcodes=row["postcodes"].split(";"),
            localities=row["sub_municipalities"].split(";"),
            population=int(row["population"]),
            population_on=row["population_date"],
            area_km2=float(row["area_km2"]),
            lat=float(row["lat"]),
            lon=float(row["lon"]),
            judicial_division=row["judicial_division"],
            pv_prefix=row["pv_prefix"],
        )
        for row in _rows("municipalities.csv")
    )


@cache
def sectors() -> tuple[Sector, ...]:
    return tuple(
        Sector(row["code"], row["name"], tuple(row["municipalities"].split(";")))
        for row in _rows("sectors.csv")
    )


@cache
def nis_codes() -> frozenset[str]:
    return frozenset(municipality.nis for municipality in municipalities())


@cache
def nis_by_name() -> dict[str, str]:
    return {municipality.name: municipality.nis for municipality in municipalities()}


@cache
def names_by_nis() -> dict[str, str]:
    return {municipality.nis: municipality.name for municipality in municipalities()}


def store_municipalities() -> None:
    """Bring the stored municipalities in line with the reference data."""
    Municipality.objects.bulk_create(
        municipalities(),
        update_conflicts=True,
        unique_fields=["nis"],
        update_fields=[f.name for f in Municipality._meta.concrete_fields if not f.primary_key],
    )


def _rows(name: str) -> Iterator[dict[str, str]]:
    with (REFERENCE / name).open(encoding="utf-8", newline="") as text:
        yield from csv.DictReader(text)
