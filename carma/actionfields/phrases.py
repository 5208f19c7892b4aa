"""The phrases by which people tell of an incident type, and how strongly a text speaks of each type."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from math import log

from carma.actionfields.wording import Vocabulary, terms

# What counts less than a word that stands alone for a type: a word of its phrases, a hint, and on top of its
# words a phrase that is there in full.
IN_PHRASE, HINT, IN_FULL = 0.4, 0.4, 0.6
NAMED = 0.6  # likeness from which a phrase is named, not brushed

Table = dict[str, dict[str, float]]


@dataclass(frozen=True)
class Phrase:
    """Words that together tell of the type `code`. A hint tells only beside another word of that type."""

    code: str
    terms: frozenset[str]
    is_hint: bool = False


@dataclass(frozen=True)
class Found:
    """What a text tells: a score by type, and the types of which a whole phrase is there."""

    scores: dict[str, float]
    named: set[str]


class PhraseBook:
    """The phrases of all types. A term is worth more the fewer types have it."""

    def __init__(self, phrases: Iterable[Phrase]) -> None:
        self.having = defaultdict[str, list[Phrase]](list)
        for phrase in dict.fromkeys(phrases):
            for term in phrase.terms:
                self.having[term].append(phrase)
        codes = {term: {phrase.code for phrase in having} for term, having in self.having.items()}
        types = len(set().union(*codes.values()))
        self.worth = {term: log((types + 1) / len(sharing)) for term, sharing in codes.items()}
        self.told = {term: self._gains(term, is_hint=False) for term in self.having}
        self.hinted = {term: self._gains(term, is_hint=True) for term in self.having}
        self.vocabulary = Vocabulary(self.having)

    def find(self, text: str) -> Found:
        """Weigh `text`, of which the last word may be half typed."""
        words = list(dict.fromkeys(terms(text)))
        half_typed = words[-1] if words and text[-1].isalnum() else ""
        told: dict[str, float] = defaultdict(float)
        hinted: dict[str, float] = defaultdict(float)
        likeness: dict[str, float] = {}
        for word in words:
            meant = self.vocabulary.meant_by(word, half_typed=word == half_typed)
            gains, hints = _strongest(self.told, meant), _strongest(self.hinted, meant)
            _add(told, gains)
            _add(hinted, {code: gain - gains.get(code, 0) for code, gain in hints.items()})
            likeness |= {term: max(degree, likeness.get(term, 0)) for term, degree in meant.items()}
        whole = list(self._whole(likeness))
        _add(told, self._in_full(whole, is_hint=False))
        _add(hinted, self._in_full(whole, is_hint=True))
        named = {phrase.code for phrase, degree in whole if degree >= NAMED and not phrase.is_hint}
        return Found({code: score + hinted[code] for code, score in told.items()}, named)

    def _gains(self, term: str, *, is_hint: bool) -> dict[str, float]:
        """What `term` tells of each type, or hints at. A hint of several words hints only as a whole."""
        gains: dict[str, float] = defaultdict(float)
        for phrase in self.having[term]:
            if phrase.is_hint == is_hint and not (is_hint and len(phrase.terms) > 1):
                weight = HINT if is_hint else 1.0 if len(phrase.terms) == 1 else IN_PHRASE
                gains[phrase.code] = max(gains[phrase.code], weight * self.worth[term])
        return gains

    def _whole(self, likeness: dict[str, float]) -> Iterator[tuple[Phrase, float]]:
        """The phrases of which every term is there, each with the likeness of its weakest term."""
        there = Counter(phrase for term in likeness for phrase in self.having[term])
        for phrase, count in there.items():
            if count == len(phrase.terms):
                yield phrase, min(likeness[term] for term in phrase.terms)

    def _in_full(self, whole: list[tuple[Phrase, float]], *, is_hint: bool) -> dict[str, float]:
        """What the best phrase of several words adds, by type."""
        gains: dict[str, float] = defaultdict(float)
        for phrase, degree in whole:
            if phrase.is_hint == is_hint and len(phrase.terms) > 1:
                worth = IN_FULL * degree * sum(self.worth[term] for term in phrase.terms)
                gains[phrase.code] = max(gains[phrase.code], HINT * worth if is_hint else worth)
        return gains


def _strongest(table: Table, meant: dict[str, float]) -> dict[str, float]:
    """By type, the most that any one of the meant terms tells of it."""
    gains: dict[str, float] = defaultdict(float)
    for term, degree in meant.items():
        for code, gain in table[term].items():
            gains[code] = max(gains[code], degree * gain)
    return gains


def _add(scores: dict[str, float], gains: dict[str, float]) -> None:
    for code, gain in gains.items():
        scores[code] += max(0.0, gain)
