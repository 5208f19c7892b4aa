"""Everything that happened around one incident, in one order: calls, statuses, notes, alerts, changes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _

from carma import clock
from carma.actionfields.models import IncidentType, Priority
from carma.alerts.models import Alert
from carma.audit.models import Entry, EntryQuerySet
from carma.incidents.models import Incident
from carma.web.templatetags.carma import STATUS_ICONS, local_time

Source = Callable[[Incident], Iterable["Moment"]]
Labels = Mapping[str, Mapping[str, Any]]

# Reading is for the audit viewer; a call, a note and what the teams do have lines of their own.
HIDDEN = {
    f"incident.{verb}"
    for verb in (
        "read",
        "found",
        "received",
        "call_attached",
        "noted",
        "taken_back",
        *Incident.WITH_TEAM,
        Incident.Status.CLEARED,
    )
}
# Of what an entry keeps, what a dispatcher reads.
WHAT = (
    "type",
    "priority",
    "place",
    "result",
    "cancelled_because",
    "deferred_reason",
    "pv_number",
    "no_pv_reason",
)
_sources: list[Source] = []


@dataclass(frozen=True)
class Moment:
    """One line of the timeline. `heard_at` is set when it was told later than it happened.

    `detail` is ours, `words` is what somebody said or wrote; both are plain text.
    """

    at: datetime
    icon: str
    title: str
    detail: str = ""
    by: str = ""
    heard_at: datetime | None = None
    words: str = ""

    @property
    def day(self) -> date:
        """The day in the zone, under which a longer timeline groups it."""
        return clock.local(self.at).date()


def source(read: Source) -> Source:
    """Register a package's own part of the timeline."""
    _sources.append(read)
    return read


def of(incident: Incident) -> list[Moment]:
    """The whole timeline, newest first."""
    moments = [moment for read in _sources for moment in read(incident)]
    return sorted(moments, key=lambda moment: moment.at, reverse=True)


def from_entry(entry: Entry, *, icon: str, title: str, detail: str = "") -> Moment:
    """An audit entry as a line, with the moment it was heard when that is later than the deed."""
    late = entry.recorded_at - entry.at > clock.LATE
    return Moment(
        at=entry.at,
        icon=icon,
        title=title,
        detail=_joined(detail, entry.reason),
        by=entry.actor.display_name if entry.actor else _("system"),
        heard_at=entry.recorded_at if late else None,
    )


def entries(subject_type: str, ids: Iterable[Any]) -> EntryQuerySet:
    rows = Entry.objects.filter(subject_type=subject_type, subject_id__in=[str(pk) for pk in ids])
    return rows.select_related("actor").order_by("id")


@source
def calls(incident: Incident) -> Iterable[Moment]:
    for call in incident.calls.select_related("taken_by"):
        at_cic = (
            _("at the CIC %(at)s") % {"at": local_time(call.cic_received_at)} if call.cic_received_at else ""
        )
        yield Moment(
            at=call.received_at,
            icon="telephone-inbound",
            title=_("Call: %(channel)s") % {"channel": call.get_channel_display()},
            detail=_joined(call.caller_name, call.caller_phone, at_cic),
            words=call.words,
            by=call.taken_by.display_name if call.taken_by else "",
        )


@source
def notes(incident: Incident) -> Iterable[Moment]:
    for note in incident.notes.select_related("by"):
        by = note.by.display_name if note.by else ""
        yield Moment(at=note.at, icon="pencil-square", title=_("Note"), words=note.text, by=by)


@source
def changes(incident: Incident) -> Iterable[Moment]:
    shown = list(entries("incidents.incident", [incident.pk]).exclude(action__in=HIDDEN))
    labels = _labels(shown)
    for entry in shown:
        icon = STATUS_ICONS.get(entry.action.partition(".")[2], "arrow-left-right")
        yield from_entry(entry, icon=icon, title=_title(entry), detail=_detail(entry.changes, labels))


@source
def alerts(incident: Incident) -> Iterable[Moment]:
    raised = Alert.objects.filter(subject_type="incidents.incident", subject_id=str(incident.pk))
    for alert in raised.select_related("acknowledged_by").prefetch_related("recipients"):
        told = ", ".join(person.display_name for person in alert.recipients.all())
        detail = _joined(alert.message, _("told: %(people)s") % {"people": told} if told else "")
        yield Moment(at=alert.raised_at, icon="bell-fill", title=_("Alert"), detail=detail)
        if alert.acknowledged_by and alert.acknowledged_at:
            title, by = _("Alert acknowledged"), alert.acknowledged_by.display_name
            yield Moment(
                at=alert.acknowledged_at, icon="bell-slash", title=title, detail=alert.message, by=by
            )


def _title(entry: Entry) -> str:
    verb = entry.action.partition(".")[2]
    statuses = dict(Incident.Status.choices)
    if verb in statuses:
        return str(statuses[verb])
    return {
        "reprioritised": _("Priority changed"),
        "retyped": _("Type changed"),
        "times_corrected": _("Times put right"),
        "merged_with": _("Another incident merged into this one"),
        "unmerged": _("Taken apart again"),
        "parted_from": _("Another incident taken out of this one"),
        "replanned": _("Put to another moment"),
        "linked": _("Linked to another incident"),
        "unlinked": _("Link ended"),
        "relocated": _("Place changed"),
        "generated": _("Made for the demonstration"),
    }.get(verb, verb)


def _labels(shown: Iterable[Entry]) -> Labels:
    """What the page calls the codes that the entries keep."""
    codes = {code for entry in shown for code in entry.changes.get("type", ()) if code}
    types = IncidentType.objects.in_bulk(codes) if codes else {}
    return {
        "type": {code: f"{code} {type.label}" for code, type in types.items()},
        "priority": {str(one.pk): f"{one.pk} {one.label}" for one in Priority.objects.all()},
        "result": dict(Incident.Result.choices),
        "cancelled_because": dict(Incident.Cancelled.choices),
    }


def _detail(changes: Mapping[str, Any], labels: Labels) -> str:
    """What became what, and what was written where nothing stood."""
    parts = []
    for name in WHAT:
        was, now = changes.get(name) or (None, None)
        known = labels.get(name, {})
        if now:
            parts.append(" → ".join(str(known.get(told, told)) for told in (was, now) if told))
    return _joined(*parts)


def _joined(*parts: str) -> str:
    return " · ".join(part for part in parts if part)
