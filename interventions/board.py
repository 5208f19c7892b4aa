"""What the board shows: open work in the order it asks for attention, from few queries over small indexes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Count, OuterRef, Q, Subquery
from django.utils.translation import gettext_lazy as _

from carma import clock
from carma.accounts.models import User
from carma.actionfields.models import Priority
from carma.geo import places
from carma.incidents.models import Incident
from carma.incidents.models.incident import IncidentQuerySet
from interventions import marks, panics, plans
from interventions.addresses import to
from interventions.marks import Marks
from interventions.models import Assignment, Assistance, Team
from interventions.panics import Danger
from interventions.plans import Need
from interventions.verbs import Verb, next_for, possible_for

WITHOUT_RESULT = 30  # the others are on the list of incidents
VERBS = {
    "take": "incidents.take_call",
    "assign": "interventions.assign_team",
    "operate": "interventions.operate_assignment",
    "team": "interventions.operate_team",
    "close": "incidents.close_incident",
    "end_panic": "interventions.end_panic",
    "see_wanted": "interventions.view_wantednotice",
}
# Who is in danger comes first, then the free teams: they are what a dispatcher looks for.
GROUPS: Mapping[str, Any] = {
    "in_danger": _("In danger"),
    "available": _("Available"),
    "assigned": _("Order given"),
    "accepted": _("Accepted"),
    "en_route": _("En route"),
    "on_scene": _("On scene"),
    "out_of_service": _("Out of service"),
}


@dataclass
class Sent:
    """One assignment with the clock that runs over it, and what can be told about it."""

    assignment: Assignment
    marks: Marks

    @property
    def is_over(self) -> bool:
        return not self.assignment.is_open

    @property
    def page(self) -> str:
        return to("interventions:assignment", self.assignment.pk)

    @property
    def next(self) -> list[Verb]:
        return next_for(self.assignment)

    @property
    def possible(self) -> list[Verb]:
        return possible_for(self.assignment)


@dataclass
class Work:
    """One incident with its clock, the teams on it and the addresses its row leads to."""

    incident: Incident
    marks: Marks
    town: str
    page: str
    choose_team: str
    assign: str
    sent: list[Sent] = field(default_factory=list)
    asked: list[Assistance] = field(default_factory=list)

    @property
    def lacks(self) -> Need:
        """What its response plan asks for and is not sent yet."""
        return plans.of(self.incident).without(one.assignment.team for one in self.sent)


@dataclass
class OnShift:
    """One team and what it is on; `assignment` is None when it is free, or not for this user's eyes."""

    team: Team
    status: str
    marks: Marks
    position: Marks | None
    page: str
    assignment: Assignment | None = None
    danger: Danger | None = None

    @property
    def work_page(self) -> str:
        return to("incidents:incident", self.assignment.incident_id) if self.assignment else ""


def situation(user: User) -> dict[str, Any]:
    """How many incidents wait and how many have teams, per priority."""
    waits, runs = Q(status__in=Incident.WAITING), Q(status__in=Incident.WITH_TEAM)
    open_now = Incident.objects.visible_to(user).open().order_by().values("priority")
    counted = open_now.annotate(waiting=Count("pk", filter=waits), running=Count("pk", filter=runs))
    by_code = {row["priority"]: row for row in counted}
    rows = [{"priority": each, "count": by_code.get(each.pk)} for each in Priority.objects.order_by("code")]
    return {"rows": rows, "unqualified": by_code.get(None)}


def queue(user: User) -> dict[str, Any]:
    """Incidents without a team: by priority, the overdue first, then the oldest."""
    now = clock.now()
    waiting = Incident.objects.visible_to(user).waiting()
    rows = _work(waiting, marks.of_incident)
    rows.sort(key=lambda row: (_level(row), row.marks.rank(now), row.incident.received_at))
    return {"rows": rows, "may": verbs_of(user)}


def running(user: User) -> dict[str, Any]:
    """Incidents with teams on them in the same order, and the cleared ones that lack a result."""
    now = clock.now()
    known = Incident.objects.visible_to(user)
    rows = _work(known.filter(status__in=Incident.WITH_TEAM), _since_assigned)
    _join(rows, Assignment.objects.visible_to(user).open().select_related("team"))
    _join_questions(rows)
    rows.sort(key=lambda row: (_level(row), _worst(row, now), row.marks.since))
    cleared = known.filter(status=Incident.Status.CLEARED).order_by("cleared_at", "id")
    without_result = _work(cleared[: WITHOUT_RESULT + 1], lambda incident: Marks(incident.status_since))
    return {
        "rows": rows,
        "without_result": without_result[:WITHOUT_RESULT],
        "and_more": len(without_result) > WITHOUT_RESULT,
        "may": verbs_of(user),
    }


