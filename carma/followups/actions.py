from __future__ import annotations

from datetime import datetime

from django.db import transaction

from carma.accounts.models import User
from carma.audit import trail
from carma.events import outbox
from carma.followups.models import FollowUp
from carma.incidents.models import Incident
from carma.norms import figures


@transaction.atomic
def ask(incident: Incident, kind: str, *, at: datetime, by: User | None = None) -> FollowUp:
    """Propose a follow-up of one kind, once per incident; its term is the norm `followup_<kind>`.

    Nobody asks (`by`) what the incident's type proposes by itself.
    """
    due_at = at + figures.span(f"followup_{kind}")
    follow_up, is_new = FollowUp.objects.get_or_create(
        incident=incident, kind=kind, defaults={"asked_at": at, "status_since": at, "due_at": due_at}
    )
    if is_new:
        changes = {"kind": kind, "incident": str(incident.pk)}
        trail.record("followup.asked", follow_up, by=by, at=at, changes=changes)
        outbox.emit(f"followup.asked.{kind}", follow_up, at=at)
    return follow_up


def propose(incident: Incident, *, at: datetime, only: str = "") -> list[FollowUp]:
    """Ask what the incident's type triggers; `only` narrows it to one kind."""
    kinds = incident.type.triggers if incident.type else []
    return [ask(incident, kind, at=at) for kind in kinds if only in ("", kind)]
