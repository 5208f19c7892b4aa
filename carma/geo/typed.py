"""Taking apart what a dispatcher types for a place."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from carma.geo import names
from carma.geo.gazetteer import GAZETTEER

FILLERS = frozenset({"nr", "no", "nummer", "huisnummer", "huisnr"})
COUNTRY = frozenset({"belgie", "belgium", "belgique"})

_NUMBER = re.compile(r"[a-z]?\d{1,4}[a-z]{0,2}")
_BOX = re.compile(r"(\d{1,4} ?[a-z]?) ?(?:/|\bbus\b|\bbte\b|\bboite\b) ?([0-9a-z]{1,6})\b")
_RANGE = re.compile(r"\b(\d{1,4}) ?- ?\d{1,4}\b")
_CORNER = re.compile(
    r"^(?:op de |de )?(?:hoek|kruispunt|kruising|kruisp|krspt|crossing|carrefour)(?: van)?(?: de)? "
)
_BETWEEN = re.compile(r" ?[/&+\u00d7] ?| (?:x|en|met|hoek|et|and) ")


@dataclass(frozen=True)
class Reading:
    """One way to understand what was typed.

    `words` are the street's, as a search key with abbreviations written out; `municipalities` the NIS codes
    that were named, by name or postcode.
    """

    words: str
    number: str
    box: str
    postcode: str
    municipalities: frozenset[str]

    @property
    def flat(self) -> str:
        return names.flat(self.words)


def readings(text: str) -> list[Reading]:
    """The likely ways to read a text, the likeliest first; none when there is no word in it.

    "12 stationstr genk", "3600 Stationsstraat 12 bus 3" and "stationsstraat 12/3" all give the street, the
    number and the municipality. A number or a municipality may also belong to the street's name.
    """
    plain = _RANGE.sub(r"\1", names.plain(text))
    box_found = _BOX.search(plain)
    box = box_found[2] if box_found else ""
    if box_found:
        plain = f"{plain[: box_found.start()]} {box_found[1]} {plain[box_found.end() :]}"
    words = [word for word in names.key(plain).split() if word not in COUNTRY]
    words, postcode = _without_postcode(words)
    rest, number = _without_number(words)
    ways = [(*way, number, box) for way in _municipalities(rest, postcode)]
    if number:  # "15 Augustusstraat": the number may be part of the name
        ways += [(*way, "", "") for way in _municipalities(words, postcode)][:1]
    found: dict[str, Reading] = {}
    for street, municipalities, house, bus in ways:
        key = names.written_out(" ".join(street))
        if key:
            found.setdefault(key, Reading(key, house, bus, postcode, municipalities))
    return list(found.values())


def crossing(text: str) -> tuple[str, str] | None:
    """The two streets of "Kerkstraat / Dorpsstraat", "kerkstraat x dorpsstraat", "hoek …", or None."""
    plain = " ".join(names.plain(text).split())
    corner = _CORNER.sub("", plain)
    for found in _BETWEEN.finditer(corner):
        first, second = corner[: found.start()], corner[found.end() :]
        if min(_letters(first), _letters(second)) >= 3:
            return first, second
    return None


def _letters(text: str) -> int:
    return sum(sign.isalpha() for sign in text)


def _without_postcode(words: list[str]) -> tuple[list[str], str]:
    for i, word in enumerate(words):
        if word in GAZETTEER.by_postcode and len(words) > 1:
            return words[:i] + words[i + 1 :], word
    return words, ""


def _without_number(words: list[str]) -> tuple[list[str], str]:
    """The words without the house number: the last that looks like one, with a letter that follows it."""
    for i in range(len(words) - 1, -1, -1):
        if not _NUMBER.fullmatch(words[i]):
            continue
        end, number = i + 1, words[i]
        if number.isdigit() and end < len(words) and len(words[end]) == 1 and words[end].isalpha():
            number, end = number + words[end], end + 1
        before = words[: i - 1] if i and words[i - 1] in FILLERS else words[:i]
        return before + words[end:], number
    return words, ""


def _municipalities(words: list[str], postcode: str) -> Iterator[tuple[list[str], frozenset[str]]]:
    """The street's words with the municipality that was meant; also as if all belonged to the street."""
    by_postcode = GAZETTEER.by_postcode.get(postcode, frozenset())
    street, named = GAZETTEER.at_end(words)
    if named:
        yield street, named | by_postcode
    yield words, by_postcode