def teams(user: User) -> dict[str, Any]:
    """Teams on shift by what they do, with how old their position is."""
    open_now = {each.team_id: each for each in _light(Assignment.objects.open(), "incident__")}
    known = set(Assignment.objects.visible_to(user).open().values_list("pk", flat=True))
    groups: dict[str, list[OnShift]] = {status: [] for status in GROUPS}
    freed = Assignment.objects.filter(team=OuterRef("pk"), ended_at__isnull=False).order_by("-ended_at")
    in_danger = panics.in_danger()
    shown_teams = (
        Team.objects.visible_to(user)
        .filter(~Q(status=Team.Status.OFF_DUTY) | Q(pk__in=in_danger))
        .annotate(freed_at=Subquery(freed.values("ended_at")[:1]))
    )
    for team in shown_teams.order_by("base", "call_sign", "id"):
        row = _on_shift(team, open_now.get(team.pk), known)
        row.danger = in_danger.get(team.pk)
        groups["in_danger" if row.danger else row.status].append(row)
    shown = [{"status": status, "label": GROUPS[status], "rows": rows} for status, rows in groups.items()]
    return {"groups": [group for group in shown if group["rows"]], "may": verbs_of(user)}


def teams_on(incident: Incident, user: User) -> dict[str, Any] | None:
    """Every team ever sent to an incident, for the incident's own page."""
    if not user.has_perm("interventions.view_assignment"):
        return None
    known = Assignment.objects.visible_to(user).filter(incident=incident).select_related("team")
    ordered = known.order_by("assigned_at", "id")
    rows = [Sent(each, marks.of_assignment(each, incident.priority)) for each in ordered]
    asked = Assistance.objects.open().filter(assignment__in=ordered).select_related("assignment__team")
    lacks = plans.of(incident).without(one.assignment.team for one in rows if not one.is_over)
    can_send = incident.status in Incident.WITH_TEAM or incident.can_move(Incident.Status.ASSIGNED)
    shown = {"incident": incident, "sent": rows, "asked": asked.order_by("asked_at"), "lacks": lacks}
    return {**shown, "can_send": can_send, "may": verbs_of(user)}


def sent(assignment: Assignment) -> Sent:
    return Sent(assignment, marks.of_assignment(assignment, assignment.incident.priority))


def verbs_of(user: User) -> dict[str, bool]:
    """Which of the board's verbs a user's roles allow."""
    return {verb: user.has_perm(permission) for verb, permission in VERBS.items()}


def _work(incidents: IncidentQuerySet, clock_of: Any) -> list[Work]:
    towns = places.names("municipality")
    rows = _light(incidents)
    return [
        Work(
            each,
            clock_of(each),
            _town(each, towns),
            page=to("incidents:incident", each.pk),
            choose_team=to("interventions:choose_team", each.pk),
            assign=to("interventions:assign", each.pk),
        )
        for each in rows
    ]


def _town(incident: Incident, towns: Mapping[str, str]) -> str:
    """The municipality's name, unless the place as it was told says it already."""
    town = towns.get(incident.municipality, "")
    return "" if town in incident.place else town


def _light(rows: Any, prefix: str = "") -> Any:
    """Fetch along what a row shows, and leave the words of the record where they are."""
    heavy = ("description", "search", "type__synonyms", "priority__basis")
    joined = [f"{prefix}{name}" for name in ("type", "priority")]
    return rows.select_related(*joined).defer(*(f"{prefix}{name}" for name in heavy))


def _since_assigned(incident: Incident) -> Marks:
    return Marks(incident.assigned_at or incident.received_at)


def _join(rows: Sequence[Work], assignments: Iterable[Assignment]) -> None:
    """Put each team with its incident, in the order they were sent."""
    sent = defaultdict(list)
    for assignment in assignments:
        sent[assignment.incident_id].append(assignment)
    for row in rows:
        ordered = sorted(sent[row.incident.pk], key=lambda each: (each.assigned_at, each.pk))
        row.sent = [Sent(each, marks.of_assignment(each, row.incident.priority)) for each in ordered]


def _join_questions(rows: Sequence[Work]) -> None:
    """Put with each incident the teams on it that ask for another one, the first to ask first."""
    by_assignment = {one.assignment.pk: (row, one.assignment) for row in rows for one in row.sent}
    for question in Assistance.objects.open().filter(assignment__in=by_assignment).order_by("asked_at"):
        row, question.assignment = by_assignment[question.assignment_id]
        row.asked.append(question)


def _on_shift(team: Any, assignment: Assignment | None, known: Collection[Any]) -> OnShift:
    position, page = marks.of_position(team), to("interventions:team", team.pk)
    if assignment is None:
        since = max(team.status_since, team.freed_at or team.status_since)
        return OnShift(team, team.status, Marks(since), position, page)
    clocks = marks.of_assignment(assignment, assignment.incident.priority)
    shown = assignment if assignment.pk in known else None
    return OnShift(team, assignment.status, clocks, position, page, shown)


def _level(row: Work) -> int:
    """Without a priority yet comes first: nobody has judged it."""
    return -1 if row.incident.priority_id is None else row.incident.priority_id


def _worst(row: Work, now: datetime) -> int:
    """Those who ask for a team wait no less than what is too late."""
    return 0 if row.asked else min((one.marks.rank(now) for one in row.sent), default=2)
