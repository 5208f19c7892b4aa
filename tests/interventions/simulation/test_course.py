from __future__ import annotations

from datetime import timedelta

import pytest

from carma.actionfields import load
from carma.geo import zone
from carma.geo.metres import distance_m
from interventions.simulation import intervals
from interventions.simulation.arrivals import Arrivals
from interventions.simulation.demo.course import Course, Crew, run
from interventions.simulation.dice import seeded
from interventions.simulation.mix import Mix
from interventions.simulation.places import Places, Spot
from interventions.simulation.story import Ending, Storyteller
from tests.interventions.simulation.test_arrivals import MONDAY

WEEKS = 26
TEAMS = 12


@pytest.fixture(scope="module")
def courses() -> list[Course]:
    """Half a year in the zone's municipalities, most of it near their centres, with twelve teams."""
    dice = seeded("zone")
    population = {town.nis: town.population for town in zone.municipalities()}
    spots = [
        Spot("x", town.lat + dice.gauss(0, 0.02), town.lon + dice.gauss(0, 0.03), town.nis)
        for town in zone.municipalities()
        for _ in range(100)
    ]
    types = {row["code"]: int(row["default_priority"]) for row in load.rows("incident_types.csv")}
    teller = Storyteller(Mix(types), Places(spots, population), seed=2)
    moments = Arrivals(seed=2).between(MONDAY, MONDAY + timedelta(weeks=WEEKS))
    crews = [Crew(number, spots[number * 60].lat, spots[number * 60].lon, MONDAY) for number in range(TEAMS)]
    return run((teller.hear(moment, []) for moment in moments), crews)


def seconds(courses: list[Course], priority: int, start: str, end: str) -> list[float]:
    found = []
    for course in courses:
        told = {status.value: at for status, at in [*course.path, *course.duty]}  # type: ignore[attr-defined]
        if (
            course.story.matter.priority == priority
            and not course.story.matter.is_own
            and {start, end} <= set(told)
        ):
            found.append((told[end] - told[start]).total_seconds())
    return sorted(found)


@pytest.mark.parametrize(
    ("interval", "start", "end"),
    [
        (intervals.QUEUE, "qualified", "assigned"),
        (intervals.TRAVEL, "en_route", "on_scene"),
        (intervals.ON_SCENE, "on_scene", "cleared"),
    ],
)
def test_teams_that_are_not_always_free_keep_the_measured_intervals(
    courses: list[Course], interval: str, start: str, end: str
) -> None:
    found = seconds(courses, 2, start, end)
    measured = intervals.quantiles(2, interval)[2:6]
    quantiles = [found[int(len(found) * q)] for q in (0.25, 0.5, 0.75, 0.9)]

    print(f"\n{interval} over {len(found)} incidents: p25..p90 {quantiles}, measured {measured}")  # noqa: T201
    assert quantiles == pytest.approx(measured, rel=0.25)


def test_no_team_drives_faster_than_it_could(courses: list[Course]) -> None:
    last: dict[object, tuple[float, float]] = {}
    speeds = []
    for course in courses:
        if course.story.ending is not Ending.TEAM:
            continue
        here = (course.story.spot.lat, course.story.spot.lon)
        (_, departed_at), (_, arrived_at) = course.duty[2:4]
        drive_s = (arrived_at - departed_at).total_seconds()
        if course.team in last and not course.story.matter.is_own and drive_s > 5:
            speeds.append(3.6 * distance_m(last[course.team], here) / drive_s)
        last[course.team] = here
    too_fast = sum(speed > 130 for speed in speeds) / len(speeds)

    print(f"\n{too_fast:.3f} of {len(speeds)} drives above 130 km/h as the crow flies")  # noqa: T201
    assert too_fast < 0.05


def test_no_team_is_in_two_places_at_once(courses: list[Course]) -> None:
    until: dict[object, object] = {}
    for course in courses:
        if course.duty:
            assert until.get(course.team, MONDAY) <= course.duty[0][1]  # type: ignore[operator]
            until[course.team] = course.duty[-1][1]
