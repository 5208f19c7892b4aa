"""Calls for a later moment: planned, put to another moment, and appearing among the work when it comes."""

from __future__ import annotations

from datetime import datetime
from typing import Unpack

from django.utils.translation import gettext as _

from carma import clock, rows
from carma.accounts.models import User
from carma.errors import InvalidInput, MoveNotAllowed
from carma.incidents import watch
from carma.incidents.models import Incident
from carma.lifecycle import How
from carma.norms import figures
from carma.timers.actions import cancel_timers, set_timer

APPEARS = "incident.planned"


def plan(incident: Incident, planned_for: datetime, now: datetime) -> None:
    """Make a new incident wait for its moment (UTC); the caller saves, then calls `remind`.

    Raises `InvalidInput` without type and place, and for a moment that can't be.
    """
    if incident.type is None or not incident.place:
        raise InvalidInput(
            _("Give a type and a place: nobody is on the line when it appears."),
            field="planned_for",
        )
    _check(planned_for, now)
    incident.status, incident.planned_for = Incident.Status.PLANNED, planned_for


def remind(incident: Incident) -> None:
    """Have it appear when its moment comes."""
    if incident.status == Incident.Status.PLANNED and incident.planned_for is not None:
        set_timer(APPEARS, incident, due_at=incident.planned_for)


@rows.one_transaction()
def replan(
    incident: Incident, planned_for: datetime, *, by: User, expect: int | None = None, reason: str = ""
) -> None:
    """Put it to another moment (UTC). Raises `MoveNotAllowed` once it has appeared."""
    incident.hold()
    incident.expect_version(expect)
    if incident.status != Incident.Status.PLANNED:
        raise MoveNotAllowed(_("%(incident)s is not planned any more.") % {"incident": incident})
    _check(planned_for, clock.now())
    incident._change("incident.replanned", by=by, reason=reason, planned_for=planned_for)
    remind(incident)


@rows.one_transaction()
def appear(incident: Incident, **how: Unpack[How]) -> None:
    """It is work of now, at its moment or sooner: it waits for a team like any other."""
    incident.hold()
    if incident.status != Incident.Status.PLANNED:
        raise MoveNotAllowed(_("%(incident)s is not planned any more.") % {"incident": incident})
    incident._move(Incident.Status.QUALIFIED, stamp="qualified_at", **how)
    cancel_timers(incident, APPEARS, at=incident.status_since)
    watch.unassigned(incident)


def fire(incident: Incident, *, at: datetime) -> None:
    """Its moment has come; nothing when it appeared, was cancelled or put to another moment meanwhile."""
    if incident.status == Incident.Status.PLANNED and incident.planned_for and incident.planned_for <= at:
        appear(incident, by=None)


def _check(planned_for: datetime, now: datetime) -> None:
    if planned_for <= now:
        raise InvalidInput(_("That moment has been. Leave it empty to send a team now."), field="planned_for")
    if planned_for > now + figures.span("planned_longest"):
        raise InvalidInput(_("That is more than a year ahead. Check date and time."), field="planned_for")
