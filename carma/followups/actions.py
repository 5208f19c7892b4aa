from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _

from carma import rows
from carma.accounts.models import User
from carma.audit import trail
from carma.events import outbox
from carma.followups.models import FollowUp
from carma.incidents.closing import Question
from carma.incidents.models import Incident
from carma.norms import figures


@rows.one_transaction()
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


def unanswered(incident: Incident) -> list[Question]:
    """What the incident's type proposes, and what was asked besides, as far as nobody said yes or no."""
    asked = {each.kind: each for each in incident.follow_ups.all()}
    proposed = [*(incident.type.triggers if incident.type else []), *asked]
    labels = dict(FollowUp.Kind.choices)
    return [
        Question(kind, labels[kind])
        for kind in dict.fromkeys(proposed)
        if kind not in asked or not asked[kind].is_answered
    ]


@rows.one_transaction()
def answer(incident: Incident, kind: str, *, is_yes: bool, by: User | None, at: datetime) -> None:
    """Say whether a follow-up is needed; one that was not proposed yet is, so that the answer stays."""
    follow_up = ask(incident, kind, at=at)
    if is_yes:
        follow_up.confirm(by=by, at=at)
    else:
        follow_up.decline(by=by, reason=_("Not needed, says who closed the incident."))
