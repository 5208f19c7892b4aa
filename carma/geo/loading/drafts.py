"""Reading addresses from open data, row by row."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import isfinite, nan
from pathlib import Path

from django.utils.translation import gettext as _

from carma.geo import zone
from carma.geo.loading.files import opened, rows
from carma.geo.loading.report import LayerResult

CRAB = ("gemeente", "postcode", "straat", "nr", "lat", "lon")
# The federal BeSt file also has metres, in Lambert 72 and from October 2026 in Lambert 2008; degrees stay.
BEST = (
    "EPSG:4326_lat",
    "EPSG:4326_lon",
    "address_id",
    "box_number",
    "house_number",
    "municipality_id",
    "postcode",
    "streetname_de",
    "streetname_fr",
    "streetname_nl",
    "status",
)


@dataclass(frozen=True, slots=True)
class AddressDraft:
    """An address as its source gives it, not yet stored; degrees WGS84, nan where there are none."""

    source_id: str
    street: str
    number: str
    box: str
    postcode: str
    municipality: str
    lat: float
    lon: float

    def __str__(self) -> str:
        return f"{self.street} {self.number}, {self.postcode}"


def crab(path: Path, result: LayerResult) -> Iterator[AddressDraft]:
    """Addresses of the CRAB extract; they carry no number of their own, so what they say is their key."""
    nis = zone.nis_by_name()
    with opened(path) as text:
        for row in rows(text, path.name, CRAB):
            if row["gemeente"] and row["gemeente"] not in nis:
                result.elsewhere += 1
                continue
            number, _sign, box = row["nr"].partition("_")  # "21_3" is 21 bus 3
            yield AddressDraft(
                source_id="|".join((row["postcode"], row["straat"], row["nr"])),
                street=row["straat"],
                number=number,
                box=box,
                postcode=row["postcode"],
                municipality=nis.get(row["gemeente"], ""),
                lat=_degrees(row["lat"]),
                lon=_degrees(row["lon"]),
            )


def best(path: Path, result: LayerResult) -> Iterator[AddressDraft]:
    """Current addresses of the federal BeSt file (a whole region) in the zone's municipalities."""
    with opened(path) as text:
        for row in rows(text, path.name, BEST):
            if row["municipality_id"] and row["municipality_id"] not in zone.nis_codes():
                result.elsewhere += 1
                continue
            if row["status"] != "current":
                result.not_current += 1
                continue
            yield AddressDraft(
                source_id=row["address_id"],
                street=row["streetname_nl"] or row["streetname_fr"] or row["streetname_de"],
                number=row["house_number"],
                box=row["box_number"],
                postcode=row["postcode"],
                municipality=row["municipality_id"],
                lat=_degrees(row["EPSG:4326_lat"]),
                lon=_degrees(row["EPSG:4326_lon"]),
            )


def fault(draft: AddressDraft) -> str:
    """Why an address can't be used; empty when it can."""
    if not (draft.source_id and draft.street and draft.number and draft.municipality):
        return _("it lacks a street, number, municipality or key")
    if len(draft.street) > 100 or max(len(draft.number), len(draft.box)) > 20 or len(draft.source_id) > 200:
        return _("its street, number, box or key is too long")
    if not (len(draft.postcode) == 4 and draft.postcode.isascii() and draft.postcode.isdigit()):
        return _("its postcode is not four digits")
    if not (isfinite(draft.lat) and isfinite(draft.lon)) or (draft.lat, draft.lon) == (0, 0):
        return _("it has no position")
    return ""


def _degrees(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return nan
