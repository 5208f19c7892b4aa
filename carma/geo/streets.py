"""Finding streets and named places by what was typed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from typing import Generic, NamedTuple, TypeVar

from carma.geo import models, names
from carma.geo.alike import Likeness, NameIndex
from carma.geo.copies import Copy
from carma.geo.typed import Reading

MOST = 20  # candidates that only share some parts; more cost time and bring nothing
WORST = 0.45  # a likeness below this is not a match
OTHER_TOWN = 0.3  # taken off for a street in another municipality than the one that was named
OTHER_POSTCODE = 0.05
WITH_NUMBER = 0.1  # taken off for a named place when a house number was typed


class Street(NamedTuple):
    """A street with addresses; the four edges bound them."""

    id: int
    name: str
    key: str
    municipality: str
    postcode: str
    lat: float
    lon: float
    south: float
    north: float
    west: float
    east: float
    live: int


class Place(NamedTuple):
    name: str
    key: str
    municipality: str
    lat: float
    lon: float


Named = TypeVar("Named", Street, Place)


class Found(NamedTuple, Generic[Named]):
    """What may be meant, how like it is to what was typed (0 to 1), and how that was understood."""

    what: Named
    likeness: float
    reading: Reading


class Register(Generic[Named]):
    """Named records in memory, to be searched."""

    def __init__(self, records: Sequence[Named]) -> None:
        self._records: Sequence[Named] = records
        self._flats = [names.flat(record.key) for record in records]
        self._index = NameIndex(self._flats)
        self._in_town: dict[str, list[int]] = defaultdict(list)
        for i, record in enumerate(records):
            self._in_town[record.municipality].append(i)

    def like(self, readings: Sequence[Reading]) -> Iterator[Found[Named]]:
        """Every record that is like one of the readings, in the reading that fits it best."""
        best: dict[int, tuple[float, Reading]] = {}
        for reading in readings:
            likeness = Likeness(reading.flat)
            for i in self._index.candidates(reading.flat, most=MOST, preferred=self._near(reading)):
                score = likeness.to(self._flats[i]) - _elsewhere(self._records[i], reading)
                if score >= WORST and score > best.get(i, (0.0, reading))[0]:
                    best[i] = (score, reading)
        for i, (score, reading) in best.items():
            yield Found(self._records[i], score, reading)

    def _near(self, reading: Reading) -> Collection[int]:
        return [i for nis in reading.municipalities for i in self._in_town[nis]]


def likely(readings: Sequence[Reading]) -> list[Found[Street]]:
    """The streets most like one of the readings, the likeliest first, the longer one of equals."""
    found = _streets.get().like(readings)
    return sorted(found, key=lambda f: (-f.likeness, -f.what.live, f.what.id))


def likely_places(readings: Sequence[Reading]) -> list[Found[Place]]:
    """The named places most like one of the readings."""
    found = _places.get().like(readings)
    return [f._replace(likeness=f.likeness - (WITH_NUMBER if f.reading.number else 0)) for f in found]


def _elsewhere(record: Street | Place, reading: Reading) -> float:
    """What to take off for lying in another town or postcode than was named."""
    if reading.municipalities and record.municipality not in reading.municipalities:
        return OTHER_TOWN
    other = isinstance(record, Street) and reading.postcode and record.postcode != reading.postcode
    return OTHER_POSTCODE if other else 0


def _read_streets() -> Register[Street]:
    rows = models.Street.objects.filter(live__gt=0).order_by("id").values_list(*Street._fields)
    return Register([Street(*row) for row in rows])


def _read_places() -> Register[Place]:
    rows = models.NamedPlace.objects.order_by("id").values_list(*Place._fields)
    return Register([Place(*row) for row in rows])


_streets = Copy(("address",), _read_streets)
_places = Copy(("place", "locality"), _read_places)
