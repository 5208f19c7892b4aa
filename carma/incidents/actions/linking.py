from __future__ import annotations

from django.utils.translation import gettext as _

from carma import clock, rows
from carma.accounts.models import User
from carma.audit import trail
from carma.errors import InvalidInput, MoveNotAllowed, ReasonNeeded
from carma.events import outbox
from carma.incidents.models import Incident, Link


@rows.one_transaction()
def link(incident: Incident, to: Incident, *, by: User, kind: str, reason: str) -> Link:
    """Note that two incidents belong together, whatever their status; both tell of it.

    Raises `ReasonNeeded` without a reason and `MoveNotAllowed` when they are linked already.
    """
    if incident.pk == to.pk:
        raise InvalidInput(_("An incident can't be linked to itself."), field="to")
    if kind not in Link.Kind.values:
        raise InvalidInput(_("Choose how the incidents belong together."), field="kind")
    if not reason.strip():
        raise ReasonNeeded(_("Say why the incidents belong together."))
    one, other = sorted((incident, to), key=lambda each: each.pk)
    for each in (one, other):  # one order, so that two links never deadlock
        each.hold()
    if Link.objects.filter(one=one, other=other, ended_at=None).exists():
        told = {"one": incident, "other": to}
        raise MoveNotAllowed(_("%(one)s and %(other)s are linked already.") % told)
    at = clock.now()
    made = Link.objects.create(one=one, other=other, kind=kind, reason=reason.strip(), at=at, by=by)
    _tell("incident.linked", made, by=by, reason=reason)
    return made


@rows.one_transaction()
def unlink(known: Link, *, by: User, reason: str) -> None:
    """End a link that was wrong. Raises `ReasonNeeded` without a reason."""
    if not reason.strip():
        raise ReasonNeeded(_("Say why the incidents do not belong together."))
    for each in (known.one, known.other):
        each.hold()
    known.refresh_from_db()
    if known.ended_at is not None:
        raise MoveNotAllowed(_("Somebody ended this link already."))
    known.end(clock.now())
    _tell("incident.unlinked", known, by=by, reason=reason)


def _tell(kind: str, known: Link, *, by: User, reason: str) -> None:
    """On both sides, each naming the other."""
    at = known.ended_at or known.at
    for near, far in ((known.one, known.other), (known.other, known.one)):
        changes = {"link": str(known.pk), "kind": known.kind, "linked_to": [None, far.reference]}
        trail.record(kind, near, by=by, at=at, changes=changes, reason=reason)
        outbox.emit(kind, near, at=at)
