"""From what a dispatcher types, or a click on the map, to an address."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import exp, isfinite
from typing import Any

from django.db import connection

from carma.geo import crossings, names, streets, typed, zone
from carma.geo.crossings import Crossing
from carma.geo.metres import distance_m
from carma.geo.models import LON_PER_LAT
from carma.geo.streets import Found, Place, Street

FEWEST_SIGNS = 2
SURE = 0.95
MARGIN = 0.1  # between what is sure and the next best
STREETS_WITH_NUMBER = 8  # in how many of the likely streets the house number is looked up
NEAREST_M = 500  # from a click on the map to the front door that is offered
NEARBY_M = 5_000
OTHER_NUMBER = 0.12  # taken off for another number than the one typed
NO_NUMBER = 0.2  # taken off for the street as a whole when a number was typed


@dataclass(frozen=True, slots=True)
class Match:
    """A place to choose: `kind` is address, street, crossing or place; `score` 0 to 1, 1 is what was typed.

    `municipality` is a NIS code; `address_id` is None for what is no single address.
    """

    label: str
    address_id: int | None
    lat: float
    lon: float
    municipality: str
    score: float
    kind: str = "address"


def search(text: str, limit: int = 8, near: tuple[float, float] | None = None) -> list[Match]:
    """The places most like the text, the likeliest first; never raises for odd input.

    Takes addresses in any order of words, streets, named places and crossings ("Kerkstraat / Dorpsstraat"),
    with spelling mistakes and abbreviations. Of equals the one nearer to `near` (latitude, longitude) comes
    first.
    """
    if sum(sign.isalnum() for sign in text[: names.LONGEST_TEXT]) < FEWEST_SIGNS:
        return []
    corner = typed.crossing(text)
    found = _crossings(*corner) if corner else []
    if not found:
        found = _plain(text)
    if corner and not any(match.score > 0.8 for match in found):
        found += [match for street in corner for match in _plain(street)]
    return _ranked(found, near)[:limit]


def sure(text: str) -> Match | None:
    """The one place a text can only mean, or None: what was typed in full, with nothing else like it."""
    found = search(text, limit=2)
    if not found or found[0].score < SURE or (len(found) > 1 and found[1].score > found[0].score - MARGIN):
        return None
    return found[0]


def nearest(lat: float, lon: float) -> tuple[Match, float] | None:
    """The address nearest to a point and how many metres away it is; None beyond NEAREST_M."""
    if not (isfinite(lat) and isfinite(lon)):
        return None
    with connection.cursor() as cursor:
        cursor.execute(NEAREST, {"lat": lat, "x": lon * LON_PER_LAT})
        row = cursor.fetchone()
    if row is None:
        return None
    match = _address(row[1:], 1.0)
    away_m = distance_m((lat, lon), (match.lat, match.lon))
    return (match, away_m) if away_m <= NEAREST_M else None


# The expression is the one of the index geo_address_point, so that PostgreSQL walks it outwards.
NEAREST = f"""
    SELECT street_ref_id, id, street, number, box, postcode, municipality, lat, lon
    FROM geo_address WHERE ended_on IS NULL
    ORDER BY point(lon * {LON_PER_LAT}, lat) <-> point(%(x)s, %(lat)s) LIMIT 1
"""  # noqa: S608 - a constant of ours

# For every street: the number itself first, then what starts with it (still being typed), then neighbours
# on the same side.
NUMBERS = """
    SELECT s.id, a.*
    FROM unnest(%(streets)s::bigint[], %(keys)s::text[], %(numbers)s::int[], %(boxes)s::text[])
         AS s(id, number_key, number_int, box)
    CROSS JOIN LATERAL (
        SELECT id, street, number, box, postcode, municipality, lat, lon, number_key
        FROM geo_address
        WHERE street_ref_id = s.id AND ended_on IS NULL
        ORDER BY number_key = s.number_key DESC, number_int = s.number_int DESC,
                 lower(box) = s.box DESC, box = '' DESC,
                 number_key LIKE s.number_key || '%%' DESC,
                 (number_int - s.number_int) %% 2 = 0 DESC, abs(number_int - s.number_int), number_key, box
        LIMIT 6
    ) a
