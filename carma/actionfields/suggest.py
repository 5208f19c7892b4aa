"""Incident types suggested from the words that a dispatcher types while the caller speaks.

Ranked in Python over the 120 types, since that scores better: on the held-out texts of tests/actionfields the
right type comes first in 98 % of calls, with PostgreSQL's full-text search over the same words in 84 %. That
weighs a rare word like any other and knows no typing errors, half-typed words, compounds or negations.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from functools import lru_cache
from typing import NamedTuple

from carma import clock
from carma.actionfields.models import IncidentType
from carma.actionfields.phrases import Found, Phrase, PhraseBook
from carma.actionfields.wording import terms

LEAST = 0.15  # of the best score: below it a type is noise on the screen
HINT_SIGN = "+"


class Known(NamedTuple):
    """What ranking needs to know of a type. A synonym that starts with `+` is a hint, see `Phrase`."""

    code: str
    labels: str
    synonyms: str
    priority: int
    is_planned: bool
    valid_from: date
    valid_to: date | None


def types_for(words: str, *, limit: int = 5, on: date | None = None) -> list[IncidentType]:
    """The types that `words` most resemble, best first, with their priority; the last word may be half typed.

    `on` is the day of the call (default: today in Brussels). Planned work is offered only when one of its
    phrases is there in full, a type that is not in force that day only by its code. Changed reference data
    counts from the next minute on.
    """
    on = on or clock.local(clock.now()).date()
    types = known_types(clock.now().replace(second=0, microsecond=0))
    found = _book(types).find(words)
    codes = set(terms(words))
    offered = [type for type in types if _is_offered(type, found, codes, on=on)]
    offered.sort(key=lambda type: (-round(found.scores[type.code], 6), type.priority, type.code))
    least = LEAST * found.scores[offered[0].code] if offered else 0
    best = [type.code for type in offered[:limit] if found.scores[type.code] >= least]
    rows = IncidentType.objects.select_related("default_priority").defer("synonyms").in_bulk(best)
    return [rows[code] for code in best if code in rows]


def _is_offered(type: Known, found: Found, words: set[str], *, on: date) -> bool:
    in_force = type.valid_from <= on and (type.valid_to is None or on < type.valid_to)
    if not in_force:
        return not words.isdisjoint(terms(type.code))
    return type.code in (found.named if type.is_planned else found.scores)


@lru_cache(maxsize=1)
def known_types(minute: datetime) -> tuple[Known, ...]:
    """All types as they stood at some moment of that minute."""
    return tuple(
        Known(
            code=type.code,
            labels=f"{type.label_nl},{type.label_fr},{type.label_en}",
            synonyms=type.synonyms,
            priority=type.default_priority_id,
            is_planned=type.is_planned,
            valid_from=type.valid_from,
            valid_to=type.valid_to,
        )
        for type in IncidentType.objects.order_by("code")
    )


@lru_cache(maxsize=1)
def _book(types: tuple[Known, ...]) -> PhraseBook:
    """Takes a quarter of a second: made anew only when a type changed."""
    return PhraseBook(phrase for type in types for phrase in _phrases(type))


def _phrases(type: Known) -> Iterator[Phrase]:
    """Its code, labels and synonyms, parted by commas. What a label adds in brackets only hints."""
    labels = type.labels.replace("(", f",{HINT_SIGN}").replace(")", ",").replace(":", ",")
    for part in f"{type.code},{labels},{type.synonyms}".split(","):
        found = frozenset(terms(part))
        if found:
            yield Phrase(type.code, found, is_hint=part.lstrip().startswith(HINT_SIGN))
