"""The simulated officers: accept, drive, arrive, clear and write the result of what their team is sent to."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

from carma import clock
from carma.accounts.models import User
from carma.geo.metres import distance_m
from carma.incidents import actions as incidents
from carma.incidents.models import Incident
from interventions import actions, positions
from interventions.models import Assignment, Team
from interventions.simulation import cast
from interventions.simulation.dice import seeded
from interventions.simulation.documents import Papers
from interventions.simulation.intervals import MEDIAN_M, Travel
from interventions.simulation.running.agenda import Agenda
from interventions.simulation.running.hands import taken_over
from interventions.simulation.running.room import Room
from interventions.simulation.running.tempo import Tempo
from interventions.simulation.story import Ending

REFUSALS = 0.01
POSITION_EVERY, STANDING_EVERY = timedelta(seconds=10), timedelta(minutes=2)
PROVIDER = "demo"
WRITE_RESULT_S = 60

Move = Callable[..., None]
Point = tuple[float, float]


@dataclass
class Drive:
    """A team under way, along a straight line."""

    start: Point
    end: Point
    since: datetime
    until: datetime

    def at(self, now: datetime) -> Point:
        whole = (self.until - self.since).total_seconds()
        part = 1.0 if whole <= 0 else min(1.0, max(0.0, (now - self.since).total_seconds() / whole))
        (lat, lon), (to_lat, to_lon) = self.start, self.end
        return round(lat + (to_lat - lat) * part, 6), round(lon + (to_lon - lon) * part, 6)


class Field:
    def __init__(self, room: Room, agenda: Agenda, tempo: Tempo, prefixes: Mapping[str, str]) -> None:
        self.room = room
        self.agenda = agenda
        self.tempo = tempo
        self.papers = Papers(prefixes)
        self._drives: dict[UUID, Drive] = {}
        self._moved_at = self._all_at = tempo.start

    def plan(self, assignment: Assignment) -> None:
        """An assignment has a new status: decide what its team does next, and when."""
        status = Assignment.Status
        steps = self.room.fate(assignment.incident).steps
        if assignment.status == status.ASSIGNED:
            move = self._refuse if self._is_refused(assignment) else actions.accept
            self._next(assignment, steps.turnout / 2, move)
        elif assignment.status == status.ACCEPTED:
            self._next(assignment, steps.turnout / 2, actions.depart)
        elif assignment.status == status.EN_ROUTE:
            self._drive(assignment, steps.travel)
        elif assignment.status == status.ON_SCENE:
            self._next(assignment, steps.on_scene, self._clear)

    def plan_result(self, incident: Incident) -> None:
        """A cleared incident of ours still needs its result, a reporting one its document."""
        fate = self.room.fate(incident)
        wait = fate.steps.report if incident.status == Incident.Status.REPORTING else WRITE_RESULT_S
        self.agenda.add(incident.status_since + self.tempo.wait(wait), partial(self._write, incident.pk))

    def move_teams(self, now: datetime) -> None:
        """Have those who drive say where they are by now, and now and then everybody."""
        if now - self._moved_at < POSITION_EVERY:
            return
        self._moved_at = now
        points = {pk: drive.at(now) for pk, drive in self._drives.items()}
        self._drives = {pk: drive for pk, drive in self._drives.items() if now < drive.until}
        if now - self._all_at >= STANDING_EVERY:
            self._all_at = now
            points = _standing() | points
        self._tell(points, now)

    def _tell(self, points: Mapping[UUID, Point], now: datetime) -> None:
        rows = [
            {"team": str(pk), "provider": PROVIDER, "lat": lat, "lon": lon, "reported_at": now}
            for pk, (lat, lon) in points.items()
        ]
        if rows:
            positions.report(rows, by=self.room.by)

    def _is_refused(self, assignment: Assignment) -> bool:
        dice = seeded(self.room.teller.seed, "refusal", assignment.incident.reference, assignment.team)
        return dice.random() < REFUSALS

    def _drive(self, assignment: Assignment, drive: Travel) -> None:
        team, incident = assignment.team, assignment.incident
        travel = drive.seconds(_away_m(team, incident))
        stood_down = self.room.fate(incident).ending is Ending.STOOD_DOWN
        if incident.lat is not None and incident.lon is not None:
            end = (incident.lat, incident.lon)
            start = end if team.lat is None or team.lon is None else (team.lat, team.lon)
            until = assignment.status_since + self.tempo.wait(travel)
            self._drives[team.pk] = Drive(start, end, assignment.status_since, until)
        self._next(
            assignment, travel / 2 if stood_down else travel, self._stand_down if stood_down else self._arrive
        )

    def _next(self, assignment: Assignment, seconds: float, move: Move) -> None:
        due = assignment.status_since + self.tempo.wait(seconds)
        self.agenda.add(due, partial(self._do, assignment.pk, assignment.status, move))

    def _do(self, pk: UUID, was: str, move: Move) -> None:
        """Make one move, unless somebody already moved the assignment on or took it in hand."""
        assignment = Assignment.objects.select_related("team", "incident").get(pk=pk)
        if assignment.status == was and not taken_over("interventions.assignment", pk):
            move(assignment, by=self._officer(assignment.team))

    def _officer(self, team: Team) -> User:
        return cast.officer(team)

    def _refuse(self, assignment: Assignment, *, by: User) -> None:
        actions.refuse(assignment, by=by, reason="Ploeg nog bezig met dringende vaststelling")

    def _stand_down(self, assignment: Assignment, *, by: User) -> None:
        self._drives.pop(assignment.team_id, None)
        if not taken_over("incidents.incident", assignment.incident_id):
            self.room.stand_down(assignment)

    def _arrive(self, assignment: Assignment, *, by: User) -> None:
        drive = self._drives.pop(assignment.team_id, None)
        actions.arrive(assignment, by=by)
        if drive is not None:
            self._tell({assignment.team_id: drive.end}, clock.now())

    def _clear(self, assignment: Assignment, *, by: User) -> None:
        actions.clear(assignment, by=by)
        self.plan_result(Incident.objects.get(pk=assignment.incident_id))

    def _write(self, pk: UUID) -> None:
        """Write the result, and later the document it asks for."""
        incident = Incident.objects.get(pk=pk)
        awaited = (Incident.Status.CLEARED, Incident.Status.REPORTING)
        if incident.status not in awaited or taken_over("incidents.incident", pk):
            return
        last = incident.assignments.select_related("team").order_by("-assigned_at").first()
        by = self._officer(last.team) if last else self.room.by
        result = self.room.fate(incident).result
        if incident.status == Incident.Status.CLEARED and result in Incident.WITH_DOCUMENT:
            incidents.finish(incident, result, by=by)
            self.plan_result(incident)
            return
        papers = self.papers.of(incident, incident.result or result)
        incidents.finish(incident, by=by, otherwise=True, **papers)


def _away_m(team: Team, incident: Incident) -> float:
    """How far the team is from the incident; a middling distance when one of them has no point."""
    if team.lat is None or team.lon is None or incident.lat is None or incident.lon is None:
        return MEDIAN_M
    return distance_m((team.lat, team.lon), (incident.lat, incident.lon))


def _standing() -> dict[UUID, Point]:
    """Where every team on shift is known to be."""
    rows = Team.objects.on_shift().exclude(lat=None).exclude(lon=None).values_list("pk", "lat", "lon")
    return {pk: (lat, lon) for pk, lat, lon in rows if lat is not None and lon is not None}
