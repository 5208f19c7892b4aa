"""A team in danger: the call for help, what the team says after it, and its end."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Unpack
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from carma import clock, rows
from carma.accounts.models import User
from carma.alerts import actions as alerts
from carma.alerts.models import Alert
from carma.audit import trail
from carma.errors import MoveNotAllowed, ReasonNeeded
from carma.events import outbox
from carma.geo import addresses
from carma.incidents.models import Incident
from carma.lifecycle import How
from interventions.marks import Marks
from interventions.models import Panic, Team

KIND = "team.panic"
HIGHEST = 0
ALONE = gettext_noop("PANIC: %(team)s calls for help")
AT_WORK = gettext_noop("PANIC: %(team)s calls for help, on incident %(reference)s")


@rows.one_transaction()
def press(team: Team, *, by: User) -> Panic:
    """Call for help at once, from every dispatcher and the officer of duty.

    Never refused, whatever the team's status. Pressed twice it stays one panic, told again; pressed after
    somebody took the alert, it sounds anew.
    """
    at = clock.now()
    team.hold()  # pressed twice at once: one waits
    panic = team.panics.open().select_for_update().first()
    if panic is None:
        panic = _begin(team, by=by, at=at)
    else:
        panic.press_again(by=by, at=at)
    if not alerts.tell_again(panic, KIND, at=at):
        facts = _facts(panic)
        text = AT_WORK if "reference" in facts else ALONE
        alerts.raise_alert(KIND, panic, priority=HIGHEST, text=text, facts=facts, at=at)
    return panic


@rows.one_transaction()
def say_well(panic: Panic, *, by: User) -> None:
    """The team says that all is well. It silences nothing: somebody may be made to say so."""
    panic.hold()
    if panic.status != Panic.Status.RAISED:
        raise MoveNotAllowed(_("This alarm is over already."))
    panic.say_well(by=by, at=clock.now())


@rows.one_transaction()
def end(panic: Panic, **how: Unpack[How]) -> None:
    """Dispatch says that the team is out of danger.

    Raises `ReasonNeeded` without how it ended, and `MoveNotAllowed` while nobody acknowledged the alert.
    """
    if not how.get("reason"):
        raise ReasonNeeded(_("Say how it ended."))
    panic.hold()
    if Alert.objects.raised_on(panic, KIND).exists():
        raise MoveNotAllowed(_("Acknowledge the alert first: nobody has it yet."))
    panic.end(**how)


def taken_by(panic: Panic) -> str:
    """The name of who acknowledged its last alert, empty while it sounds."""
    return taken_by_each([panic])[panic.pk]


def taken_by_each(panics: Iterable[Panic]) -> Mapping[UUID, str]:
    """The same for several at once."""
    known = {str(panic.pk): panic.pk for panic in panics}
    told = Alert.objects.filter(kind=KIND, subject_type=Panic._meta.label_lower, subject_id__in=known)
    names = dict.fromkeys(known.values(), "")
    for alert in told.select_related("acknowledged_by").order_by("raised_at", "status_since"):
        names[known[alert.subject_id]] = alert.acknowledged_by.display_name if alert.acknowledged_by else ""
    return names


@dataclass(frozen=True)
class Danger:
    """A panic that is not over, and who has it (empty: nobody yet)."""

    panic: Panic
    taken_by: str

    @property
    def clock(self) -> Marks:
        return Marks(self.panic.raised_at)


def in_danger() -> dict[UUID, Danger]:
    """The teams that are, by their key."""
    panics = list(Panic.objects.open())
    names = taken_by_each(panics) if panics else {}
    return {panic.team_id: Danger(panic, names[panic.pk]) for panic in panics}


def of_team(team: Team) -> dict[str, Any]:
    """What its own page shows: the button, or what became of the call."""
    panic = team.panics.open().first()
    return {"team": team, "panic": panic, "taken_by": taken_by(panic) if panic else ""}


def where(panic: Panic, user: User) -> dict[str, Any]:
    """Where the team is, with its incident for those who may know of that."""
    known = Incident.objects.visible_to(user).filter(panics=panic)
    return {"panic": panic, "incident": known.defer("search").first()}


def _begin(team: Team, *, by: User, at: datetime) -> Panic:
    assignment = team.assignments.open().select_related("incident").first()
    panic = Panic(
        team=team,
        incident=assignment.incident if assignment else None,
        raised_at=at,
        raised_by=by,
        pressed_at=at,
        status_since=at,
        lat=team.lat,
        lon=team.lon,
        position_at=team.position_at,
        place=_near(team),
    )
    panic.save(force_insert=True)
    changes = {"team": [None, str(team)], "incident": [None, str(panic.incident) if panic.incident else None]}
    trail.record("panic.raised", panic, by=by, at=at, changes=changes)
    outbox.emit("panic.raised", panic, at=at)
    return panic


def _near(team: Team) -> str:
    """The address nearest to the team's last position, empty when none is near."""
    if team.lat is None or team.lon is None:
        return ""
    found = addresses.nearest(team.lat, team.lon)
    return found[0].label if found else ""


def _facts(panic: Panic) -> dict[str, Any]:
    facts: dict[str, Any] = {"team": str(panic.team), "team_id": str(panic.team_id)}
    if panic.incident is not None:
        facts |= {"reference": panic.incident.reference, "incident_id": str(panic.incident_id)}
    if panic.position_at is not None:
        facts |= {"lat": panic.lat, "lon": panic.lon, "position_at": panic.position_at.isoformat()}
    return facts
