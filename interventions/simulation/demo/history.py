"""Three months of an invented past, stored in one go: some 12,000 incidents that end now."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction

from carma import clock
from carma.accounts.models import User
from carma.actionfields.models import IncidentType, Priority
from carma.audit import trail
from carma.audit.models import Entry
from carma.followups.models import FollowUp
from carma.geo.models import Municipality
from carma.incidents import watch as incident_watch
from carma.incidents.models import Call, Incident
from carma.norms import figures
from carma.policy import tallies
from interventions import watch
from interventions.models import Assignment, Team
from interventions.simulation import cast, documents, world
from interventions.simulation.arrivals import Arrivals
from interventions.simulation.demo import shelf
from interventions.simulation.demo.course import Course, Crew, Moment, over_at, run, wanted_at
from interventions.simulation.dice import seeded
from interventions.simulation.story import Ending, SecondCall, Story, Storyteller

DAYS = 92
MARK = "demo"  # stands among the attributes of every invented incident
LIVELY = 6  # incidents with a team on it at the end, at least about so many
WAITING = 2
UNDER_WAY_S = (60, 1_800)
FULL_TRAIL = timedelta(days=2)  # how far back every single status has its audit entry
REASON = "invented for the demonstration"
STAMPS: dict[str, str] = {  # the first time an incident had a status
    Incident.Status.QUALIFIED: "qualified_at",
    Incident.Status.ASSIGNED: "assigned_at",
    Incident.Status.EN_ROUTE: "en_route_at",
    Incident.Status.ON_SCENE: "on_scene_at",
    Incident.Status.CLEARED: "cleared_at",
    Incident.Status.CLOSED: "closed_at",
    Incident.Status.CANCELLED: "closed_at",
}
DUTY_STAMPS: dict[str, str] = {
    Assignment.Status.ASSIGNED: "assigned_at",
    Assignment.Status.ACCEPTED: "accepted_at",
    Assignment.Status.EN_ROUTE: "en_route_at",
    Assignment.Status.ON_SCENE: "on_scene_at",
    Assignment.Status.CLEARED: "ended_at",
    Assignment.Status.ABORTED: "ended_at",
}
BY_OFFICER = ("en_route", "on_scene", "cleared", "reporting", "closed")
ANSWERS = (*[FollowUp.Status.DONE] * 8, FollowUp.Status.DECLINED)


def exists() -> bool:
    return Incident.objects.filter(attributes__contains=[MARK]).exists()


@transaction.atomic
def create(*, seed: int, days: int = DAYS) -> int:
    """Store the past up to now, all or nothing; answers the number of incidents."""
    now = clock.now()
    teams = list(Team.objects.order_by("call_sign"))
    start = now - timedelta(days=days)
    crews = [Crew(team, team.lat or 0, team.lon or 0, start) for team in teams]
    teller = world.storyteller(seed)
    told = [*_told(teller, Arrivals(seed=seed).between(start, now)), *_under_way(teller, now)]
    courses = [course.until(now) for course in run(told, crews)]
    courses = [course for course in courses if course.path[-1][0] != Incident.Status.RECEIVED]
    courses.sort(key=lambda course: course.story.received_at)
    _Past(courses, now=now).store()
    _place_teams(crews, now)
    tallies.rebuild()
    return len(courses)


def _told(teller: Storyteller, moments: Iterable[datetime]) -> Iterator[Story | SecondCall]:
    recent: list[Story] = []
    for moment in moments:
        call = teller.hear(moment, recent)
        if isinstance(call, Story):
            recent = [*recent[-8:], call]
        yield call


def _under_way(teller: Storyteller, now: datetime) -> list[Story]:
    """Incidents of the last half hour that are not over, so that the board is empty at no hour."""
    dice = seeded(teller.seed, "under way", now.isoformat())
    at_work: list[Story] = []
    waiting: list[Story] = []
    while len(at_work) < LIVELY or len(waiting) < WAITING:
        call = teller.hear(now - timedelta(seconds=dice.uniform(*UNDER_WAY_S)), [])
        if not isinstance(call, Story) or call.ending is not Ending.TEAM or over_at(call) < now:
            continue
        (at_work if wanted_at(call) < now else waiting).append(call)
    return [*at_work[:LIVELY], *waiting[:WAITING]]


def _place_teams(crews: Sequence[Crew], now: datetime) -> None:
    for crew in crews:
        team = crew.key
        if isinstance(team, Team):
            team.lat, team.lon, team.position_at = crew.lat, crew.lon, now
            team.save(update_fields=["lat", "lon", "position_at"])


class _Past:
    """The rows of all courses, put away together."""

    def __init__(self, courses: Sequence[Course], *, now: datetime) -> None:
        self.courses = courses
        self.now = now
        self.types: dict[str, IncidentType] = IncidentType.objects.in_bulk()
        self.priorities: dict[int, Priority] = Priority.objects.in_bulk()
        self.by = cast.dispatcher()
        self.officers: dict[object, User] = {team: cast.officer(team) for team in Team.objects.all()}
        self.officers[None] = self.by
        self.papers = documents.Papers(dict(Municipality.objects.values_list("nis", "pv_prefix")))

    def store(self) -> None:
        incidents = [
            self._incident(course, number)
            for course, number in zip(self.courses, self._references(), strict=True)
        ]
        pairs = list(zip(self.courses, incidents, strict=True))
        shelf.store(Incident, incidents)
        shelf.store(Call, (c for pair in pairs for c in self._calls(*pair)))
        assignments = [self._assignment(*pair) for pair in pairs if pair[0].duty]
        shelf.store(Assignment, assignments)
        shelf.store(FollowUp, (f for pair in pairs for f in self._follow_ups(*pair)))
        shelf.store(Entry, (e for pair in pairs for e in self._entries(*pair)))
        for incident in incidents:
            incident_watch.unassigned(incident)
        for assignment in assignments:
            if assignment.is_open:
                watch.follow(assignment)

    def _references(self) -> list[str]:
        """The next numbers of each year in the order of the calls."""
        years = [clock.local(course.story.received_at).year for course in self.courses]
        numbers: dict[int, Iterator[int]] = {}
        with connection.cursor() as cursor:
            for year, count in Counter(years).items():
                cursor.execute("SELECT incidents_next_number(%s) FROM generate_series(1, %s)", [year, count])
                numbers[year] = iter(sorted(row[0] for row in cursor.fetchall()))
        return [f"{year}-{next(numbers[year]):06}" for year in years]

    def _incident(self, course: Course, reference: str) -> Incident:
        story, spot = course.story, course.story.spot
        status, since = course.path[-1]
        kind = self.types[story.type_code]
        priority = self.priorities[story.matter.priority]
        incident = Incident(
            reference=reference,
            type=kind,
            priority=priority,
            sphere=kind.sphere,
            urgent=priority.urgent,
            status=status,
            status_since=since,
            version=len(course.path),
            received_at=story.received_at,
            description=story.words,
            place=spot.label,
            address_id=spot.address_id,
            lat=spot.lat,
            lon=spot.lon,
            municipality=spot.nis,
            sector=spot.sector,
            wijk=spot.wijk,
            attributes=[MARK],
            **_stamps(course.path, STAMPS),
            **_deferral(course),
        )
        if status == Incident.Status.CANCELLED:
            incident.cancelled_because = documents.cancelled_because(story.ending, story.received_at)
        elif status == Incident.Status.REPORTING:
            incident.result = story.fate.result
        elif status == Incident.Status.CLOSED:
            for name, value in self.papers.of(incident, story.fate.result).items():
                setattr(incident, name, value)
        return incident

    def _calls(self, course: Course, incident: Incident) -> Iterator[Call]:
        story = course.story
        caller, channel = story.caller, story.matter.channel
        yield self._call(incident, story.received_at, channel, caller.name, caller.phone, story.words)
        for call in course.calls:
            who = call.caller
            yield self._call(incident, call.received_at, call.channel, who.name, who.phone, call.words)

    def _call(
        self, incident: Incident, at: datetime, channel: str, name: str, phone: str, words: str
    ) -> Call:
        return Call(
            incident=incident,
            channel=channel,
            received_at=at,
            caller_name=name,
            caller_phone=phone,
            words=words,
            taken_by=self.by,
        )

    def _assignment(self, course: Course, incident: Incident) -> Assignment:
        status, since = course.duty[-1]
        assert isinstance(course.team, Team)  # noqa: S101  a course with duty has its team
        return Assignment(
            incident=incident,
            team=course.team,
            status=status,
            status_since=since,
            version=len(course.duty),
            **_stamps(course.duty, DUTY_STAMPS),
        )

    def _follow_ups(self, course: Course, incident: Incident) -> Iterator[FollowUp]:
        if incident.cleared_at is None or incident.type is None:
            return
        for kind in incident.type.triggers:
            dice = seeded(incident.reference, kind)
            asked_at = incident.cleared_at
            due_at = asked_at + figures.span(f"followup_{kind}")
            status, since = FollowUp.Status.ASKED, asked_at
            answered_at = asked_at + (due_at - asked_at) * dice.lognormvariate(-0.7, 0.6)
            if answered_at < self.now:
                status, since = dice.choice(ANSWERS), answered_at
            yield FollowUp(
                incident=incident,
                kind=kind,
                status=status,
                status_since=since,
                asked_at=asked_at,
                due_at=due_at,
                ended_at=since if status in (FollowUp.Status.DONE, FollowUp.Status.DECLINED) else None,
            )

    def _entries(self, course: Course, incident: Incident) -> Iterator[Entry]:
        """The trail: each status of the last days, and the last status of everything older."""
        steps = list(zip([(None, None), *course.path], course.path, strict=False))
        if self.now - course.story.received_at > FULL_TRAIL:
            steps = steps[-1:]
        for (was, _was_at), (status, at) in steps:
            by = self.officers[course.team] if status in BY_OFFICER else self.by
            changes = {"status": [was, status]}
            yield trail.entry(f"incident.{status}", incident, by=by, at=at, changes=changes, reason=REASON)


def _stamps(path: Sequence[Moment], names: Mapping[str, str]) -> dict[str, datetime]:
    """The moments of the first time each status was reached, by field."""
    return {names[status]: at for status, at in reversed(path) if status in names}


def _deferral(course: Course) -> dict[str, Any]:
    """A caller who has to wait for long was told why (KB 17/9/2001)."""
    story = course.story
    if story.matter.priority < 3 or story.matter.is_own or story.steps.queue < documents.DEFERRED_FROM_S:
        return {}
    return {"deferred_reason": documents.DEFERRED, "deferral_told_at": course.path[1][1]}
