"""Taking back what was just done with the command bar: a further deed that makes up for the first."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from carma import clock
from carma.accounts.models import User
from carma.actionfields.models import Priority
from carma.errors import DomainError
from carma.incidents.actions import add_note, reprioritise
from carma.incidents.models import Incident
from carma.lifecycle import Lifecycle
from interventions import actions, watch
from interventions.models import Assignment, Deed, Team

WITHIN = timedelta(seconds=30)
ASSIGNMENT = ("status", "status_since", "en_route_at", "on_scene_at", "heard_at", "ended_at")
INCIDENT = ("status", "status_since", "en_route_at", "on_scene_at", "cleared_at")

Undo = Callable[[Deed, User], None]


class TooLateToUndo(DomainError):
    code = "too_late_to_undo"


class ChangedSince(DomainError):
    code = "changed_since"


@transaction.atomic
def undo(deed: Deed, how: Undo | None, *, by: User) -> Deed:
    """Make up for a deed; a second time answers the same.

    Raises `TooLateToUndo` after 30 s or for what can't be undone, and `ChangedSince` when something else
    happened to its records.
    """
    if deed.incident is not None:
        deed.incident.hold()  # lock order everywhere: incident, team, assignment
    if deed.assignment is not None:
        deed.assignment.team.hold()
    deed.refresh_from_db(
        from_queryset=Deed.objects.select_for_update(of=("self",)).select_related("assignment__team")
    )
    if deed.undone_at is not None:
        return deed
    now = clock.now()
    if how is None or now - deed.at > WITHIN:
        raise TooLateToUndo(_("This can no longer be undone. Tell the right state with a new command."))
    if deed.after != versions(deed):
        raise ChangedSince(
            _("%(incident)s or its team changed since. Tell the right state with a new command.")
            % {"incident": deed.incident}
        )
    how(deed, by)
    deed.undone_at = now
    deed.save(update_fields=["undone_at"])
    return deed


def versions(deed: Deed) -> dict[str, int]:
    """The version of every record that a deed concerned: when one moves on, it can't be undone."""
    if deed.assignment is None:
        return _version(Incident, deed.incident_id) if deed.command == "priority" else {}
    together = {
        str(pk): version
        for pk, version in Assignment.objects.filter(incident=deed.incident_id).values_list("pk", "version")
    }
    team = _version(Team, deed.assignment.team_id)
    elsewhere = (
        Assignment.objects.open().filter(team=deed.assignment.team_id).exclude(incident=deed.incident_id)
    )
    on = {str(pk): 0 for pk in elsewhere.values_list("pk", flat=True)}
    return {**_version(Incident, deed.incident_id), **together, **team, **on}


def kept(record: Lifecycle, names: tuple[str, ...]) -> dict[str, Any]:
    """What a record says now, as a deed keeps it."""
    return {name: record._meta.get_field(name).value_to_string(record) or None for name in names}


def call_back(deed: Deed, by: User) -> None:
    assert deed.assignment is not None
    actions.abort(deed.assignment, by=by, reason=_reason())


def tell_back(deed: Deed, by: User) -> None:
    """Give team and incident the status they had before, with its moments and clocks."""
    assert deed.assignment is not None
    assert deed.incident is not None
    assignment, incident = deed.assignment, deed.incident
    assignment.hold()
    assignment.incident = incident
    assignment.take_back(_moments(assignment, deed.was["assignment"]), by=by, reason=_reason())
    if incident.status != deed.was["incident"]["status"]:
        incident.take_back(_moments(incident, deed.was["incident"]), by=by, reason=_reason())
    watch.restart(assignment)


def set_back(deed: Deed, by: User) -> None:
    assert deed.incident is not None
    priority = Priority.objects.get(code=deed.was["priority"])
    reprioritise(deed.incident, priority, by=by, reason=_reason())


def withdraw(deed: Deed, by: User) -> None:
    """A note stands for ever; a further one says that it does not count."""
    assert deed.incident is not None
    at = f"{clock.local(deed.at):%H:%M:%S}"
    add_note(deed.incident, _("The note of %(at)s is withdrawn: written in error.") % {"at": at}, by=by)


def _reason() -> str:
    return _("Undone: told in error with the command bar")


def _version(model: type[Lifecycle], pk: Any) -> dict[str, int]:
    return {str(pk): model._base_manager.values_list("version", flat=True).get(pk=pk)}


def _moments(record: Lifecycle, was: Mapping[str, Any]) -> dict[str, Any]:
    return {name: record._meta.get_field(name).to_python(value) for name, value in was.items()}
