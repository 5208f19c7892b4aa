from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Unpack

from django.utils.translation import gettext as _

from carma import rows
from carma.errors import InvalidInput, MoveNotAllowed, ReasonNeeded
from carma.incidents import closing, watch
from carma.incidents.models import Incident
from carma.lifecycle import How, not_ahead

# court . charge . service . sequence / year, as TG.69.L3.00572/24 (domain 1.2)
PV_NUMBER = re.compile(r"^[A-Z]{2}\.\d{2}[A-Z]?\.[A-Z0-9]{2}\.\d{5,6}/(\d{2}|\d{4})$")
WITH_PV = (Incident.Result.PV, Incident.Result.VPV)  # a report of another kind has a number of its own


@rows.one_transaction()
def queue(
    incident: Incident, *, deferred_reason: str = "", told_at: datetime | None = None, **how: Unpack[How]
) -> None:
    """Let an incident wait. When it is deferred, the caller is told reason and delay (KB 17/9/2001).

    Raises `MoveNotAllowed` for urgent work (codes 0 to 2), which waits for nothing but a free team.
    """
    if told_at is not None:
        if not deferred_reason:
            raise ReasonNeeded(_("Say what reason for the delay the caller was told."))
        not_ahead(told_at)
    _hold_own(incident)
    if incident.urgent:
        raise MoveNotAllowed(
            _("%(incident)s is urgent and can't be put to wait. Send a team, or lower its priority first.")
            % {"incident": incident}
        )
    incident._move(
        Incident.Status.QUEUED, **how, **_given(deferred_reason=deferred_reason, deferral_told_at=told_at)
    )
    watch.unassigned(incident)


@rows.one_transaction()
def cancel(incident: Incident, because: str, **how: Unpack[How]) -> None:
    """End an incident to which no team goes. Raises `ReasonNeeded` when another zone is not named."""
    if because not in Incident.Cancelled.values:
        raise InvalidInput(_("Choose why it is cancelled."), field="because")
    if because == Incident.Cancelled.WRONG_ZONE and not how.get("reason"):
        raise ReasonNeeded(_("Name the zone that it was handed to."))
    incident._move(Incident.Status.CANCELLED, stamp="closed_at", **how, cancelled_because=because)
    watch.assigned(incident)


@rows.one_transaction()
def finish(
    incident: Incident,
    result: str,
    *,
    pv_number: str = "",
    no_pv_reason: str = "",
    answers: Mapping[str, bool] | None = None,
    otherwise: bool | None = None,
    **how: Unpack[How],
) -> None:
    """Write the result of a cleared incident and close it.

    A result that asks for a document leaves it `reporting` until its number (`pv_number`), or the reason
    why there is none, is given. What its type proposes is answered before it closes: `answers` by key,
    `otherwise` for the rest; else `AnswersNeeded`. Raises `InvalidInput` for an unknown result or a number
    of another form.
    """
    if result not in Incident.Result.values:
        raise InvalidInput(_("Choose a result from the list."), field="result")
    number, no_number = pv_number.strip().upper(), no_pv_reason.strip()
    if number and result in WITH_PV and not PV_NUMBER.match(number):
        raise InvalidInput(_("A PV number looks like TG.69.L3.00572/24."), field="pv_number")
    _hold_own(incident)
    written = {"result": result, "pv_number": number, "no_pv_reason": no_number}
    is_written = result not in Incident.WITH_DOCUMENT or bool(number or no_number)
    if is_written:
        incident._move(Incident.Status.CLOSED, stamp="closed_at", **how, **written)
    else:
        incident._move(Incident.Status.REPORTING, **how, **written)
    closing.settle(
        incident,
        answers or {},
        otherwise=otherwise,
        must=is_written,
        by=how["by"],
        at=incident.status_since,
    )


@rows.one_transaction()
def reopen(incident: Incident, *, to_queue: bool, **how: Unpack[How]) -> None:
    """Take up a closed incident again, for its report or for a team; the first response times stay.

    Raises `ReasonNeeded` without a reason.
    """
    if not how.get("reason"):
        raise ReasonNeeded(_("Say why the incident is reopened."))
    _hold_own(incident)
    if to_queue or incident.status == Incident.Status.CANCELLED:
        waits = Incident.Status.QUEUED if incident.type_id else Incident.Status.RECEIVED
        incident._move(waits, **how, closed_at=None, cancelled_because="")
        watch.unassigned(incident)
        return
    incident._move(Incident.Status.REPORTING, **how, closed_at=None)


def _hold_own(incident: Incident) -> None:
    """Lock it; what is part of another incident leaves that by `unmerge` alone."""
    incident.hold()
    if incident.status == Incident.Status.MERGED:
        raise MoveNotAllowed(
            _("%(incident)s is part of another incident. Take it out of that first.") % {"incident": incident}
        )


def _given(**values: Any) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value}
