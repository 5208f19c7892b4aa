from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from carma import clock, rows
from carma.accounts.models import User
from carma.actionfields.models import IncidentType, Priority
from carma.audit import trail
from carma.errors import DomainError, InvalidInput, MoveNotAllowed
from carma.events import outbox
from carma.geo import places
from carma.incidents import planning, watch
from carma.incidents.models import Call, Incident

LONGEST_WORDS = 8_000
NOTHING_TOLD = gettext_lazy("Write what is going on, or choose a type and a place.")
OLDEST = timedelta(days=400)


class CallTaken(DomainError):
    """A call came under a key that another call has."""

    code = "call_taken"


@dataclass(frozen=True)
class CallTold:
    """A call as it was told. Moments are UTC; `received_at` empty means now.

    `import_key` is its number where it came from, or the key of the form it was typed in: one key never
    makes two calls.
    """

    channel: str = Call.Channel.ZONE
    words: str = ""
    caller_name: str = ""
    caller_phone: str = ""
    received_at: datetime | None = None
    cic_received_at: datetime | None = None
    import_key: str = ""


@dataclass(frozen=True)
class PlaceTold:
    """A place as it was told: a label, and a point (WGS84) when it is known."""

    label: str
    lat: float | None = None
    lon: float | None = None
    address_id: int | None = None


@rows.one_transaction()
def take_call(
    call: CallTold,
    *,
    by: User,
    type: IncidentType | None = None,
    place: PlaceTold | None = None,
    priority: Priority | None = None,
    planned_for: datetime | None = None,
    at: datetime | None = None,
    reason: str = "",
) -> Incident:
    """Open an incident from a call. Type and place make it qualified, at `at`; without them it is received.

    With `planned_for` (UTC) it waits, planned, and appears among the work of that moment; it needs both.
    Raises `ReasonNeeded` for an `at` told late without a reason, `InvalidInput` for impossible moments,
    a text over 8,000 signs or a call that tells nothing, and `PlaceOutsideZone` for a point that is not
    ours. A call told twice under one `import_key` answers the first's incident.
    """
    if (told_before := _told_before(call.import_key, by)) is not None:
        return told_before.incident
    if not call.words.strip() and type is None and place is None:
        raise InvalidInput(str(NOTHING_TOLD), field="words")
    heard = clock.now()
    received_at = _plausible(call, heard)
    incident = Incident(
        reference=_next_reference(heard),
        type=type,
        received_at=received_at,
        status_since=received_at,
        description=call.words.strip(),
    )
    if type is not None:
        incident.type, incident.sphere = type, type.sphere
        priority = priority or type.default_priority
    if priority is not None:
        incident.priority, incident.urgent = priority, priority.urgent
    if place is not None:
        set_place(incident, place)
    if planned_for is not None:
        planning.plan(incident, planned_for, heard)
    elif type is not None and place is not None:
        incident.qualified_at = incident.status_since = incident._moment(at, reason)
        incident.status = Incident.Status.QUALIFIED
    rows.insert(incident)
    _store(call, incident, by=by, received_at=received_at)
    kind = f"incident.{incident.status}"
    changes = {"status": [None, incident.status], "type": [None, incident.type_id]}
    trail.record(kind, incident, by=by, at=incident.status_since, changes=changes, reason=reason)
    outbox.emit(kind, incident, at=incident.status_since)
    watch.unassigned(incident)
    planning.remind(incident)
    return incident


@rows.one_transaction()
def attach_call(call: CallTold, incident: Incident, *, by: User) -> Call:
    """Add one more call to an incident that is still running. Raises `MoveNotAllowed` when it is over."""
    if (told_before := _told_before(call.import_key, by)) is not None:
        if told_before.incident_id != incident.pk:
            raise CallTaken(_("This call was taken before, for another incident."))
        return told_before
    heard = clock.now()
    received_at = _plausible(call, heard)
    incident.hold()
    if incident.status in (Incident.Status.CLOSED, Incident.Status.CANCELLED, Incident.Status.MERGED):
        raise MoveNotAllowed(
            _("%(incident)s is over. Take the call as a new incident.") % {"incident": incident}
        )
    stored = _store(call, incident, by=by, received_at=received_at)
    changes = {"call": [None, str(stored.pk)]}
    trail.record("incident.call_attached", incident, by=by, at=heard, changes=changes)
    outbox.emit("incident.call_attached", incident, at=heard)
    return stored


def set_place(incident: Incident, place: PlaceTold) -> None:
    """Write a place and the codes of its areas as they are today; the caller saves."""
    incident.place = place.label.strip()[:200]
    incident.address_id = place.address_id
    incident.lat, incident.lon = place.lat, place.lon
    if place.lat is not None and place.lon is not None:
        located = places.locate(place.lat, place.lon)
        incident.municipality, incident.sector, incident.wijk = (
            located.municipality,
            located.sector,
            located.wijk,
        )


def _told_before(import_key: str, by: User) -> Call | None:
    """The call stored under this key; a second request with the key waits here for the first.

    Raises `CallTaken` when it stands on an incident that this user may not know of.
    """
    if not import_key:
        return None
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(4714, hashtext(%s))", [import_key])
    told = Call.objects.select_related("incident").filter(import_key=import_key).first()
    if told is not None and not (
        told.taken_by_id == by.pk or Incident.objects.visible_to(by).filter(pk=told.incident_id).exists()
    ):
        raise CallTaken(_("This call was taken before."))
    return told


def _plausible(call: CallTold, heard: datetime) -> datetime:
    received_at = call.received_at or heard
    if not heard - OLDEST <= received_at <= heard + clock.SKEW:
        raise InvalidInput(
            _("The moment of the call lies in the future or more than a year back. Check date and time."),
            field="received_at",
        )
    if call.cic_received_at and not (
        received_at - timedelta(days=2) <= call.cic_received_at <= received_at + clock.SKEW
    ):
        raise InvalidInput(
            _("The centre received the call before the zone did, at most two days. Check the moment."),
            field="cic_received_at",
        )
    if len(call.words) > LONGEST_WORDS:
        raise InvalidInput(
            _("The text has %(count)s signs; 8,000 is the most. Shorten it or put the rest in a note.")
            % {"count": len(call.words)},
            field="words",
        )
    return received_at


def _store(call: CallTold, incident: Incident, *, by: User, received_at: datetime) -> Call:
    stored = Call(
        incident=incident,
        channel=call.channel,
        received_at=received_at,
        cic_received_at=call.cic_received_at,
        caller_name=call.caller_name.strip(),
        caller_phone=re.sub(r"\s+", " ", call.caller_phone.strip()),
        words=call.words.strip(),
        import_key=call.import_key,
        taken_by=by,
    )
    rows.insert(stored)
    return stored


def _next_reference(at: datetime) -> str:
    """The next number of the year, as 2026-000123; a gap is harmless, a number never comes twice."""
    year = clock.local(at).year
    with connection.cursor() as cursor:
        cursor.execute("SELECT incidents_next_number(%s)", [year])
        return f"{year}-{cursor.fetchone()[0]:06}"
