"""Which team to send to an incident: every team on shift, ranked by what a dispatcher weighs.

In this order: can it be sent, does it fit what the response plan lacks, when can it be there, is its position
known, is it in its own sector, how much did it do already (`candidates.Key`). A team that has to be called
back from less urgent work comes before a free one when an urgent incident gains enough time by it. Who the
members of a team are is never an input.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
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
from interventions.candidates import Availability, Candidate, From, Key, Start, minutes
from interventions.models import Assignment, Team
from interventions.plans import Need
from interventions.preemption import Kept, kept
from interventions.reasons import Shortfall

BEST = 3


@dataclass(frozen=True)
class Room:
    """Every team on shift and what it does, at one moment; enough to rank them for any incident.

    `busy` holds the teams with an open assignment, `on` what the user may know of those assignments.
    `workload` counts incidents over the time `over`.
    """

    teams: Sequence[Team]
    busy: frozenset[UUID]
    on: Mapping[UUID, Assignment]
    starts: Mapping[UUID, Start]
    workload: Mapping[UUID, int]
    over: timedelta


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

    @property
    def hours(self) -> int:
        """Over how many hours the workload is counted."""
        return round(self.workload_over / timedelta(hours=1))

    @property
    def by_road(self) -> bool:
        """Whether a routing engine told the travel times, at least of the teams nearby."""
        return any(one.trip and one.trip.by_road for one in self.candidates)


def for_incident(incident: Incident, user: User) -> Recommendation:
    """The teams for an incident, with reasons, as this user may know of them.

    Asks the routing engine, so never call it within a transaction.
    """
    room = look(user)
    need = plans.of(incident)
    on_it = _on_it(room, incident)
    lacks = need.without(on_it)
    candidates = rank(incident, room)
    reasons.explain(candidates, lacks)
    shortfalls = list(reasons.shortfalls(incident, lacks, candidates))
    return Recommendation(incident, need, lacks, on_it, candidates, shortfalls, room.over)


def look(user: User) -> Room:
    """The room as it is now: four queries, however many teams and incidents there are."""
    teams = list(Team.objects.visible_to(user).on_shift())
    open_now = Assignment.objects.open()
    shown = ("team", "incident", "status", "version", "incident__reference", "incident__priority")
    known = open_now.visible_to(user).select_related("incident").only(*shown)
    busy = frozenset(open_now.values_list("team", flat=True))
    now, over = clock.now(), figures.span("workload_over")
    fresh_since = now - figures.span("position_old")
    return Room(
        teams=teams,
        busy=busy,
        on={each.team_id: each for each in known},
        starts={team.pk: start for team in teams if (start := _start(team, fresh_since))},
        workload=_workload(teams, busy, since=now - over),
        over=over,
    )


def rank(incident: Incident, room: Room) -> list[Candidate]:
    """Everybody in the room who is not on the incident already, the best first, without reasons yet."""
    on_it = _on_it(room, incident)
    there = {team.pk for team in on_it}
    rest = [team for team in room.teams if team.pk not in there]
    lacks = plans.of(incident).without(on_it)
    trips = _trips(rest, incident, room)
    gain = figures.value("preemption_gain") / 60 if incident.urgent else None
    candidates = [_candidate(team, incident, room, lacks, trips.get(team.pk), gain) for team in rest]
    candidates.sort(key=attrgetter("key"))
    return candidates


def _on_it(room: Room, incident: Incident) -> list[Team]:
    here = {team for team, each in room.on.items() if each.incident_id == incident.pk}
    return [team for team in room.teams if team.pk in here] if here else []


def _candidate(
    team: Team, incident: Incident, room: Room, lacks: Need, trip: Trip | None, gain: float | None
) -> Candidate:
    on = room.on.get(team.pk)
    stays = kept(on, incident) if on else None
    availability = _availability(team, room, on, stays)
    brings = tuple(code for code in lacks.skills if code in team.skills) if lacks.skills else ()
    is_preemptible = availability is Availability.PREEMPTIBLE
    start = room.starts.get(team.pk)
    is_seen = start is not None and start.of is From.POSITION
    load = room.workload.get(team.pk, 0)
    key = Key(
        cannot_go=availability is not Availability.FREE and not is_preemptible,
        # While more teams lack than skills, there is a place for a team without them.
        lacks_skill=not brings and 0 < lacks.teams <= len(lacks.skills),
        # Only an urgent incident is worth it, and only when it surely gains time.
        is_last_resort=is_preemptible and not (gain and is_seen),
        minute=(minutes(trip) if trip else float("inf")) + (gain or 0 if is_preemptible else 0),
        is_unseen=not is_seen,
        is_elsewhere=not team.sector or team.sector != incident.sector,
        workload=load,
        call_sign=team.call_sign,
    )
    return Candidate(team, availability, brings, start, trip, load, on, stays, key)


def _availability(team: Team, room: Room, on: Assignment | None, stays: Kept | None) -> Availability:
    if team.status != Team.Status.AVAILABLE:
        return Availability.OUT_OF_SERVICE
    if team.pk not in room.busy:
        return Availability.FREE
    return Availability.PREEMPTIBLE if on is not None and stays is None else Availability.BUSY


def _start(team: Team, fresh_since: datetime) -> Start | None:
    """Where a team is taken to be: an old position counts no more, it may well stand at its base."""
    if team.lat is not None and team.lon is not None and team.position_at and team.position_at > fresh_since:
        return Start(From.POSITION, Point(team.lat, team.lon))
    base = plans.place_of_base(team.base)
    return None if base is None else Start(From.BASE, base)


def _trips(teams: Sequence[Team], incident: Incident, room: Room) -> dict[UUID, Trip]:
    """The drive of each team that is known to be somewhere; none to a place that is not on the map."""
    if incident.lat is None or incident.lon is None:
        return {}
    keys = [team.pk for team in teams if team.pk in room.starts]
    speed = "travel_speed_urgent" if incident.urgent else "travel_speed"
    straight = Straight(winding=figures.value("travel_winding"), speed_kmh=figures.value(speed))
    end = Point(incident.lat, incident.lon)
    driven = routing.trips([room.starts[pk].point for pk in keys], end, estimate=straight)
    return dict(zip(keys, driven, strict=True))


def _workload(teams: Sequence[Team], busy: frozenset[UUID], *, since: datetime) -> Mapping[UUID, int]:
    """On how many incidents each team was since a moment, the present one included."""
    over = Assignment.objects.filter(team__in=[team.pk for team in teams], ended_at__gte=since)
    ended = over.values("team").annotate(count=Count("pk")).values_list("team", "count")
    return Counter(dict(ended)) + Counter(busy)
