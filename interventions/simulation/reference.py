"""The figures and tables the simulation is calibrated to, as files beside the code.

Measured aggregates of a real dispatch centre (no single call): `rate_by_hour_of_week.csv`,
`mix_problem.csv`, `mix_priority_reception.csv`, `intervals.csv`. Ours, invented:

- `problems.csv`: the centre's problems to our incident types with weights; `left_out` ones are
  no calls for police on the spot; `UNLISTED` is what the centre's list cut off, given to rare types.
- `receptions.csv`: how the call came in there, to our channels.
- `shapes.csv`, `type_shapes.csv`, `areas.csv`: when and where each type happens more than average.
- `handling.csv`: the share settled by phone or stood down on the way, set so that 130 calls a day
  give some 80 deployments; the measured centre sends somebody to nearly everything.
- `results.csv`, `words.toml`: how incidents end and what callers say.
"""

from __future__ import annotations

import csv
import tomllib
from functools import cache
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "reference"


@cache
def rows(name: str) -> tuple[dict[str, str], ...]:
    with (FOLDER / name).open(encoding="utf-8", newline="") as file:
        return tuple(csv.DictReader(file))


@cache
def words() -> dict[str, Any]:
    return tomllib.loads((FOLDER / "words.toml").read_text(encoding="utf-8"))


def weights(cell: str) -> dict[str, float]:
    """`"VKR-112:6 CRI-210:3"` as a mapping."""
    pairs = (part.split(":") for part in cell.split())
    return {name: float(weight) for name, weight in pairs}


def most_specific(table: dict[str, Any], code: str) -> Any:
    """The entry for a type code, or for the longest beginning of it that the table has."""
    for length in range(len(code), 2, -1):
        if code[:length] in table:
            return table[code[:length]]
    raise KeyError(code)
