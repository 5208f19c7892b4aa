"""One team as a candidate for an incident: its facts, and the one key by which candidates are ranked."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from django.utils.translation import gettext_lazy as _

from carma.geo.routing import Trip
from interventions import marks, plans
from interventions.marks import Marks
from interventions.models import Assignment, Team
from interventions.preemption import Kept

Key = tuple[bool, bool, bool, bool, float, bool, int, str]


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


@dataclass(frozen=True)
class Reason:
    """What speaks for or against a team: a stable code, and a sentence in the language of now."""

    code: str
    text: str
    speaks_for: bool = False


@dataclass
class Candidate:
    """One team with what speaks for and against sending it.

    `trip` starts where it was last seen; `is_fresh` tells whether that still counts. `brings` are the
    lacking skills it has. `on` is what it is doing, None also when that is not for this user's eyes.
    """

    team: Team
    availability: Availability
    brings: tuple[str, ...]
    fits: bool
    trip: Trip | None
    is_fresh: bool
    in_own_sector: bool
    workload: int
    on: Assignment | None = None
    kept: Kept | None = None
    reasons: list[Reason] = field(default_factory=list)

    @property
    def can_be_sent(self) -> bool:
        return self.availability in (Availability.FREE, Availability.PREEMPTIBLE)

    @property
    def is_preemptible(self) -> bool:
        return self.availability is Availability.PREEMPTIBLE

    @property
    def label(self) -> str:
        return str(LABELS[self.availability])

    @property
    def arrival_s(self) -> float | None:
        """How long until it can be there; None when nobody knows where it is now."""
        return self.trip.seconds if self.trip and self.is_fresh else None

    @property
    def minutes(self) -> int | None:
        """The same in whole minutes, never less than one."""
        return None if self.arrival_s is None else max(1, round(self.arrival_s / 60))

    @property
    def distance_km(self) -> float | None:
        """As the crow flies, from where it was last seen."""
        return None if self.trip is None else self.trip.distance_m / 1000

    @property
    def by_road(self) -> bool:
        return self.trip is not None and self.trip.by_road

    @property
    def position(self) -> Marks | None:
        return marks.of_position(self.team)

    @property
    def skill_labels(self) -> list[str]:
        return [plans.label_of(code) for code in self.team.skills]

    @property
    def key(self) -> Key:
        """The smallest is the best. Of teams there in the same minute, the one that did least goes."""
        return (
            not self.can_be_sent,
            not self.fits,
            self.availability is not Availability.FREE,
            not self.is_fresh,
            self.trip.seconds // 60 if self.trip else float("inf"),
            not self.in_own_sector,
            self.workload,
            self.team.call_sign,
        )
