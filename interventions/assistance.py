"""A team at work asks for another one: the question, and how it ends."""

from __future__ import annotations

from datetime import datetime
from typing import Unpack

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from carma import clock, rows
from carma.accounts.models import User
from carma.alerts import actions as alerts
from carma.audit import trail
from carma.errors import InvalidInput, MoveNotAllowed, ReasonNeeded
from carma.events import outbox
from carma.incidents.models import Incident
from carma.lifecycle import How
from interventions.models import Assignment, Assistance

KIND = "assignment.assistance"
VERY_URGENT = 1  # an urgent question sounds at least as loud, whatever the incident was judged at first
TEXTS = {
    Assistance.Urgency.URGENT.value: gettext_noop(
        "%(team)s asks for a team, urgently: incident %(reference)s"
    ),
    Assistance.Urgency.ROUTINE.value: gettext_noop(
        "%(team)s asks for a team when one is free: incident %(reference)s"
    ),
}


@rows.one_transaction()
def ask(assignment: Assignment, urgency: str, *, by: User) -> Assistance:
    """Ask dispatch for another team. Asked again it stays one question, told again or more urgently.

    Raises `InvalidInput` for an urgency there is not, `MoveNotAllowed` when the assignment has ended.
    """
    if urgency not in Assistance.Urgency.values:
        raise InvalidInput(_("Say how urgent it is."), field="urgency")
    at = clock.now()
    assignment.incident.hold()
    assignment.hold()
    if not assignment.is_open:
        raise MoveNotAllowed(_("%(team)s is no longer on this incident.") % {"team": assignment.team})
    question = assignment.assistance.open().select_for_update().first()
    if question is None:
        question = _begin(assignment, urgency, by=by, at=at)
    elif question.urgency != urgency:
        question.change_urgency(urgency, by=by)
        _settle(question, by=by)
    if not alerts.tell_again(assignment.incident, KIND, at=at, about=str(assignment.pk)):
        _tell(question, at=at)
    return question


@rows.one_transaction()
def decline(question: Assistance, **how: Unpack[How]) -> None:
    """Dispatch can't send a team. Raises `ReasonNeeded` without a reason: the team reads it."""
    if not how.get("reason"):
        raise ReasonNeeded(_("Say why no team can be sent: those who asked read it."))
    question.decline(**how)
    _settle(question, by=how["by"])


@rows.one_transaction()
def withdraw(question: Assistance, **how: Unpack[How]) -> None:
    """The team needs nobody any more."""
    question.withdraw(**how)
    _settle(question, by=how["by"])


def another_is_sent(incident: Incident, *, by: User) -> None:
    """A further team got the order to go: that answers every question on the incident."""
    for question in Assistance.objects.open().filter(assignment__incident=incident):
        question.grant(by=by)
        _settle(question, by=by)


def asker_left(assignment: Assignment, *, by: User | None) -> None:
    """The team that asked is no longer there."""
    for question in assignment.assistance.open():
        question.withdraw(by=by)
        _settle(question, by=by)


def _begin(assignment: Assignment, urgency: str, *, by: User, at: datetime) -> Assistance:
    question = Assistance(assignment=assignment, urgency=urgency, asked_at=at, asked_by=by, status_since=at)
    question.save(force_insert=True)
    trail.record("assistance.asked", question, by=by, at=at, changes={"urgency": [None, urgency]})
    outbox.emit("assistance.asked", question, at=at)
    return question


def _tell(question: Assistance, *, at: datetime) -> None:
    assignment = question.assignment
    judged = assignment.incident.priority_id
    level = VERY_URGENT if judged is None else judged
    if question.urgency == Assistance.Urgency.URGENT:
        level = min(level, VERY_URGENT)
    alerts.raise_alert(
        KIND,
        assignment.incident,
        priority=level,
        text=TEXTS[question.urgency],
        facts={"team": str(assignment.team), "reference": assignment.incident.reference},
        at=at,
        about=str(assignment.pk),
    )


def _settle(question: Assistance, *, by: User | None) -> None:
    alerts.settle(question.assignment.incident, KIND, by=by, about=str(question.assignment_id))
