"""Two incidents that turn out to be one, and one that turns out to be two after all."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Unpack

from django.db.models import Case, F, Q, When
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from carma import clock, rows
from carma.accounts.models import User
from carma.actionfields.models import Priority
from carma.audit import trail
from carma.audit.models import Entry
from carma.errors import InvalidInput, MoveNotAllowed, ReasonNeeded
from carma.events import outbox
from carma.incidents import watch
from carma.incidents.models import Call, Incident
from carma.lifecycle import How
from carma.norms import figures

Moments = dict[str, datetime]

# Of each moment the earliest counts; the move that first writes it, where there is one.
EARLIEST = {
    "received_at": "",
    "qualified_at": "incident.qualified",
    "assigned_at": "incident.assigned",
    "en_route_at": "incident.en_route",
    "on_scene_at": "incident.on_scene",
}


@rows.one_transaction()
def merge(incident: Incident, into: Incident, **how: Unpack[How]) -> None:
    """Make an incident part of another: its calls move along and the earliest moments count.

    The more urgent of both priorities counts. Refused with `MoveNotAllowed` while a team is on it, when
    the master is itself merged or over, and when only the other way round keeps what is known.
    """
    if incident.pk == into.pk:
        raise InvalidInput(_("An incident can't be merged into itself."), field="into")
    _hold_both(incident, into)
    if into.status in (Incident.Status.MERGED, Incident.Status.CANCELLED, Incident.Status.CLOSED):
        raise MoveNotAllowed(_("%(incident)s is over; choose a running incident.") % {"incident": into})
    if into.type is None and incident.type is not None:
        raise MoveNotAllowed(
            _("%(into)s is not qualified yet. Merge it into %(incident)s instead.")
            % {"into": into, "incident": incident}
        )
    incident._move(Incident.Status.MERGED, **how, merged_into=into)
    origin = Case(When(taken_for=None, then=F("incident")), default=F("taken_for"))
    incident.calls.update(taken_for=origin, incident=into)
    moments = _earliest([_moments(incident), _moments(into)])
    _retime(
        into, "incident.merged_with", moments, by=how["by"], at=incident.status_since, reason=f"+ {incident}"
    )
    first = min((one for one in (into.priority, incident.priority) if one), key=_code, default=None)
    if first is not None:
        why = f"+ {incident}"
        into._change("incident.reprioritised", by=how["by"], reason=why, priority=first, urgent=first.urgent)
    watch.assigned(incident)
    watch.unassigned(into)


@rows.one_transaction()
def unmerge(incident: Incident, **how: Unpack[How]) -> None:
    """Take a merged incident out of its master: it has its status and its calls again.

    The master's moments are those of its own and of what is still merged into it. Calls that came in
    after the merger stay with the master. Raises `ReasonNeeded` without a reason, and `MoveNotAllowed`
    when it is not merged, was so longer ago than the norm `unmerge_within`, or its master is over.
    """
    by, at, reason = how["by"], how.get("at"), how.get("reason", "")
    if not reason:
        raise ReasonNeeded(_("Say why the incidents are taken apart."))
    master = incident.merged_into
    if master is None:
        raise MoveNotAllowed(_("%(incident)s is not part of another incident.") % {"incident": incident})
    _hold_both(incident, master)
    incident.expect_version(how.get("expect"))
    if incident.merged_into_id != master.pk:
        raise MoveNotAllowed(_("%(incident)s is not part of another incident.") % {"incident": incident})
    if clock.now() - incident.status_since > figures.span("unmerge_within"):
        raise MoveNotAllowed(_("That was merged too long ago. Take a new incident and link the two."))
    if master.status in (Incident.Status.MERGED, Incident.Status.CANCELLED, Incident.Status.CLOSED):
        raise MoveNotAllowed(_("%(incident)s is over. Reopen it first.") % {"incident": master})
    own = _own_moments(master)
    incident._move(_status_before(incident), by=by, at=at, reason=reason, merged_into=None)
    at = incident.status_since
    _give_back_calls(incident, master)
    changes = {"merged_into": [str(master.pk), None]}
    trail.record("incident.unmerged", incident, by=by, at=at, changes=changes, reason=reason)
    outbox.emit("incident.unmerged", incident, at=at)
    moments = _earliest([own, *(_moments(each) for each in master.merged.all())])
    _retime(master, "incident.parted_from", moments, by=by, at=at, reason=f"- {incident}: {reason}")
    watch.unassigned(incident)
    watch.unassigned(master)


def _code(priority: Priority) -> int:
    return priority.code


def _hold_both(one: Incident, other: Incident) -> None:
    for each in sorted((one, other), key=lambda incident: incident.pk):  # so that two mergers never deadlock
        each.hold()


def _retime(
    master: Incident, kind: str, moments: Moments, *, by: User | None, at: datetime, reason: str
) -> None:
    """Give the master these moments; a trace is left also when they stay, since its calls changed."""
    changed = {name: moments.get(name) for name in EARLIEST if getattr(master, name) != moments.get(name)}
    changes = {name: [_told(getattr(master, name)), _told(moment)] for name, moment in changed.items()}
    master._set({**changed, "version": master.version + 1})
    trail.record(kind, master, by=by, at=at, changes=changes, reason=reason)
    outbox.emit(kind, master, at=at)


def _told(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


def _moments(incident: Incident) -> Moments:
    return {name: moment for name in EARLIEST if (moment := getattr(incident, name)) is not None}


def _earliest(told: Iterable[Moments]) -> Moments:
    known = list(told)
    return {
        name: min(one[name] for one in known if name in one)
        for name in EARLIEST
        if any(name in one for one in known)
    }


def _status_before(incident: Incident) -> str:
    """What it was when it was merged, as the trail keeps it."""
    merged = _entries(incident, ["incident.merged"]).last()
    return str(merged.changes["status"][0]) if merged else Incident.Status.QUALIFIED


def _own_moments(master: Incident) -> Moments:
    """The master's moments as if nothing had been merged into it.

    Its own first move to each status is in the trail. A record that came from elsewhere has no moves:
    what stands there counts, unless one of the merged brought it.
    """
    told: Moments = {}
    for entry in _entries(master, [kind for kind in EARLIEST.values() if kind]):
        told.setdefault(entry.action, entry.at)
    brought = [_moments(each) for each in master.merged.all()]
    own: Moments = {}
    for name, kind in EARLIEST.items():
        now = getattr(master, name)
        if kind in told:
            own[name] = told[kind]
        elif now is not None and not any(one.get(name) == now for one in brought):
            own[name] = now
    return {**own, "received_at": _own_call(master)}


def _own_call(master: Incident) -> datetime:
    """When its first own call came: before the oldest merger that brought an earlier one."""
    for entry in _entries(master, ["incident.merged_with"]):
        was: list[Any] = entry.changes.get("received_at", [])
        if was and (moment := parse_datetime(was[0])):
            return moment
    return master.received_at


def _give_back_calls(incident: Incident, master: Incident) -> None:
    """The calls it brought, also those of incidents that were part of it before."""
    family, grown = {incident.pk}, {incident.pk}
    while grown:
        grown = set(Incident.objects.filter(merged_into__in=grown).values_list("pk", flat=True)) - family
        family |= grown
    Call.objects.filter(incident=master, taken_for__in=family).update(incident=incident)
    incident.calls.filter(taken_for=incident).update(taken_for=None)


def _entries(incident: Incident, actions: list[str]) -> Any:
    subject = Q(subject_type="incidents.incident", subject_id=str(incident.pk))
    return Entry.objects.filter(subject, action__in=actions).order_by("id")
