"""Which free team is nearest to an incident, as the crow flies."""

from __future__ import annotations

from dataclasses import dataclass

from carma.accounts.models import User
from carma.geo.metres import distance_m
from carma.incidents.models import Incident
from interventions import marks
from interventions.marks import Marks
from interventions.models import Assignment, Team


@dataclass(frozen=True)
class Candidate:
    """A free team; `distance_m` is None when its position or that of the incident is unknown."""

    team: Team
    distance_m: float | None
    position: Marks | None

    @property
    def distance_km(self) -> float | None:
        return None if self.distance_m is None else self.distance_m / 1000


def free_teams(user: User, incident: Incident) -> list[Candidate]:
    """The teams that can be sent now, the nearest first, those without a position last."""
    busy = Assignment.objects.open().values("team")
    free = Team.objects.visible_to(user).filter(status=Team.Status.AVAILABLE).exclude(pk__in=busy)
    found = [_candidate(team, incident) for team in free]
    return sorted(found, key=lambda one: (one.distance_m is None, one.distance_m or 0, one.team.call_sign))


def _candidate(team: Team, incident: Incident) -> Candidate:
    position = marks.of_position(team)
    if team.lat is None or team.lon is None or incident.lat is None or incident.lon is None:
        return Candidate(team, None, position)
    away = distance_m((team.lat, team.lon), (incident.lat, incident.lon))
    return Candidate(team, away, position)
