"""The timers of an assignment: not en route, not on scene, no contact on scene."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext_noop

from carma.alerts import actions as alerts
from carma.events import outbox
from carma.incidents.models import Incident
from carma.timers.actions import cancel_timers, set_timer
from carma.timers.models import Timer
from interventions.models import Assignment

WARN, ESCALATE = 0, 1
STAGES = ("warn", "escalate")


@dataclass(frozen=True)
class Watch:
    """One clock: it runs while the assignment has one of `during`, by the priority's term `term`."""

    kind: str
    term: str
    during: tuple[str, ...]
    text: str


WATCHES = (
    Watch(
        "assignment.not_en_route",
        "not_en_route",
        (Assignment.Status.ASSIGNED, Assignment.Status.ACCEPTED),
        gettext_noop("%(team)s is not en route: incident %(reference)s, priority %(priority)s"),
    ),
    Watch(
        "assignment.not_on_scene",
        "not_on_scene",
        (Assignment.Status.EN_ROUTE,),
        gettext_noop("%(team)s is not on scene: incident %(reference)s, priority %(priority)s"),
    ),
    Watch(
        "assignment.no_contact",
        "on_scene_contact",
        (Assignment.Status.ON_SCENE,),
        gettext_noop("No word from %(team)s on scene: incident %(reference)s, priority %(priority)s"),
    ),
)
BY_KIND = {each.kind: each for each in WATCHES}


def follow(assignment: Assignment) -> None:
    """After a move. Accepting changes nothing: the team still has to leave, counted from the order."""
    if assignment.status != Assignment.Status.ACCEPTED:
        restart(assignment)


def restart(assignment: Assignment) -> None:
    """The team moved or let itself be heard: what its clocks raised is over, and they start anew."""
    alerts.settle(assignment.incident, *BY_KIND, about=str(assignment.pk))
    wind(assignment)


def wind(assignment: Assignment) -> None:
    """Stop the clocks of an assignment and start the one that runs now; an alarm goes on sounding."""
    about = str(assignment.pk)
    cancel_timers(assignment.incident, *BY_KIND, about=about, at=assignment.status_since)
    running = over(assignment)
    if running is not None:
        start(running, assignment, step=WARN)


def start(each: Watch, assignment: Assignment, *, step: int) -> None:
    priority = assignment.incident.priority
    term = priority.term(each.term, STAGES[step]) if priority else None
    if term is not None:
        due_at = counts_from(assignment) + term
        set_timer(each.kind, assignment.incident, due_at=due_at, about=str(assignment.pk), step=step)


def over(assignment: Assignment) -> Watch | None:
    """The clock that runs over an assignment, None when it has ended."""
    return next((each for each in WATCHES if assignment.status in each.during), None)


def counts_from(assignment: Assignment) -> datetime:
    """From when the running clock counts (UTC)."""
    if assignment.status in (Assignment.Status.ASSIGNED, Assignment.Status.ACCEPTED):
        return assignment.assigned_at
    if assignment.status == Assignment.Status.ON_SCENE:
        return assignment.heard_at or assignment.status_since
    return assignment.status_since


def fire(timer: Timer, incident: Incident) -> None:
    """Warn, then alert the officer of duty; nothing when the team moved on meanwhile."""
    each = BY_KIND[timer.kind]
    assignment = incident.assignments.select_related("team").get(pk=timer.about)
    assignment.incident = incident
    if assignment.status not in each.during or incident.priority is None:
        return
    if timer.step == WARN:
        outbox.emit("assignment.late", assignment, at=timer.due_at)
        start(each, assignment, step=ESCALATE)
        return
    alerts.raise_alert(
        each.kind,
        incident,
        priority=incident.priority.code,
        text=each.text,
        facts={
            "reference": incident.reference,
            "priority": incident.priority.code,
            "team": str(assignment.team),
        },
        at=timer.due_at,
        about=timer.about,
    )
