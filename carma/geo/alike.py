"""Finding names by what was typed, spelling mistakes included.

In memory rather than with pg_trgm: nearly all street names share the trigrams of "straat", so the database
compares most of the table whichever index it has (20 to 40 ms measured over 2,462 streets, against 1 ms).
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Collection, Sequence

import numpy as np

from carma.geo import names

MOST_BY_PREFIX = 60


class NameIndex:
    """Names (without spaces, see `names.flat`), by their parts of three signs.

    Parts that many names share weigh little, so "straat" does not make all streets alike.
    """

    def __init__(self, flats: Sequence[str]) -> None:
        self._flats = flats
        self._order = sorted(range(len(flats)), key=lambda i: flats[i])
        self._sorted = [flats[i] for i in self._order]
        self._letters: dict[str, list[int]] = defaultdict(list)
        parts: dict[str, list[int]] = defaultdict(list)
        for i, flat in enumerate(flats):
            self._letters[names.letters(flat)].append(i)
            for part in _parts(flat):
                parts[part].append(i)
        self._parts = {part: np.array(found) for part, found in parts.items()}
        self._weights = {part: float(np.log(1 + len(flats) / len(found))) for part, found in parts.items()}
        lengths = np.zeros(len(flats))
        for part, found in self._parts.items():
            lengths[found] += self._weights[part] ** 2
        self._lengths = np.sqrt(lengths)

    def candidates(self, flat: str, *, most: int, preferred: Collection[int] = ()) -> list[int]:
        """The places in the list of names that may be meant: begun, misspelt, or with signs swapped.

        Of those that share parts, the `most` alike; `preferred` ones go before others about as much alike.
        """
        begun = self._begun(flat)
        swapped = self._letters.get(names.letters(flat), [])
        return list(dict.fromkeys([*swapped, *begun, *self._sharing(flat, most, preferred)]))

    def _begun(self, flat: str) -> list[int]:
        start = bisect_left(self._sorted, flat)
        end = bisect_left(self._sorted, flat + "\x7f")
        return self._order[start : min(end, start + MOST_BY_PREFIX)]

    def _sharing(self, flat: str, most: int, preferred: Collection[int]) -> list[int]:
        shared = np.zeros(len(self._flats))
        for part in _parts(flat):
            if part in self._parts:
                shared[self._parts[part]] += self._weights[part] ** 2
        shared = shared / np.maximum(self._lengths, 1e-9)
        if preferred:
            shared[list(preferred)] *= 1.5
        best = np.argpartition(-shared, most)[:most] if most < len(shared) else np.arange(len(shared))
        return [i for i in best.tolist() if shared[i] > 0]


class Likeness:
    """How like a typed word others are, 0 to 1.

    1 for the same, above 0.85 where it is a beginning, above 0.75 for a later part, else by how many signs
    agree.
    """

    def __init__(self, typed: str) -> None:
        self._typed = typed
        self._letters = names.letters(typed)
        self._places: dict[str, int] = defaultdict(int)  # of each sign in what was typed, as bits
        for i, sign in enumerate(typed):
            self._places[sign] |= 1 << i

    def to(self, name: str) -> float:
        typed = self._typed
        share = len(typed) / max(len(name), 1)
        if typed == name:
            return 1.0
        if name.startswith(typed):
            return 0.85 + 0.1 * share
        if len(typed) >= 4 and typed in name:
            return 0.75 + 0.1 * share
        if share == 1 and self._letters == names.letters(name):
            return 0.9
        return 0.95 * 2 * self._in_order(name) / (len(typed) + len(name))

    def _in_order(self, name: str) -> int:
        """How many signs of the name occur in what was typed in the same order (longest common subsequence).

        Bit-parallel after Hyyrö (2004): a zero bit is a sign that was matched.
        """
        whole = (1 << len(self._typed)) - 1
        free = whole
        for sign in name:
            matched = free & self._places.get(sign, 0)
            free = (free + matched) | (free - matched)
        return len(self._typed) - (free & whole).bit_count()


def _parts(flat: str) -> set[str]:
    padded = f"  {flat} "
    return {padded[i : i + 3] for i in range(len(padded) - 2)}
