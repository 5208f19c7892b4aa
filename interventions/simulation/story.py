"""What the model says will happen after one call, before any of it is told to the system."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from random import Random

from interventions.simulation import intervals, people, reference, words
from interventions.simulation.arrivals import hour_of_week
from interventions.simulation.dice import seeded
from interventions.simulation.mix import Matter, Mix
from interventions.simulation.places import Places, Spot

SECOND_CALLS = 0.07  # of the calls that could be about something told a moment ago
STILL_FRESH = timedelta(minutes=15)
SEEN_BY_MANY = ("CRI-105", "CRI-209", "CRI-220", "ORD", "VKR-10", "VKR-113", "BST-113", "BST-115", "BST-116")
LATE_TEAMS = 0.03
LONGEST_DELAY_S = 900
LONGEST_ADVICE_S = 1_800  # what is settled by phone does not wait longer


class Ending(Enum):
    TEAM = "team"
    BY_PHONE = "by_phone"
    STOOD_DOWN = "stood_down"


@dataclass(frozen=True)
class Caller:
    """Who calls; empty for an own observation."""

    name: str = ""
    phone: str = ""
    language: str = "nl"


@dataclass(frozen=True)
class Steps:
    """Seconds that each step takes, from the step before it; the drive depends on where the team is."""

    call: float
    queue: float
    turnout: float
    travel: intervals.Travel
    on_scene: float
    report: float


@dataclass(frozen=True)
class Fate:
    """How an incident goes on once it is known, if nobody interferes."""

    steps: Steps
    ending: Ending
    result: str


@dataclass(frozen=True)
class Story:
    """One incident from the call that tells of it. `received_at` is UTC."""

    received_at: datetime
    matter: Matter
    caller: Caller
    words: str
    spot: Spot
    fate: Fate

    @property
    def type_code(self) -> str:
        return self.matter.kind.type_code

    @property
    def steps(self) -> Steps:
        return self.fate.steps

    @property
    def ending(self) -> Ending:
        return self.fate.ending


@dataclass(frozen=True)
class SecondCall:
    """One more call about the incident of `story`."""

    received_at: datetime
    story: Story
    caller: Caller
    words: str
    channel: str


class Storyteller:
    """Tells the same story for the same seed and moment, whatever was told before."""

    def __init__(self, mix: Mix, places: Places, *, seed: int = 0) -> None:
        self.mix = mix
        self.places = places
        self.seed = seed

    def hear(self, moment: datetime, recent: Sequence[Story]) -> Story | SecondCall:
        """One call: about something new, or about one of the `recent` stories."""
        dice = seeded(self.seed, "story", moment.isoformat())
        fresh = [s for s in recent if moment - s.received_at < STILL_FRESH and _seen_by_many(s)]
        again = dice.random() < SECOND_CALLS
        if fresh and again:
            return self._second(dice, moment, dice.choice(fresh))
        return self._first(dice, moment)

    def _first(self, dice: Random, moment: datetime) -> Story:
        matter = self.mix.draw(dice, hour_of_week(moment))
        code = matter.kind.type_code
        caller = Caller() if matter.is_own else _caller(dice)
        return Story(
            received_at=moment,
            matter=matter,
            caller=caller,
            words=words.first_call(dice, code, caller.language),
            spot=self.places.draw(dice, code),
            fate=draw_fate(dice, code, matter.priority, is_own=matter.is_own),
        )

    def _second(self, dice: Random, moment: datetime, story: Story) -> SecondCall:
        caller = _caller(dice)
        said = words.second_call(dice, story.type_code, caller.language)
        return SecondCall(moment, story, caller, said, dice.choice(("zone", "cic_101", "cic_112")))


def draw_fate(dice: Random, type_code: str, priority: int, *, is_own: bool = False) -> Fate:
    """`priority` is ours, 0 to 4."""
    return Fate(
        _steps(dice, priority, is_own=is_own),
        _ending(dice, priority, is_own=is_own),
        _result(dice, type_code),
    )


def _steps(dice: Random, priority: int, *, is_own: bool) -> Steps:
    def drawn(interval: str) -> float:
        return intervals.draw(dice, priority, interval, is_own=is_own)

    turnout = drawn(intervals.TURNOUT)
    if not is_own and dice.random() < LATE_TEAMS:
        turnout += dice.uniform(60, LONGEST_DELAY_S)
    return Steps(
        call=drawn(intervals.CALL),
        queue=drawn(intervals.QUEUE),
        turnout=turnout,
        travel=intervals.draw_travel(dice, priority, is_own=is_own),
        on_scene=drawn(intervals.ON_SCENE),
        report=dice.lognormvariate(7.2, 0.9),
    )


def _caller(dice: Random) -> Caller:
    spoken = words.language(dice)
    if dice.random() < 0.08:
        return Caller(language=spoken)  # anonymous
    return Caller(people.full_name(dice), people.phone(dice), spoken)


def _ending(dice: Random, priority: int, *, is_own: bool) -> Ending:
    if is_own:
        return Ending.TEAM
    row = next(r for r in reference.rows("handling.csv") if int(r["priority"]) == priority)
    chance = dice.random()
    if chance < float(row["by_phone"]):
        return Ending.BY_PHONE
    if chance < float(row["by_phone"]) + float(row["stood_down"]):
        return Ending.STOOD_DOWN
    return Ending.TEAM


def _result(dice: Random, type_code: str) -> str:
    table = {row["types"]: row for row in reference.rows("results.csv")}
    row: dict[str, str] = reference.most_specific(table, type_code)
    results = [name for name in row if name != "types"]
    return dice.choices(results, weights=[float(row[name]) for name in results])[0]


def _seen_by_many(story: Story) -> bool:
    return story.type_code.startswith(SEEN_BY_MANY) and not story.matter.is_own
