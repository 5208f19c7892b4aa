"""What the calls are about, who tells them and how urgent they are, by the hour of the week."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from functools import cache
from itertools import accumulate
from random import Random

from interventions.simulation import reference
from interventions.simulation.arrivals import calls_per_hour
from interventions.simulation.balance import balance

LEFT_OUT = "left_out"
UNLISTED = "UNLISTED"
OWN = "own"
OWN_CHANNELS = frozenset({"own_initiative", "radio"})
LIKELY, UNLIKELY = 60.0, 0.05  # how much an own observation prefers an officer as its source


@dataclass(frozen=True)
class Kind:
    """One measured problem as one of our types. `measured` is the centre's priority, 1 to 4."""

    problem: str
    measured: int
    told_by: str
    type_code: str
    share: float


@dataclass(frozen=True)
class Matter:
    """What one call is about. `priority` is ours, 0 to 4."""

    kind: Kind
    reception: str
    channel: str
    priority: int

    @property
    def is_own(self) -> bool:
        return self.channel in OWN_CHANNELS


def our_priority(measured: int, *, default: int) -> int:
    """The centre's 1 is our 0 for types that are 0 by default, else our 1; its 2 to 4 are ours."""
    return measured if measured > 1 else min(default, 1)


@cache
def kinds() -> tuple[Kind, ...]:
    """Every problem and type of the mapping; the shares add up to 1 over what is kept."""
    measured = reference.rows("mix_problem.csv")
    listed = {(row["Problem"], row["Priority_Number"]): float(row["share"]) for row in measured}
    rest: dict[str, float] = defaultdict(float)
    for row in reference.rows("mix_priority_reception.csv"):
        rest[row["Priority_Number"]] += float(row["share"])
    for (_, priority), share in listed.items():
        rest[priority] -= share
    kept = [row for row in reference.rows("problems.csv") if row["told_by"] != LEFT_OUT]
    found = []
    for row in kept:
        key = (row["problem"], row["priority"])
        share = rest[row["priority"]] if row["problem"] == UNLISTED else listed[key]
        types = reference.weights(row["types"])
        for code, weight in types.items():
            part = share * weight / sum(types.values())
            found.append(Kind(row["problem"], int(row["priority"]), row["told_by"], code, part))
    total = sum(kind.share for kind in found)
    return tuple(replace(kind, share=kind.share / total) for kind in found)


def hour_factors(shape: str) -> list[float]:
    """How much more than average a shape happens in each of the 168 hours of the week."""
    week, weekend = (
        [float(row[f"h{hour:02}"]) for hour in range(24)]
        for days in ("week", "weekend")
        for row in reference.rows("shapes.csv")
        if (row["shape"], row["days"]) == (shape, days)
    )
    # The night from Friday to Saturday belongs to the weekend, the one from Sunday to Monday to the week.
    friday = week[:18] + weekend[18:]
    sunday = weekend[:20] + week[20:]
    return week * 4 + friday + weekend + sunday


def type_shapes() -> dict[str, dict[str, str]]:
    return {row["types"]: row for row in reference.rows("type_shapes.csv")}


class Mix:
    """Draws what a call is about; over a week the shares come out as measured, hour by hour as shaped."""

    def __init__(self, default_priorities: dict[str, int]) -> None:
        """`default_priorities` are those of our incident types, by code."""
        self.default_priorities = default_priorities
        self.kinds = kinds()
        self._by_hour = _fit_hours()
        self._receptions = {measured: _fit_receptions(measured) for measured in (1, 2, 3, 4)}
        self._channels = {
            row["reception"]: reference.weights(row["channels"]) for row in reference.rows("receptions.csv")
        }

    def draw(self, dice: Random, hour: int) -> Matter:
        """`hour` is the hour of the week, 0 to 167."""
        kind = dice.choices(self.kinds, cum_weights=self._by_hour[hour])[0]
        reception = _pick(dice, self._receptions[kind.measured][kind.problem])
        channel = _pick(dice, self._channels[reception])
        if kind.told_by in ("desk", "alarm") and channel not in OWN_CHANNELS:
            channel = kind.told_by
        default = self.default_priorities[kind.type_code]
        return Matter(kind, reception, channel, our_priority(kind.measured, default=default))


@cache
def _fit_hours() -> list[list[float]]:
    shapes = type_shapes()
    factors = {row["shape"]: hour_factors(row["shape"]) for row in reference.rows("shapes.csv")}
    table = [factors[reference.most_specific(shapes, kind.type_code)["shape"]] for kind in kinds()]
    rates = calls_per_hour()
    hours = [rate / sum(rates) for rate in rates]
    fitted = balance(table, [kind.share for kind in kinds()], hours)
    return [list(accumulate(column)) for column in zip(*fitted, strict=True)]


@cache
def _fit_receptions(measured: int) -> dict[str, dict[str, float]]:
    """Which source told each problem of one priority, so that both measured totals hold."""
    problems: dict[str, float] = defaultdict(float)
    own = {kind.problem for kind in kinds() if kind.measured == measured and kind.told_by == OWN}
    for kind in kinds():
        if kind.measured == measured:
            problems[kind.problem] += kind.share
    told_by = {row["reception"]: row["told_by"] for row in reference.rows("receptions.csv")}
    receptions = {
        row["Call_Reception"]: float(row["share"])
        for row in reference.rows("mix_priority_reception.csv")
        if int(row["Priority_Number"]) == measured
    }
    scale = sum(problems.values()) / sum(receptions.values())
    likelihood = [
        [LIKELY if (told_by[name] == OWN) == (problem in own) else UNLIKELY for name in receptions]
        for problem in problems
    ]
    totals = [share * scale for share in receptions.values()]
    fitted = balance(likelihood, list(problems.values()), totals)
    return {
        problem: dict(zip(receptions, row, strict=True))
        for problem, row in zip(problems, fitted, strict=True)
    }


def _pick(dice: Random, options: dict[str, float]) -> str:
    return dice.choices(list(options), weights=list(options.values()))[0]
