"""Which team to send to an incident: every team on shift, ranked by what a dispatcher weighs.

In this order: can it be sent, does it fit what the response plan lacks, when can it be there, is its position
known, is it in its own sector, how much did it do already (`candidates.Key`). A team that has to be called
back from less urgent work comes before a free one when an urgent incident gains enough time by it. Who the
members of a team are is never an input.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from math import inf
from operator import attrgetter
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
from interventions.candidates import Availability, Candidate, From, Key, Standing, Start, minutes
from interventions.models import Assignment, Team
from interventions.plans import Need
from interventions.preemption import kept
from interventions.reasons import Shortfall

BEST = 3
CANNOT_GO = (Availability.BUSY, Availability.OUT_OF_SERVICE)


@dataclass(frozen=True)
class Room:
    """Every team on shift at one moment, enough to rank them for any incident.

    `workload_over` is the time over which the teams' workload is counted.
    """

    standings: Sequence[Standing]
    workload_over: timedelta


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
    workload_over: timedelta

    @cached_property
    def sendable(self) -> list[Candidate]:
        return [one for one in self.candidates if one.can_be_sent]

    @cached_property
    def first(self) -> Candidate | None:
        return next(iter(self.sendable), None)

    @cached_property
    def best(self) -> list[Candidate]:
        return self.sendable[:BEST]

    @cached_property
    def others(self) -> list[Candidate]:
        return self.sendable[BEST:]

    @cached_property
    def not_to_send(self) -> list[Candidate]:
        return [one for one in self.candidates if not one.can_be_sent]

    @property
    def hours(self) -> int:
        """Over how many hours the workload is counted."""
        return round(self.workload_over / timedelta(hours=1))

    @cached_property
    def by_road(self) -> bool:
        """Whether a routing engine told the travel times, at least of the teams nearby."""
        return any(one.trip and one.trip.by_road for one in self.candidates)


def for_incident(incident: Incident, user: User) -> Recommendation:
    """The teams for an incident, with reasons, as this user may know of them.

    Asks the routing engine, so never call it within a transaction.
    """
    room, need = look(user), plans.of(incident)
    on_it = _on_it(room, incident)
    lacks = need.without(on_it)
    candidates = rank(incident, room)
    reasons.explain(candidates, lacks)
    shortfalls = list(reasons.shortfalls(incident, lacks, candidates))
    return Recommendation(incident, need, lacks, on_it, candidates, shortfalls, room.workload_over)


def look(user: User) -> Room:
    """The room as it is now: four queries, however many teams and incidents there are."""
    teams = list(Team.objects.visible_to(user).on_shift())
    open_now = Assignment.objects.open()
    shown = ("team", "incident", "status", "version", "incident__reference", "incident__priority")
    known = open_now.visible_to(user).select_related("incident").only(*shown)
    on = {each.team_id: each for each in known}
    busy = frozenset(open_now.values_list("team", flat=True))
    now, over = clock.now(), figures.span("workload_over")
    fresh_since = now - figures.span("position_old")
    workload = _workload(teams, busy, since=now - over)
    standings = [
        _standing(
            team,
            is_busy=team.pk in busy,
            on=on.get(team.pk),
            workload=workload[team.pk],
            fresh_since=fresh_since,
        )
        for team in teams
    ]
    return Room(standings, over)


def rank(incident: Incident, room: Room) -> list[Candidate]:
    """Everybody in the room who is not on the incident already, the best first, without reasons yet."""
    here = incident.pk
    rest = [one for one in room.standings if one.on is None or one.on.incident_id != here]
    lacks = plans.of(incident).without(_on_it(room, incident))
    gain = figures.value("preemption_gain") / 60 if incident.urgent else None
    trips = _trips(rest, incident)
    candidates = [_candidate(one, incident, lacks, trip, gain) for one, trip in zip(rest, trips, strict=True)]
    candidates.sort(key=attrgetter("key"))
    return candidates


def _on_it(room: Room, incident: Incident) -> list[Team]:
    here = incident.pk
    return [one.team for one in room.standings if one.on and one.on.incident_id == here]


def _candidate(
    one: Standing, incident: Incident, lacks: Need, trip: Trip | None, gain: float | None
) -> Candidate:
    team, availability, stays = one.team, one.availability, None
    if one.on is not None and availability is Availability.BUSY:
        stays = kept(one.on, incident)
        availability = Availability.PREEMPTIBLE if stays is None else availability
    is_preemptible = availability is Availability.PREEMPTIBLE
    brings = tuple(code for code in lacks.skills if code in team.skills) if lacks.skills else ()
    minute = minutes(trip) if trip else inf
    key = Key(
        availability in CANNOT_GO,
        lacks.is_only_skills and not brings,
        # Only an urgent incident is worth it, and only when it surely gains time.
        is_preemptible and not (gain and one.is_seen),
        minute + gain if gain and is_preemptible else minute,
        not one.is_seen,
        not team.sector or team.sector != incident.sector,
        one.workload,
        team.call_sign,
    )
    return Candidate(one, availability, stays, brings, trip, key)


def _standing(
    team: Team, *, is_busy: bool, on: Assignment | None, workload: int, fresh_since: datetime
) -> Standing:
    availability = Availability.BUSY if is_busy else Availability.FREE
    if team.status != Team.Status.AVAILABLE:
        availability = Availability.OUT_OF_SERVICE
    start = _start(team, fresh_since)
    is_seen = start is not None and start.of is From.POSITION
    return Standing(team, availability, on, start, is_seen, workload)


def _start(team: Team, fresh_since: datetime) -> Start | None:
    """Where a team is taken to be: an old position counts no more, it may well stand at its base."""
    if team.lat is not None and team.lon is not None and team.position_at and team.position_at > fresh_since:
        return Start(From.POSITION, Point(team.lat, team.lon))
    base = plans.place_of_base(team.base)
    return None if base is None else Start(From.BASE, base)


def _trips(standings: Sequence[Standing], incident: Incident) -> list[Trip | None]:
    """The drive of each; None where nobody knows where it begins, or ends."""
    if incident.lat is None or incident.lon is None:
        return [None] * len(standings)
    speed = "travel_speed_urgent" if incident.urgent else "travel_speed"
    straight = Straight(winding=figures.value("travel_winding"), speed_kmh=figures.value(speed))
    end = Point(incident.lat, incident.lon)
    driven = iter(routing.trips([one.start.point for one in standings if one.start], end, estimate=straight))
    return [next(driven) if one.start else None for one in standings]


def _workload(teams: Sequence[Team], busy: frozenset[UUID], *, since: datetime) -> Counter[UUID]:
    """On how many incidents each team was since a moment, the present one included."""
    over = Assignment.objects.filter(team__in=[team.pk for team in teams], ended_at__gte=since)
    ended = over.values("team").annotate(count=Count("pk")).values_list("team", "count")
    return Counter(dict(ended)) + Counter(busy)
