"""Verbs of dispatch: locks in the order incident, team, assignment; the incident follows its teams."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, Unpack

from django.utils.translation import gettext as _

from carma import clock, rows
from carma.accounts.models import User
from carma.audit import trail
from carma.errors import DomainError, MomentOutOfOrder, ReasonNeeded
from carma.events import outbox
from carma.incidents import watch as incident_watch
from carma.incidents.models import Incident
from carma.lifecycle import How
from interventions import assistance, watch
from interventions.models import Assignment, Team
from interventions.preemption import kept

Move = Callable[..., None]
Sent = Sequence[Any]  # what is known of each assignment of an incident


class TeamNotAvailable(DomainError):
    code = "team_not_available"


class TeamNotPreemptible(DomainError):
    """The team stays with its incident: it is on scene there, or that one is no less urgent."""

    code = "team_not_preemptible"


@rows.one_transaction()
def assign(
    team: Team,
    incident: Incident,
    *,
    by: User,
    at: datetime | None = None,
    expect: int | None = None,
    reason: str = "",
    recommended: Team | None = None,
) -> Assignment:
    """Send a team to an incident; the first team sent makes the incident assigned.

    `at` is the moment of the order in UTC (default: now). `recommended` is the team that whoever decides
    was advised to send: the audit entry keeps it, and to choose another takes a reason. Raises
    `TeamNotAvailable` when the team is on another assignment, also when a second dispatcher was just
    quicker, or not in service, `MoveNotAllowed` when the incident is not yet qualified or already over,
    `MomentOutOfOrder` when the team was still elsewhere at the moment told, and `ReasonNeeded`.
    """
    incident.hold()
    incident.expect_version(expect)
    _hold_in_service(team)
    busy = team.assignments.open().select_related("incident").first()
    if busy is not None:
        raise TeamNotAvailable(
            _("%(team)s was just sent to %(incident)s. Choose another team.")
            % {"team": team, "incident": busy.incident}
        )
    return _order(team, incident, by=by, at=at, reason=reason, recommended=recommended)


@rows.one_transaction()
def preempt(
    present: Assignment,
    incident: Incident,
    *,
    by: User,
    at: datetime | None = None,
    expect: int | None = None,
    reason: str = "",
    recommended: Team | None = None,
) -> Assignment:
    """Break an assignment off and send its team to a more urgent incident; the first one waits again.

    That one tells for which incident it had to give way, besides the `reason`. A team that became free
    meanwhile is simply sent. Raises `TeamNotPreemptible` when the team has to stay (`preemption.kept`),
    and what `assign` raises.
    """
    team = present.team
    for one in sorted({incident, present.incident}, key=lambda each: each.pk):  # in one order, as for a merge
        one.hold()
    incident.expect_version(expect)
    _hold_in_service(team)
    present.hold()
    if not present.is_open:
        return assign(team, incident, by=by, at=at, reason=reason, recommended=recommended)
    at = at or max(clock.now(), team.status_since, present.status_since, incident.status_since)
    _give_way(present, incident, by=by, at=at, reason=reason)
    left = present.incident
    return _order(team, incident, by=by, at=at, reason=reason, recommended=recommended, left=left)


def _hold_in_service(team: Team) -> None:
    team.hold()  # two dispatchers, one team: one waits
    if team.status != Team.Status.AVAILABLE:
        raise TeamNotAvailable(_("%(team)s is not in service. Choose another team.") % {"team": team})


def _give_way(present: Assignment, incident: Incident, *, by: User, at: datetime, reason: str) -> None:
    stays = kept(present, incident)
    if stays is not None:
        raise TeamNotPreemptible(
            _("%(team)s stays on %(incident)s: it is on scene, or that one is no less urgent.")
            % {"team": present.team, "incident": present.incident},
            because=stays,
        )
    why = _("needed at %(incident)s, code %(priority)s") % {
        "incident": incident,
        "priority": incident.priority_id,
    }
    abort(present, by=by, at=at, reason=f"{why}: {reason}" if reason else why)


def _order(
    team: Team,
    incident: Incident,
    *,
    by: User,
    at: datetime | None,
    reason: str,
    recommended: Team | None,
    left: Incident | None = None,
) -> Assignment:
    """Give the order; both are held and the team is free. `left` is the incident it was called back from."""
    if recommended not in (None, team) and not reason:
        raise ReasonNeeded(_("Say why you don't send %(team)s, as recommended.") % {"team": recommended})
    at = _order_given(at, team, incident, reason)
    if incident.status not in Incident.WITH_TEAM:
        incident.assign(by=by, at=at, reason=reason)
    assignment = Assignment(team=team, incident=incident, assigned_at=at, status_since=at)
    rows.insert(assignment)
    changes = {
        "team": [None, str(team)],
        "incident": [left.reference if left else None, incident.reference],
    }
    if recommended is not None:
        changes["recommended"] = [str(recommended), str(team)]
    trail.record("assignment.assigned", assignment, by=by, at=at, changes=changes, reason=reason)
    outbox.emit("assignment.assigned", assignment, at=at)
    incident_watch.assigned(incident)
    watch.follow(assignment)
    assistance.another_is_sent(incident, by=by)
    return assignment


def _order_given(at: datetime | None, team: Team, incident: Incident, reason: str) -> datetime:
    """The moment of the order: not before the call, nor while the team was still elsewhere."""
    if at is None:
        return max(clock.now(), incident.status_since)
    at = team._moment(at, reason)
    elsewhere = team.assignments.filter(ended_at__gt=at)
    if at < incident.received_at or elsewhere.exists():
        raise MomentOutOfOrder(
            _("At that moment %(team)s was still elsewhere, or the call had not come in.") % {"team": team}
        )
    return at


def accept(assignment: Assignment, **how: Unpack[How]) -> None:
    """The team says it goes."""
    _run(assignment, Assignment.accept, **how)


def depart(assignment: Assignment, **how: Unpack[How]) -> None:
    _run(assignment, Assignment.depart, **how)


def arrive(assignment: Assignment, **how: Unpack[How]) -> None:
    """The team is on scene; the first one gives the incident its response time."""
    _run(assignment, Assignment.arrive, **how)


def hear(assignment: Assignment, **how: Unpack[How]) -> None:
    """The team on scene let itself be heard: the watch over its safety starts anew."""
    _run(assignment, Assignment.hear, **how)


def clear(assignment: Assignment, **how: Unpack[How]) -> None:
    """The team is free again; the last one clears the incident."""
    _run(assignment, Assignment.clear, **how)


def refuse(assignment: Assignment, **how: Unpack[How]) -> None:
    """The team can't go. Raises `ReasonNeeded` without a reason."""
    if not how.get("reason"):
        raise ReasonNeeded(_("Say why the team can't go."))
    _run(assignment, Assignment.refuse, **how)


