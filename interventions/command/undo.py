"""Making up for what was just done with the command bar: a further deed, never an erased one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from carma import clock, rows
from carma.accounts.models import User
from carma.actionfields.models import Priority
from carma.errors import DomainError
from carma.incidents.actions import add_note, reprioritise
from carma.incidents.models import Incident
from carma.lifecycle import Lifecycle
from interventions import actions, watch
from interventions.models import Assignment, Deed

WITHIN = timedelta(seconds=30)
_ASSIGNMENT = ("status", "status_since", "en_route_at", "on_scene_at", "heard_at", "ended_at")
_INCIDENT = ("status", "status_since", "en_route_at", "on_scene_at", "cleared_at")

Was = Mapping[str, Any]
Undo = Callable[[Deed, Was, User], None]


class TooLateToUndo(DomainError):
    code = "too_late_to_undo"


class ChangedSince(DomainError):
    code = "changed_since"


@rows.one_transaction()
def undo(deed: Deed, *, by: User) -> Deed:
    """Make up for a deed; a second time answers the same.

    Raises `TooLateToUndo` after 30 s or for what can't be undone, and `ChangedSince` when anything else
    happened to its records.
    """
    now = clock.now()
    if deed.incident is not None:
        deed.incident.hold()  # lock order everywhere: incident, team, assignment
    if deed.assignment is not None:
        deed.assignment.team.hold()
    held = Deed.objects.select_for_update(of=("self",)).get(pk=deed.pk)
    if held.undone_at is not None:
        return held
    if held.was is None or now - held.at > WITHIN:
        raise TooLateToUndo(_("This can no longer be undone. Tell how it is with a new command."))
    expect_untouched(held)
    HOW[held.command](held, held.was, by)
    held.undone_at = now
    held.save(update_fields=["undone_at"])
    _free_earlier(held)
    return held


def expect_untouched(deed: Deed) -> None:
    """Raise `ChangedSince` when anything else happened to the records of a deed."""
    if deed.after != versions(deed):
        told = {"incident": deed.incident}
        raise ChangedSince(
            _("%(incident)s or its team changed since. Tell how it is with a new command.") % told
        )


def _free_earlier(undone: Deed) -> None:
    """Nothing stands any more between one's deed just before this one and now: that can be undone as well."""
    mine = Deed.objects.visible_to(undone.by).filter(incident=undone.incident_id, undone_at=None)
    for earlier in mine.filter(after=undone.before):
        earlier.after = versions(earlier)
        earlier.save(update_fields=["after"])


def versions(deed: Deed) -> dict[str, int]:
    """The version of every record that a deed concerned: when one moves on, it can't be undone.

    With a team's step that is also what other teams do on the incident, and what the team goes to next.
    """
    if deed.incident is None or deed.command == "note":
        return {}
    about: dict[str, int] = _version(deed.incident)
    if deed.assignment is not None:
        team = deed.assignment.team
        sent = Assignment.objects.filter(Q(incident=deed.incident) | Q(team=team, status__in=Assignment.OPEN))
        about |= _version(team) | {str(pk): version for pk, version in sent.values_list("pk", "version")}
    return about


def standing(assignment: Assignment) -> dict[str, Any]:
    """How a team and its incident stand before a step, to be kept with the deed."""
    return {
        "assignment": _moments(assignment, _ASSIGNMENT),
        "incident": _moments(assignment.incident, _INCIDENT),
    }


def call_back(deed: Deed, was: Was, by: User) -> None:
    actions.abort(_assignment(deed), by=by, reason=_reason())


def tell_back(deed: Deed, was: Was, by: User) -> None:
    """Give team and incident the status they had before, with its moments and clocks."""
    assignment = _assignment(deed)
    incident = assignment.incident
    assignment.hold()
    assignment.take_back(_read(assignment, was["assignment"]), by=by, reason=_reason())
    if incident.status != was["incident"]["status"]:
        incident.take_back(_read(incident, was["incident"]), by=by, reason=_reason())
    watch.restart(assignment)


def set_back(deed: Deed, was: Was, by: User) -> None:
    priority = Priority.objects.get(code=was["priority"])
    reprioritise(_incident(deed), priority, by=by, reason=_reason())


def withdraw(deed: Deed, was: Was, by: User) -> None:
    """A note stands for ever; a further one says that it does not count."""
    at = f"{clock.local(deed.at):%H:%M:%S}"
    add_note(_incident(deed), _("The note of %(at)s is withdrawn: written in error.") % {"at": at}, by=by)


HOW: dict[str, Undo] = {
    "dispatch": call_back,
    "depart": tell_back,
    "arrive": tell_back,
    "clear": tell_back,
    "note": withdraw,
    "priority": set_back,
}


def _reason() -> str:
    return _("Undone: told in error with the command bar")


def _assignment(deed: Deed) -> Assignment:
    return Assignment.objects.select_related("team", "incident__priority").get(pk=deed.assignment_id)  # type: ignore[misc]  # a step has one


def _incident(deed: Deed) -> Incident:
    return Incident.objects.select_related("priority").get(pk=deed.incident_id)  # type: ignore[misc]  # it has one


def _version(record: Lifecycle) -> dict[str, int]:
    known = type(record)._base_manager.filter(pk=record.pk)
    return {str(record.pk): known.values_list("version", flat=True).get()}


def _moments(record: Lifecycle, names: tuple[str, ...]) -> dict[str, Any]:
    return {name: record._meta.get_field(name).value_to_string(record) or None for name in names}  # type: ignore[union-attr]  # fields


def _read(record: Lifecycle, was: Was) -> dict[str, Any]:
    return {name: record._meta.get_field(name).to_python(value) for name, value in was.items()}  # type: ignore[union-attr]  # fields
