"""One team as a candidate for an incident: its facts, and the one key by which candidates are ranked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from django.utils.translation import gettext_lazy as _

from carma.geo.metres import Point
from carma.geo.routing import Trip
from interventions import marks
from interventions.marks import Marks
from interventions.models import Assignment, Team
from interventions.preemption import Kept


class Availability(StrEnum):
    FREE = "free"
    PREEMPTIBLE = "preemptible"
    BUSY = "busy"
    OUT_OF_SERVICE = "out_of_service"


LABELS = {
    Availability.FREE: _("free"),
    Availability.PREEMPTIBLE: _("to be called back"),
    Availability.BUSY: _("on an incident"),
    Availability.OUT_OF_SERVICE: _("out of service"),
}


class From(StrEnum):
    """Where a drive is taken to begin: at the position that was reported lately, else at the base."""

    POSITION = "position"
    BASE = "base"


class Start(NamedTuple):
    of: From
    point: Point


@dataclass(frozen=True, slots=True)
class Standing:
    """One team on shift as it is now, whatever incident is looked at: free, busy or out of service.

    `start` is None when nobody knows where it may be. `on` is what it is doing, None also when that is not
    for this user's eyes. `workload` counts incidents of the last hours.
    """

    team: Team
    availability: Availability
    on: Assignment | None
    start: Start | None
    is_seen: bool
    workload: int


@dataclass(frozen=True)
class Reason:
    """What speaks for or against a team: a stable code, and a sentence in the language of now."""

    code: str
    text: str
    speaks_for: bool = False


class Key(NamedTuple):
    """What is weighed, in this order; the smallest is the best.

    Of teams there in the same minute, one whose position is known goes, then one of the own sector, then
    the one that did least. `minute` counts what calling back has to gain as if it were driven.
    """

    cannot_go: bool
    lacks_skill: bool
    is_last_resort: bool
    minute: float
    is_unseen: bool
    is_elsewhere: bool
    workload: int
    call_sign: str


@dataclass(slots=True)
class Candidate:
    """One team with what speaks for and against sending it; `brings` are the lacking skills it has.

    `trip` is None when nobody knows where the team may be, or where the incident is.
    """

    standing: Standing
    availability: Availability
    kept: Kept | None
    brings: tuple[str, ...]
    trip: Trip | None
    key: Key
    reasons: Sequence[Reason] = ()

    @property
    def team(self) -> Team:
        return self.standing.team

    @property
    def on(self) -> Assignment | None:
        return self.standing.on

    @property
    def start(self) -> Start | None:
        return self.standing.start

    @property
    def workload(self) -> int:
        return self.standing.workload

    @property
    def can_be_sent(self) -> bool:
        return not self.key.cannot_go

    @property
    def is_preemptible(self) -> bool:
        return self.availability is Availability.PREEMPTIBLE

    @property
    def label(self) -> str:
        return str(LABELS[self.availability])

    @property
    def minutes(self) -> int | None:
        return None if self.trip is None else minutes(self.trip)

    @property
    def distance_km(self) -> float | None:
        """As the crow flies."""
        return None if self.trip is None else self.trip.distance_m / 1000

    @property
    def by_road(self) -> bool:
        return self.trip is not None and self.trip.by_road

    @property
    def from_base(self) -> bool:
        return self.start is not None and self.start.of is From.BASE

    @property
    def position(self) -> Marks | None:
        return marks.of_position(self.team)


def minutes(trip: Trip) -> int:
    """How long it takes in whole minutes, never less than one."""
    return max(1, round(trip.seconds / 60))