def abort(assignment: Assignment, **how: Unpack[How]) -> None:
    """The team is called back before it arrived. Raises `ReasonNeeded` without a reason."""
    if not how.get("reason"):
        raise ReasonNeeded(_("Say why the team is called back."))
    _run(assignment, Assignment.abort, **how)


@rows.one_transaction()
def _run(assignment: Assignment, move: Move, **how: Unpack[How]) -> None:
    incident = _held(assignment)
    move(assignment, **how)
    assignment.incident = incident
    columns = ("status", "en_route_at", "on_scene_at", "ended_at")
    sent: Sent = list(incident.assignments.values_list(*columns, named=True))
    by, reason = how["by"], how.get("reason", "")
    _follow(incident, sent, by=by, at=assignment.status_since, reason=reason)
    _put_times_right(incident, sent, by=by, reason=reason)
    watch.follow(assignment)
    if not assignment.is_open:
        assistance.asker_left(assignment, by=how["by"])


def _held(assignment: Assignment) -> Incident:
    """The incident of an assignment, locked: first, as with every verb of dispatch."""
    if Assignment.incident.is_cached(assignment):
        assignment.incident.hold()
    else:
        assignment.incident = rows.held(Incident, assignment.incident_id)
    return assignment.incident


def _put_times_right(incident: Incident, sent: Sent, *, by: User | None, reason: str) -> None:
    """Deeds told late come out of order: of several teams the first to arrive and the last to leave count."""
    right: dict[str, datetime] = {}
    for name in ("en_route_at", "on_scene_at"):
        told = [moment for one in (incident, *sent) if (moment := getattr(one, name))]
        if getattr(incident, name):
            right[name] = min(told)
    if incident.status == Incident.Status.CLEARED and incident.cleared_at:
        right["cleared_at"] = max([incident.cleared_at, *(one.ended_at for one in sent if one.ended_at)])
    incident._change("incident.times_corrected", by=by, reason=reason, **right)


def _follow(incident: Incident, sent: Sent, *, by: User | None, at: datetime, reason: str) -> None:
    """Give the incident the status that its teams have, when that is another."""
    open_now = {one.status for one in sent if one.status in Assignment.OPEN}
    to = _status_of(incident, open_now)
    if to == incident.status:
        return
    how = How(by=by, at=max(at, incident.status_since), reason=reason)
    {
        Incident.Status.ON_SCENE: incident.arrive,
        Incident.Status.EN_ROUTE: incident.depart,
        Incident.Status.ASSIGNED: incident.assign,
        Incident.Status.CLEARED: incident.clear,
        Incident.Status.QUEUED: incident.put_back,
    }[to](**how)
    incident_watch.unassigned(incident)


def _status_of(incident: Incident, open_now: set[str]) -> Incident.Status:
    """Once a team has arrived the incident stays on scene until the last team is free."""
    arrived = incident.status == Incident.Status.ON_SCENE
    if Assignment.Status.ON_SCENE in open_now or (arrived and open_now):
        return Incident.Status.ON_SCENE
    if Assignment.Status.EN_ROUTE in open_now:
        return Incident.Status.EN_ROUTE
    if open_now:
        return Incident.Status.ASSIGNED
    return Incident.Status.CLEARED if arrived else Incident.Status.QUEUED


@rows.one_transaction()
def follow_priority(incident: Incident) -> None:
    """Have the clocks over the incident's teams run by its present priority."""
    incident.hold()
    for assignment in incident.assignments.open().select_related("team"):
        assignment.incident = incident
        watch.wind(assignment)
