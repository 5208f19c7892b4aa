from __future__ import annotations

from collections import Counter, defaultdict
from datetime import timedelta
from typing import TypeVar

import pytest

from carma.actionfields import load
from interventions.simulation import reference
from interventions.simulation.arrivals import Arrivals, hour_of_week
from interventions.simulation.dice import seeded
from interventions.simulation.mix import UNLISTED, Matter, Mix, kinds, our_priority
from tests.interventions.simulation.test_arrivals import MONDAY

K = TypeVar("K")
WEEKS = 200


def incident_types() -> dict[str, dict[str, str]]:
    return {row["code"]: row for row in load.rows("incident_types.csv")}


@pytest.fixture(scope="module")
def mix() -> Mix:
    return Mix({code: int(row["default_priority"]) for code, row in incident_types().items()})


@pytest.fixture(scope="module")
def matters(mix: Mix) -> list[tuple[int, Matter]]:
    dice = seeded("test")
    hours = [hour_of_week(m) for m in Arrivals(seed=5).between(MONDAY, MONDAY + timedelta(weeks=WEEKS))]
    return [(hour, mix.draw(dice, hour)) for hour in hours]


def distance(found: Counter[K], wanted: dict[K, float]) -> float:
    """Total variation: the share that would have to change its place, 0 to 1."""
    total, whole = found.total(), sum(wanted.values())
    keys = set(found) | set(wanted)
    return sum(abs(found[key] / total - wanted.get(key, 0) / whole) for key in keys) / 2


def test_the_mix_comes_out_as_measured(matters: list[tuple[int, Matter]]) -> None:
    problems: dict[tuple[str, int], float] = defaultdict(float)
    priorities: dict[int, float] = defaultdict(float)
    for kind in kinds():
        problems[kind.problem, kind.measured] += kind.share
        priorities[kind.measured] += kind.share
    receptions: dict[tuple[int, str], float] = {
        (int(row["Priority_Number"]), row["Call_Reception"]): float(row["share"])
        for row in reference.rows("mix_priority_reception.csv")
        if int(row["Priority_Number"]) <= 4
    }
    drawn = [matter for _, matter in matters]
    problem_distance = distance(Counter((m.kind.problem, m.kind.measured) for m in drawn), problems)
    priority_distance = distance(Counter(m.kind.measured for m in drawn), priorities)
    reception_distance = distance(Counter((m.kind.measured, m.reception) for m in drawn), receptions)

    print(  # noqa: T201
        f"\nmix over {len(drawn)} calls, total variation: problem and priority {problem_distance:.4f}, "
        f"priority {priority_distance:.4f}, priority and reception {reception_distance:.4f}"
    )
    assert problem_distance < 0.02
    assert priority_distance < 0.005
    assert reception_distance < 0.02


def test_every_measured_problem_is_mapped_to_types_that_exist() -> None:
    measured = {(row["Problem"], row["Priority_Number"]) for row in reference.rows("mix_problem.csv")}
    mapped = {(row["problem"], row["priority"]) for row in reference.rows("problems.csv")}
    known = incident_types()

    assert measured == {key for key in mapped if key[0] != UNLISTED}
    assert {kind.type_code for kind in kinds()} <= set(known)
    assert sum(kind.share for kind in kinds()) == pytest.approx(1)


def test_only_planned_work_never_comes_in_as_a_call() -> None:
    never = set(incident_types()) - {kind.type_code for kind in kinds()}

    assert never == {
        *("BST-101", "BST-104", "BST-107", "BST-111", "BST-112"),
        *("ORD-112", "ORD-114", "VKR-115", "VKR-116", "VKR-117", "VKR-118"),
    }


def by_hour_of_day(matters: list[tuple[int, Matter]], code: str, days: range) -> Counter[int]:
    return Counter(
        hour % 24 for hour, matter in matters if matter.kind.type_code == code and hour // 24 in days
    )


def test_noise_is_told_at_night_and_collisions_at_rush_hours(matters: list[tuple[int, Matter]]) -> None:
    noise = by_hour_of_day(matters, "ORD-106", range(7))
    crashes = by_hour_of_day(matters, "VKR-104", range(5))
    shoplifters = by_hour_of_day(matters, "CRI-214", range(7))

    assert sum(noise[hour] for hour in (22, 23, 0, 1, 2)) > 0.6 * noise.total()
    assert sum(crashes[hour] for hour in (7, 8, 16, 17)) > 0.35 * crashes.total()
    assert sum(shoplifters[hour] for hour in range(10, 20)) > 0.85 * shoplifters.total()


def test_priorities_are_mapped_one_to_zero_or_one_and_the_rest_as_they_are() -> None:
    assert [our_priority(1, default=default) for default in range(5)] == [0, 1, 1, 1, 1]
    assert [our_priority(measured, default=0) for measured in (2, 3, 4)] == [2, 3, 4]


def test_officers_tell_their_own_observations(matters: list[tuple[int, Matter]]) -> None:
    stops = [matter for _, matter in matters if matter.kind.problem == "TRAFFIC STOP"]
    lobby = [matter for _, matter in matters if matter.kind.problem == "WALK IN HQ LOBBY"]

    assert sum(matter.is_own for matter in stops) > 0.9 * len(stops)
    assert sum(matter.channel == "desk" for matter in lobby) > 0.9 * len(lobby)
