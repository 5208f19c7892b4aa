"""Free words in three languages: the terms that tell something, and which terms a written word stands for."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from itertools import takewhile
from pathlib import Path
from string import ascii_lowercase

MOST_TERMS = 40
MOST_SIGNS = 2000
LONGEST_TERM = 30
LONGEST_MISTYPED = 16
NOT = "!"
LAST_SIGN = "\U0010ffff"

# How much a written word tells of a term that it resembles; an equal one counts 1.
INFLECTED, MISTYPED, HALF_TYPED, HOLDS_TERM, BEGINS_TERM = 0.8, 0.7, 0.9, 0.5, 0.3

with (Path(__file__).parent / "reference" / "wording.toml").open("rb") as file:
    SMALL = {name: frozenset(words.split()) for name, words in tomllib.load(file).items()}
ENDINGS = SMALL["endings"] | {""}
ACCENTS = re.compile("[\u0300-\u036f]")
WORD = re.compile(r"[a-z]{3}-\d+|pas de?\b|\w+|[.,;:!?]")


def terms(text: str) -> list[str]:
    """The words that tell something, without case and accents; `!gewonden` is "geen gewonden".

    A negation reaches to the next telling word of its clause, and on over "of": "geen slagen of bedreiging".
    """
    found: list[str] = []
    denied = was_denied = False
    for match in WORD.finditer(_plain(text[:MOST_SIGNS])):
        word = match.group()[:LONGEST_TERM]
        if (
            word in SMALL["negations"]
            or word.startswith("pas d")
            or (was_denied and word in SMALL["carry_on"])
        ):
            denied = True
        elif not (denied and word in SMALL["passed_over"]):
            was_denied = denied
            if word[0].isalnum() and word not in SMALL["stop"]:
                found.append((NOT if denied else "") + word.replace("-", ""))
            denied = False
        if len(found) == MOST_TERMS:
            break
    return found


def _plain(text: str) -> str:
    return ACCENTS.sub("", unicodedata.normalize("NFKD", text.casefold()))


class Vocabulary:
    """All terms of the reference data, found by inflected, compound, mistyped or half-typed words."""

    def __init__(self, known: Iterable[str]) -> None:
        self.known = frozenset(known)
        self.sorted = sorted(self.known)

    def meant_by(self, word: str, *, half_typed: bool) -> dict[str, float]:
        """The terms that `word` may stand for, each with its likeness from 0 to 1."""
        likeness: dict[str, float] = {}
        for term, degree in self._resembling(word, half_typed=half_typed):
            likeness[term] = max(degree, likeness.get(term, 0))
        is_strange = max(likeness.values(), default=0) < INFLECTED**2 and not word.startswith(NOT)
        if is_strange and 5 <= len(word) <= LONGEST_MISTYPED:
            for term in _one_slip_away(word) & self.known:
                likeness[term] = max(MISTYPED, likeness.get(term, 0))
        return likeness

    def _resembling(self, word: str, *, half_typed: bool) -> Iterator[tuple[str, float]]:
        if word in self.known:
            yield word, 1.0
        if len(word) >= 4:
            for term in self._starting(word[: max(4, len(word) - 3)]):
                stem = _shared(word, term)
                if word != term and word[stem:] in ENDINGS and term[stem:] in ENDINGS:
                    yield term, INFLECTED if stem in (len(word), len(term)) else INFLECTED**2
        if word.startswith(NOT):
            return
        for cut in range(4, len(word) - 2):
            if word[:cut] in self.known:
                yield word[:cut], HOLDS_TERM
            if len(word) - cut >= 4 and word[cut:] in self.known:
                yield word[cut:], HOLDS_TERM
        is_unfinished = half_typed and word not in self.known
        for term in self._starting(word) if len(word) >= (3 if is_unfinished else 5) else ():
            yield term, HALF_TYPED * len(word) / len(term) if is_unfinished else BEGINS_TERM

    def _starting(self, beginning: str) -> list[str]:
        ends = bisect_left(self.sorted, beginning + LAST_SIGN)
        return self.sorted[bisect_left(self.sorted, beginning) : ends]


def _shared(word: str, other: str) -> int:
    """How many signs the two have in common from the start."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(word, other, strict=False)))


def _one_slip_away(word: str) -> set[str]:
    """What `word` becomes when one letter is dropped, added or replaced, or two neighbours are swapped."""
    cuts = [(word[:at], word[at:]) for at in range(len(word) + 1)]
    dropped = {head + tail[1:] for head, tail in cuts}
    swapped = {head + tail[1] + tail[0] + tail[2:] for head, tail in cuts if len(tail) > 1}
    added = {head + sign + tail for head, tail in cuts for sign in ascii_lowercase}
    replaced = {head + sign + tail[1:] for head, tail in cuts for sign in ascii_lowercase}
    return dropped | swapped | added | replaced
