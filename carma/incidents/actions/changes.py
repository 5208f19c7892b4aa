from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _

from carma import rows
from carma.accounts.models import User
from carma.actionfields.models import IncidentType, Priority
from carma.audit import trail
from carma.errors import InvalidInput, MoveNotAllowed, ReasonNeeded
from carma.events import outbox
from carma.incidents import watch
from carma.incidents.actions.intake import LONGEST_WORDS, PlaceTold, set_place
from carma.incidents.models import Incident, Note
from carma.lifecycle import not_ahead

HIGH = 1  # lowering a code 0 or 1 needs a reason (domain 4.1)


@rows.one_transaction()
def qualify(
    incident: Incident,
    *,
    by: User,
    type: IncidentType,
    place: PlaceTold,
    priority: Priority | None = None,
    expect: int | None = None,
    reason: str = "",
) -> None:
    """Give a received incident its type, place and priority, so that teams can be sent.

    A priority it has already stays unless another is given. Raises `ReasonNeeded` when that lowers a
    code 0 or 1.
    """
    _hold_running(incident, expect)
    chosen = priority or incident.priority or type.default_priority
    _justify(incident, chosen, reason)
    set_place(incident, place)
    fields = ("place", "address_id", "lat", "lon", "municipality", "sector", "wijk")
    incident._move(
        Incident.Status.QUALIFIED,
        by=by,
        reason=reason,
        stamp="qualified_at",
        type=type,
        priority=chosen,
        urgent=chosen.urgent,
        sphere=type.sphere,
        **{name: getattr(incident, name) for name in fields},
    )
    watch.unassigned(incident)


@rows.one_transaction()
def retype(
    incident: Incident, type: IncidentType, *, by: User, reason: str = "", expect: int | None = None
) -> None:
    """Change the type; priority stays as it was set, sphere follows the type."""
    _hold_running(incident, expect)
    incident._change("incident.retyped", by=by, reason=reason, type=type, sphere=type.sphere)


@rows.one_transaction()
def reprioritise(
    incident: Incident, priority: Priority, *, by: User, reason: str = "", expect: int | None = None
) -> None:
    """Raise or lower the priority; the timers follow. Raises `ReasonNeeded` when lowering a code 0 or 1."""
    _hold_running(incident, expect)
    if priority == incident.priority:
        return  # an alarm that somebody took upon himself does not begin anew
    _justify(incident, priority, reason)
    incident._change(
        "incident.reprioritised", by=by, reason=reason, priority=priority, urgent=priority.urgent
    )
    watch.unassigned(incident)


@rows.one_transaction()
def add_note(incident: Incident, text: str, *, by: User, at: datetime | None = None) -> Note:
    """Add to the narrative, also after closing. Raises `InvalidInput` for an empty or oversize text."""
    text = text.strip()
    if not text:
        raise InvalidInput(_("Write something first."), field="text")
    if len(text) > LONGEST_WORDS:
        raise InvalidInput(_("At most 8,000 signs in one note. Split it in two."), field="text")
    at = not_ahead(at)
    note = Note.objects.create(incident=incident, at=at, by=by, text=text)
    trail.record("incident.noted", incident, by=by, at=at, changes={"note": [None, str(note.pk)]})
    outbox.emit("incident.noted", incident, at=at)
    return note


def _justify(incident: Incident, priority: Priority, reason: str) -> None:
    was = incident.priority_id
    if was is not None and was <= HIGH and priority.code > was and not reason:
        raise ReasonNeeded(
            _("Say why priority %(was)s is lowered to %(to)s.") % {"was": was, "to": priority.code}
        )


def _hold_running(incident: Incident, expect: int | None) -> None:
    incident.hold()
    incident.expect_version(expect)
    if incident.status in (Incident.Status.CLOSED, Incident.Status.CANCELLED, Incident.Status.MERGED):
        raise MoveNotAllowed(_("%(incident)s is over. Reopen it to change it.") % {"incident": incident})
