"""How the stories of three months went: which team took which, and what happened when."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from carma.geo.metres import distance_m
from carma.incidents.models import Incident
from interventions.models import Assignment
from interventions.simulation.intervals import MEDIAN_M
from interventions.simulation.story import LONGEST_ADVICE_S, Ending, SecondCall, Story

ROUND_TRIP = 0.5  # a team stood down has driven half of the way

Moment = tuple[str, datetime]


@dataclass
class Crew:
    """A team as the past sees it: where it was last and from when it is free."""

    key: object
    lat: float
    lon: float
    free_at: datetime


@dataclass(frozen=True)
class Course:
    """One incident from its first call to its end: statuses with their moments (UTC), in order."""

    story: Story
    path: tuple[Moment, ...]
    team: object = None
    duty: tuple[Moment, ...] = ()
    calls: list[SecondCall] = field(default_factory=list)

    def until(self, now: datetime) -> Course:
        """What is known of it at a moment: the rest has not happened yet."""
        duty = tuple(moment for moment in self.duty if moment[1] <= now)
        return replace(
            self,
            path=tuple(moment for moment in self.path if moment[1] <= now),
            duty=duty,
            team=self.team if duty else None,
            calls=[call for call in self.calls if call.received_at <= now],
        )


def run(told: Iterable[Story | SecondCall], crews: Sequence[Crew]) -> list[Course]:
    """Let every story happen, the nearest free team going; a busy zone makes them wait."""
    stories: dict[int, Story] = {}
    seconds: dict[int, list[SecondCall]] = {}
    for call in told:
        if isinstance(call, SecondCall):
            seconds.setdefault(id(call.story), []).append(call)
        else:
            stories[id(call)] = call
    ordered = sorted(stories.items(), key=lambda pair: wanted_at(pair[1]))
    return [replace(_happen(story, crews), calls=seconds.get(key, [])) for key, story in ordered]


def wanted_at(story: Story) -> datetime:
    """When the dispatcher gets to it."""
    return story.received_at + timedelta(seconds=story.steps.call + story.steps.queue)


def over_at(story: Story) -> datetime:
    """When its team would be free again, had it one at once."""
    steps = story.steps
    return wanted_at(story) + timedelta(
        seconds=steps.turnout + steps.travel.seconds(MEDIAN_M) + steps.on_scene
    )


def _happen(story: Story, crews: Sequence[Crew]) -> Course:
    qualified_at = story.received_at + timedelta(seconds=story.steps.call)
    path: list[Moment] = [
        (Incident.Status.RECEIVED, story.received_at),
        (Incident.Status.QUALIFIED, qualified_at),
    ]
    if story.matter.priority > 2 and not story.matter.is_own:
        path.append((Incident.Status.QUEUED, qualified_at))
    if story.ending is Ending.BY_PHONE:
        ended_at = qualified_at + timedelta(seconds=min(story.steps.queue, LONGEST_ADVICE_S))
        return Course(story, (*path, (Incident.Status.CANCELLED, ended_at)))
    crew = _nearest(story, crews)
    away_m = distance_m((crew.lat, crew.lon), (story.spot.lat, story.spot.lon))
    duty = _duty(story, max(wanted_at(story), crew.free_at), story.steps.travel.seconds(away_m))
    crew.free_at = duty[-1][1]
    crew.lat, crew.lon = story.spot.lat, story.spot.lon
    return Course(story, (*path, *_followed(story, duty)), team=crew.key, duty=tuple(duty))


def _nearest(story: Story, crews: Sequence[Crew]) -> Crew:
    at = wanted_at(story)
    free = [crew for crew in crews if crew.free_at <= at]
    if not free:
        return min(crews, key=lambda crew: crew.free_at)
    return min(free, key=lambda crew: distance_m((crew.lat, crew.lon), (story.spot.lat, story.spot.lon)))


def _duty(story: Story, assigned_at: datetime, travel_s: float) -> list[Moment]:
    status, steps = Assignment.Status, story.steps
    departed_at = assigned_at + timedelta(seconds=steps.turnout)
    arrived_at = departed_at + timedelta(seconds=travel_s)
    duty = [
        (status.ASSIGNED, assigned_at),
        (status.ACCEPTED, assigned_at + timedelta(seconds=steps.turnout / 2)),
        (status.EN_ROUTE, departed_at),
    ]
    if story.ending is Ending.STOOD_DOWN:
        return [*duty, (status.ABORTED, departed_at + timedelta(seconds=travel_s * ROUND_TRIP))]
    return [
        *duty,
        (status.ON_SCENE, arrived_at),
        (status.CLEARED, arrived_at + timedelta(seconds=steps.on_scene)),
    ]


def _followed(story: Story, duty: Sequence[Moment]) -> list[Moment]:
    """The incident's statuses that follow from its team's, and how it ends."""
    status = Incident.Status
    path: list[Moment] = [
        (name, at) for name, at in duty if name in (status.ASSIGNED, status.EN_ROUTE, status.ON_SCENE)
    ]
    over_at = duty[-1][1]
    if story.ending is Ending.STOOD_DOWN:
        return [*path, (status.QUEUED, over_at), (status.CANCELLED, over_at)]
    path.append((status.CLEARED, over_at))
    closed_at = over_at + timedelta(seconds=60)
    if story.fate.result in Incident.WITH_DOCUMENT:
        path.append((status.REPORTING, over_at))
        closed_at = over_at + timedelta(seconds=story.steps.report)
    return [*path, (status.CLOSED, closed_at)]
