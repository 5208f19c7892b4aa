"""Where it happens: addresses drawn by population and by the kind of area the type prefers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from random import Random

from interventions.simulation import reference
from interventions.simulation.mix import type_shapes

REPEAT = 2.0  # above 1, some addresses call more often than others, as they do


@dataclass(frozen=True)
class Spot:
    """An address of the zone, or another point (WGS84) with a label."""

    label: str
    lat: float
    lon: float
    nis: str
    sector: str = ""
    wijk: str = ""
    address_id: int | None = None


class Places:
    def __init__(self, spots: Iterable[Spot], population: dict[str, int]) -> None:
        """`population` is by NIS code; a municipality without spots is never drawn."""
        self.by_nis: dict[str, list[Spot]] = defaultdict(list)
        for spot in spots:
            self.by_nis[spot.nis].append(spot)
        self.population = {nis: population[nis] for nis in self.by_nis}
        self._shapes = type_shapes()
        self._areas = {row["nis"]: row for row in reference.rows("areas.csv")}

    def share(self, type_code: str) -> dict[str, float]:
        """The chance of each municipality for a type."""
        area = reference.most_specific(self._shapes, type_code)["area"]
        weights = {
            nis: people * float(self._areas[nis][area] if nis in self._areas else 1)
            for nis, people in self.population.items()
        }
        total = sum(weights.values())
        return {nis: weight / total for nis, weight in weights.items()}

    def draw(self, dice: Random, type_code: str) -> Spot:
        chances = self.share(type_code)
        nis = dice.choices(list(chances), weights=list(chances.values()))[0]
        spots = self.by_nis[nis]
        return spots[int(len(spots) * dice.random() ** REPEAT)]
