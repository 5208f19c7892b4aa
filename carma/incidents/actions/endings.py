from __future__ import annotations

import re
from datetime import datetime
from typing import Any, Unpack

from django.db import transaction
from django.utils.translation import gettext as _

from carma import clock
from carma.actionfields.models import Priority
from carma.errors import InvalidInput, MoveNotAllowed, ReasonNeeded
from carma.incidents import watch
from carma.incidents.models import Incident
from carma.lifecycle import How

# court . charge . service . sequence / year, as TG.69.L3.00572/24 (domain 1.2)
PV_NUMBER = re.compile(r"^[A-Z]{2}\.\d{2}[A-Z]?\.[A-Z0-9]{2}\.\d{5,6}/(\d{2}|\d{4})$")
EARLIEST = ("received_at", "qualified_at", "assigned_at", "en_route_at", "on_scene_at")


@transaction.atomic
def queue(
    incident: Incident, *, deferred_reason: str = "", told_at: datetime | None = None, **how: Unpack[How]
) -> None:
    """Let an incident wait. When it is deferred, the caller is told reason and delay (KB 17/9/2001).

    Raises `MoveNotAllowed` for urgent work (codes 0 to 2), which waits for nothing but a free team.
    """
    if told_at is not None:
        if not deferred_reason:
            raise ReasonNeeded(_("Say what reason for the delay the caller was told."))
        clock.not_ahead(told_at)
    incident.hold()
    if incident.urgent:
        raise MoveNotAllowed(
            _("%(incident)s is urgent and can't be put to wait. Send a team, or lower its priority first.")
            % {"incident": incident}
        )
    incident._move(
        Incident.Status.QUEUED, **how, **_given(deferred_reason=deferred_reason, deferral_told_at=told_at)
    )
    watch.unassigned(incident)


@transaction.atomic
def cancel(incident: Incident, because: str, **how: Unpack[How]) -> None:
    """End an incident to which no team goes. Raises `ReasonNeeded` when another zone is not named."""
    if because not in Incident.Cancelled.values:
        raise InvalidInput(_("Choose why it is cancelled."), field="because")
    if because == Incident.Cancelled.WRONG_ZONE and not how.get("reason"):
        raise ReasonNeeded(_("Name the zone that it was handed to."))
    incident._move(Incident.Status.CANCELLED, stamp="closed_at", **how, cancelled_because=because)
    watch.assigned(incident)


@transaction.atomic
def finish(
    incident: Incident, result: str, *, pv_number: str = "", no_pv_reason: str = "", **how: Unpack[How]
) -> None:
    """Write the result of a cleared incident and close it.

    A result that asks for a document leaves it `reporting` until `pv_number`, or the reason why there
    is none, is given. Raises `InvalidInput` for an unknown result or a number of another form.
    """
    if result not in Incident.Result.values:
        raise InvalidInput(_("Choose a result from the list."), field="result")
    number = pv_number.strip().upper()
    if number and not PV_NUMBER.match(number):
        raise InvalidInput(_("A PV number looks like TG.69.L3.00572/24."), field="pv_number")
    written = {"result": result, "pv_number": number, "no_pv_reason": no_pv_reason.strip()}
    if result in Incident.WITH_DOCUMENT and not (number or no_pv_reason.strip()):
        incident._move(Incident.Status.REPORTING, **how, **written)
        return
    incident._move(Incident.Status.CLOSED, stamp="closed_at", **how, **written)


@transaction.atomic
def merge(incident: Incident, into: Incident, **how: Unpack[How]) -> None:
    """Make an incident part of another: its calls move along and the earliest moments count.

    The more urgent of both priorities counts. Refused with `MoveNotAllowed` while a team is on it, when
    the master is itself merged or over, and when only the other way round keeps what is known.
    """
    if incident.pk == into.pk:
        raise InvalidInput(_("An incident can't be merged into itself."), field="into")
    for one in sorted(
        (incident, into), key=lambda each: each.pk
    ):  # one order, so that two merges never deadlock
        one.hold()
    if into.status in (Incident.Status.MERGED, Incident.Status.CANCELLED, Incident.Status.CLOSED):
        raise MoveNotAllowed(_("%(incident)s is over; choose a running incident.") % {"incident": into})
    if into.type is None and incident.type is not None:
        raise MoveNotAllowed(
            _("%(into)s is not qualified yet. Merge it into %(incident)s instead.")
            % {"into": into, "incident": incident}
        )
    by, at = how["by"], how.get("at")
    incident._move(Incident.Status.MERGED, **how, merged_into=into)
    incident.calls.update(incident=into)
    earliest = {
        name: min(told)
        for name in EARLIEST
        if (told := [m for m in (getattr(incident, name), getattr(into, name)) if m])
    }
    first = min((one for one in (into.priority, incident.priority) if one), key=_code, default=None)
    urgency = {"priority": first, "urgent": first.urgent} if first else {}
    into._change("incident.merged_with", by=by, at=at, reason=f"+ {incident}", **earliest, **urgency)
    watch.assigned(incident)
    watch.unassigned(into)


@transaction.atomic
def reopen(incident: Incident, *, to_queue: bool, **how: Unpack[How]) -> None:
    """Take up a closed incident again, for its report or for a team; the first response times stay.

    Raises `ReasonNeeded` without a reason.
    """
    if not how.get("reason"):
        raise ReasonNeeded(_("Say why the incident is reopened."))
    if to_queue or incident.status == Incident.Status.CANCELLED:
        waits = Incident.Status.QUEUED if incident.type_id else Incident.Status.RECEIVED
        incident._move(waits, **how, closed_at=None, cancelled_because="")
        watch.unassigned(incident)
        return
    incident._move(Incident.Status.REPORTING, **how, closed_at=None)


def _code(priority: Priority) -> int:
    return priority.code


def _given(**values: Any) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value}