"""


def _plain(text: str) -> list[Match]:
    readings = typed.readings(text)
    found = streets.likely(readings)
    numbered = [f for f in found if f.reading.number][:STREETS_WITH_NUMBER]
    named = streets.likely_places(readings)
    return [*_numbered(numbered), *(_street(f) for f in found), *(_place(f) for f in named)]


def _numbered(found: Sequence[Found[Street]]) -> list[Match]:
    """The house number that was typed, or those nearest to it, in each street."""
    if not found:
        return []
    keys = [names.number_key(f.reading.number) for f in found]
    with connection.cursor() as cursor:
        cursor.execute(
            NUMBERS,
            {
                "streets": [f.what.id for f in found],
                "keys": keys,
                "numbers": [names.number_int(key) for key in keys],
                "boxes": [f.reading.box for f in found],
            },
        )
        rows = cursor.fetchall()
    by_id = {f.what.id: f for f in found}
    return [_address(row[1:9], _number_score(by_id[row[0]], row[9], row[3], row[4])) for row in rows]


def _number_score(found: Found[Street], key: str, number: str, box: str) -> float:
    wanted = names.number_key(found.reading.number)
    if key == wanted:
        return found.likeness - (0.02 if names.key(box) != found.reading.box else 0)
    off = OTHER_NUMBER if key.startswith(wanted) else OTHER_NUMBER + 0.05
    gap = abs(names.number_int(number) - names.number_int(wanted))
    return found.likeness - off - min(gap, 50) / 1000


def _street(found: Found[Street]) -> Match:
    street = found.what
    label = f"{street.name}, {street.postcode} {_town(street.municipality)}"
    score = found.likeness - (NO_NUMBER if found.reading.number else 0)
    return Match(label, None, street.lat, street.lon, street.municipality, score, "street")


def _place(found: Found[Place]) -> Match:
    place = found.what
    town = _town(place.municipality)
    label = place.name if town in place.name else f"{place.name}, {town}"
    return Match(label, None, place.lat, place.lon, place.municipality, found.likeness, "place")


def _crossings(first: str, second: str) -> list[Match]:
    return [_crossing(crossing) for crossing in crossings.find(first, second)]


def _crossing(crossing: Crossing) -> Match:
    first, second = crossing.first, crossing.second
    label = f"{first.name} \u00d7 {second.name}, {first.postcode} {_town(first.municipality)}"
    return Match(label, None, crossing.lat, crossing.lon, first.municipality, crossing.likeness, "crossing")


def _address(row: Sequence[Any], score: float) -> Match:
    """A match from the columns id, street, number, box, postcode, municipality, lat, lon."""
    pk, street, number, box, postcode, municipality, lat, lon = row
    house = f"{number} bus {box}" if box else number  # Belgian notation, whatever the user's language
    return Match(f"{street} {house}, {postcode} {_town(municipality)}", pk, lat, lon, municipality, score)


def _town(nis: str) -> str:
    return zone.names_by_nis().get(nis, nis)


def _ranked(found: Iterable[Match], near: tuple[float, float] | None) -> list[Match]:
    """The best first, one of each label; nearness only decides between equals."""

    def order(match: Match) -> tuple[float, float, str]:
        away = distance_m(near, (match.lat, match.lon)) if near else 0.0
        return (
            -round(match.score + 0.01 * exp(-away / NEARBY_M) if near else match.score, 3),
            away,
            match.label,
        )

    best: dict[str, Match] = {}
    for match in sorted(found, key=order):
        if match.score > 0:
            best.setdefault(match.label, match)
    return list(best.values())
