"""Which team to send to an incident: every team on shift, ranked by what a dispatcher weighs.

In this order: can it be sent, does it fit what the response plan lacks, is it free or has it to be called
back, when can it be there, is it in its own sector, how much did it do already (`Candidate.key`). Who its
members are is never an input.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Count

from carma import clock
from carma.accounts.models import User
from carma.geo import routing
from carma.geo.metres import Point
from carma.geo.routing import Straight, Trip
from carma.incidents.models import Incident
from carma.norms import figures
from interventions import plans, reasons
from interventions.candidates import Availability, Candidate
from interventions.models import Assignment, Team
from interventions.plans import Need
from interventions.preemption import kept
from interventions.reasons import Shortfall

BEST = 3


@dataclass(frozen=True)
class Room:
    """Every team on shift and what it does, at one moment; enough to rank them for any incident.

    `busy` holds the teams with an open assignment, `on` what the user may know of those assignments.
    """

    teams: Sequence[Team]
    busy: frozenset[UUID]
    on: Mapping[UUID, Assignment]
    workload: Mapping[UUID, int]
    fresh_since: datetime


@dataclass(frozen=True)
class Recommendation:
    """All teams on shift but those on it already, the best first, those that can't be sent last.

    `need` is what the response plan asks for, `lacks` what of it is not yet sent.
    """

    incident: Incident
    need: Need
    lacks: Need
    on_it: Sequence[Team]
    candidates: Sequence[Candidate]
    shortfalls: Sequence[Shortfall]

    @property
    def sendable(self) -> list[Candidate]:
        return [one for one in self.candidates if one.can_be_sent]

    @property
    def first(self) -> Candidate | None:
        return next(iter(self.sendable), None)

    @property
    def best(self) -> list[Candidate]:
        return self.sendable[:BEST]

    @property
    def others(self) -> list[Candidate]:
        return self.sendable[BEST:]

    @property
    def not_to_send(self) -> list[Candidate]:
        return [one for one in self.candidates if not one.can_be_sent]


def for_incident(incident: Incident, user: User) -> Recommendation:
    """The teams for an incident, with reasons, as this user may know of them.

    Asks the routing engine, so never call it within a transaction.
    """
    made = rank(incident, look(user))
    reasons.explain(made.candidates, made.lacks)
    return made


def look(user: User) -> Room:
    """The room as it is now: four queries, however many teams and incidents there are."""
    teams = list(Team.objects.visible_to(user).on_shift())
    open_now = Assignment.objects.open()
    shown = ("team", "incident", "status", "incident__reference", "incident__priority")
    known = open_now.visible_to(user).select_related("incident").only(*shown)
    busy = frozenset(open_now.values_list("team", flat=True))
    now = clock.now()
    return Room(
        teams=teams,
        busy=busy,
        on={each.team_id: each for each in known},
        workload=_workload(teams, busy, since=now - figures.span("workload_over")),
        fresh_since=now - figures.span("position_old"),
    )


def rank(incident: Incident, room: Room) -> Recommendation:
    """Everybody in the room for one incident, without reasons yet."""
    on_it = [team for team in room.teams if _is_on(room.on.get(team.pk), incident)]
    need = plans.of(incident)
    lacks = need.without(on_it)
    rest = [team for team in room.teams if team not in on_it] if on_it else room.teams
    trips = _trips(rest, incident)
    candidates = [_candidate(team, incident, room, lacks, trips.get(team.pk)) for team in rest]
    candidates.sort(key=lambda one: one.key)
    shortfalls = list(reasons.shortfalls(incident, lacks, candidates))
    return Recommendation(incident, need, lacks, on_it, candidates, shortfalls)


def _is_on(assignment: Assignment | None, incident: Incident) -> bool:
    return assignment is not None and assignment.incident_id == incident.pk


def _candidate(team: Team, incident: Incident, room: Room, lacks: Need, trip: Trip | None) -> Candidate:
    on = room.on.get(team.pk)
    stays = kept(on, incident) if on else None
    brings = tuple(code for code in lacks.skills if code in team.skills)
    return Candidate(
        team,
        _availability(team, is_busy=team.pk in room.busy, may_go=on is not None and stays is None),
        brings,
        # While more teams lack than skills, there is a place for a team without them.
        fits=bool(brings) or lacks.teams > len(lacks.skills) or not lacks.skills,
        trip=trip,
        is_fresh=trip is not None and team.position_at is not None and team.position_at > room.fresh_since,
        in_own_sector=bool(team.sector) and team.sector == incident.sector,
        workload=room.workload.get(team.pk, 0),
        on=on,
        kept=stays,
    )


def _availability(team: Team, *, is_busy: bool, may_go: bool) -> Availability:
    if team.status != Team.Status.AVAILABLE:
        return Availability.OUT_OF_SERVICE
    if not is_busy:
        return Availability.FREE
    return Availability.PREEMPTIBLE if may_go else Availability.BUSY


def _trips(teams: Sequence[Team], incident: Incident) -> dict[UUID, Trip]:
    """The drive of each team of which a position is known; none to a place that is not."""
    if incident.lat is None or incident.lon is None:
        return {}
    placed = [
        (team.pk, Point(team.lat, team.lon))
        for team in teams
        if team.lat is not None and team.lon is not None and team.position_at is not None
    ]
    speed = "travel_speed_urgent" if incident.urgent else "travel_speed"
    straight = Straight(winding=figures.value("travel_winding"), speed_kmh=figures.value(speed))
    end = Point(incident.lat, incident.lon)
    driven = routing.trips([start for _pk, start in placed], end, estimate=straight)
    return {pk: trip for (pk, _start), trip in zip(placed, driven, strict=True)}


def _workload(teams: Sequence[Team], busy: frozenset[UUID], *, since: datetime) -> Mapping[UUID, int]:
    """On how many incidents each team was since a moment, the present one included."""
    over = Assignment.objects.filter(team__in=[team.pk for team in teams], ended_at__gte=since)
    ended = over.values("team").annotate(count=Count("pk")).values_list("team", "count")
    return Counter(dict(ended)) + Counter(busy)
