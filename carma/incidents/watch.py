"""The unassigned timer of an incident: a warning on the board, then the officer of duty."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext_noop

from carma.actionfields.models import Priority
from carma.alerts import actions as alerts
from carma.events import outbox
from carma.incidents.models import Incident
from carma.norms import figures
from carma.timers.actions import cancel_timers, set_timer
from carma.timers.models import Timer

UNASSIGNED = "incident.unassigned"
WARN, ESCALATE = 0, 1
STAGES = ("warn", "escalate")

UNASSIGNED_TEXT = gettext_noop("No team yet: incident %(reference)s, priority %(priority)s")


def unassigned(incident: Incident, *, step: int = WARN) -> None:
    """Set, or set anew, the timer by the incident's priority."""
    if not incident.is_waiting:
        return
    term = priority_of(incident).term("unassigned", STAGES[step])
    if term is not None:
        set_timer(UNASSIGNED, incident, due_at=waits_since(incident) + term, step=step)


def priority_of(incident: Incident) -> Priority:
    """The priority by which its clocks run: until it has one, that of the norm `unqualified_priority`."""
    if incident.priority is not None:
        return incident.priority
    return Priority.objects.get(pk=int(figures.value("unqualified_priority")))


def waits_since(incident: Incident) -> datetime:
    """From when it lacks a team: the call, when it was planned for, or when its last team was taken off."""
    if incident.assigned_at:
        return incident.status_since
    planned = incident.planned_for and incident.qualified_at
    return planned or incident.received_at


def assigned(incident: Incident) -> None:
    """The incident waits no more."""
    cancel_timers(incident, UNASSIGNED, at=incident.status_since)
    alerts.settle(incident, UNASSIGNED)


def fire(timer: Timer, incident: Incident) -> None:
    """Warn, then alert the officer of duty; nothing when a team was assigned meanwhile."""
    if not incident.is_waiting:
        return
    priority = priority_of(incident).code
    if timer.step == WARN:
        outbox.emit("incident.late", incident, at=timer.due_at)
        unassigned(incident, step=ESCALATE)
        return
    facts = {"reference": incident.reference, "priority": priority}
    alerts.raise_alert(
        UNASSIGNED,
        incident,
        priority=priority,
        text=UNASSIGNED_TEXT,
        facts=facts,
        at=timer.due_at,
    )
