"""The names by which people say where in the zone a street is: municipalities, localities, postcodes."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cached_property

from carma.geo import names, zone

ALIKE = 0.75  # below this, a misspelt name is taken for part of the street
MOST_WORDS = 4  # in the name of a municipality or locality


@dataclass(frozen=True)
class Gazetteer:
    """Which municipalities (NIS codes) a name or postcode stands for."""

    by_name: dict[str, frozenset[str]]
    by_postcode: dict[str, frozenset[str]]

    @cached_property
    def _single_words(self) -> list[str]:
        return [name for name in self.by_name if " " not in name and len(name) > 3]

    def at_end(self, words: list[str]) -> tuple[list[str], frozenset[str]]:
        """The words without the municipality they end or begin with, and that municipality."""
        for length in range(min(MOST_WORDS, len(words) - 1), 0, -1):
            for rest, part in ((words[:-length], words[-length:]), (words[length:], words[:length])):
                if found := self.by_name.get(" ".join(part)):
                    return rest, found
        if len(words) > 1 and len(words[-1]) > 3:
            close = get_close_matches(words[-1], self._single_words, n=1, cutoff=ALIKE)
            if close:
                return words[:-1], self.by_name[close[0]]
        return words, frozenset()


def _gazetteer() -> Gazetteer:
    by_name: dict[str, set[str]] = defaultdict(set)
    by_postcode: dict[str, set[str]] = defaultdict(set)
    for municipality in zone.municipalities():
        for name in (municipality.name, *municipality.localities):
            by_name[names.key(name)].add(municipality.nis)
        for postcode in municipality.postcodes:
            by_postcode[postcode].add(municipality.nis)
    return Gazetteer(
        {name: frozenset(nis) for name, nis in by_name.items()},
        {postcode: frozenset(nis) for postcode, nis in by_postcode.items()},
    )


GAZETTEER = _gazetteer()
