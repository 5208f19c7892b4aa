"""What each command would do, worked out in full and told in words before anything is done."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from carma import clock
from carma.accounts.models import User
from carma.errors import InvalidInput, MoveNotAllowed, NotThere, ReasonNeeded
from carma.incidents.actions import add_note, reprioritise
from carma.incidents.actions.changes import HIGH
from carma.incidents.models import Incident
from carma.lifecycle import Lifecycle
from interventions import actions
from interventions.actions import TeamNotAvailable
from interventions.command import reading, undo
from interventions.command.grammar import NUMBER, Line
from interventions.models import Assignment, Assistance, Deed, Team

Status = Assignment.Status


@dataclass(frozen=True)
class Plan:
    """What a line would do: `says` tells it, `do` does it; without `do` it leads to `address` or is a search.

    `records` are those that must still stand as they were shown, in the order of locking. `was` is kept to
    undo the deed; None says that it can't be undone. `besides` tells what else comes of it, `words` quotes.
    """

    says: str
    do: Callable[[], Any] | None = None
    incident: Incident | None = None
    assignment: Assignment | None = None
    records: tuple[Lifecycle, ...] = ()
    was: dict[str, Any] | None = None
    besides: str = ""
    words: str = ""
    address: str = ""

    @property
    def seen(self) -> str:
        """The records with their versions, as the preview hands them to the run."""
        return " ".join(f"{one._meta.model_name}:{one.pk}:{one.version}" for one in self.records)

    @property
    def is_deed(self) -> bool:
        """For templates, which would call `do` where they only name it."""
        return self.do is not None

    @property
    def can_be_undone(self) -> bool:
        return self.was is not None


def dispatch(line: Line, by: User) -> Plan:
    team, incident = reading.team(line.team, by=by), reading.incident(line.incident, by=by)
    _expect_free(team)
    if incident.status not in Incident.WITH_TEAM and not incident.can_move(Incident.Status.ASSIGNED):
        told = {"incident": incident, "status": incident.get_status_display()}
        raise MoveNotAllowed(_("%(incident)s is “%(status)s”: no team can be sent to it.") % told)
    answers = Assistance.objects.open().filter(assignment__incident=incident).exists()
    return Plan(
        says=_("%(team)s goes to %(incident)s.") % {"team": team, "incident": incident},
        do=partial(actions.assign, team, incident, by=by, expect=incident.version),
        incident=incident,
        records=(incident, team),
        was={} if incident.is_open and not answers else None,
        besides=_("This answers who asked for another team there.") if answers else "",
    )


def depart(line: Line, by: User) -> Plan:
    return _step(line, by, actions.depart, Status.EN_ROUTE, _("%(team)s is en route to %(incident)s."))


def arrive(line: Line, by: User) -> Plan:
    return _step(line, by, actions.arrive, Status.ON_SCENE, _("%(team)s is on scene at %(incident)s."))


def clear(line: Line, by: User) -> Plan:
    return _step(line, by, actions.clear, Status.CLEARED, _("%(team)s is free again after %(incident)s."))


def note(line: Line, by: User) -> Plan:
    """A note is written whatever happened meanwhile: it takes nothing away from anybody."""
    incident = reading.incident(line.incident, by=by)
    return Plan(
        says=_("A note is written on %(incident)s.") % {"incident": incident},
        do=partial(add_note, incident, line.text, by=by),
        incident=incident,
        was={},
        words=line.text,
    )


def priority(line: Line, by: User) -> Plan:
    incident, to = reading.incident(line.incident, by=by), reading.priority(line.priority)
    was = incident.priority_id
    if incident.status in (Incident.Status.CLOSED, Incident.Status.CANCELLED, Incident.Status.MERGED):
        raise MoveNotAllowed(_("%(incident)s is over. Reopen it to change it.") % {"incident": incident})
    if was == to.code:
        told = {"incident": incident, "priority": to.code}
        raise InvalidInput(_("%(incident)s has priority %(priority)s already.") % told, field="priority")
    if was is not None and was <= HIGH < to.code and not line.reason:
        raise ReasonNeeded(_("Say why priority %(was)s is lowered to %(to)s.") % {"was": was, "to": to.code})
    told = {"incident": incident, "priority": f"{to.code} {to.label}"}
    return Plan(
        says=_("%(incident)s gets priority %(priority)s.") % told,
        do=partial(reprioritise, incident, to, by=by, reason=line.reason[:200], expect=incident.version),
        incident=incident,
        records=(incident,),
        was=None if was is None else {"priority": was},
        words=line.reason[:200],
    )


def acknowledge(line: Line, by: User) -> Plan:
    alert = reading.alert(line.alert, by=by)
    return Plan(
        says=_("You take this alert upon you: %(alert)s") % {"alert": alert},
        do=partial(alert.acknowledge, by=by, channel="command", expect=alert.version),
        records=(alert,),
    )


def search(line: Line, by: User) -> Plan:
    return Plan(says=_("Search incidents."), words=line.text)


def jump(line: Line, by: User) -> Plan:
    """A number leads to that incident; a call sign to what its team is on, else to the team."""
    if NUMBER.fullmatch(line.target):
        return _to(reading.incident(line.target, by=by))
    team = reading.team(line.target, by=by)
    sent = reading.on_now(team, by=by)
    if sent is not None:
        return _to(sent.incident)
    if not by.has_perm("interventions.operate_team"):
        raise NotThere(_("%(team)s is on no incident.") % {"team": team})
    says = _("Go to %(target)s.") % {"target": team}
    return Plan(says=says, address=reverse("interventions:team", args=[team.pk]))


def take_back(line: Line, by: User) -> Plan:
    """Make up for one's last deed that still can be."""
    since = clock.now() - undo.WITHIN
    mine = Deed.objects.visible_to(by).filter(at__gte=since, undone_at=None, was__isnull=False)
    deed = mine.select_related("incident__type", "incident__priority", "assignment__team").first()
    if deed is None:
        raise NotThere(_("You did nothing in the last 30 seconds that can be undone."))
    undo.expect_untouched(deed)
    concerned = (deed.incident, deed.assignment)
    return Plan(
        says=_("Undo: %(deed)s") % {"deed": deed.said},
        do=partial(undo.undo, deed, by=by),
        incident=deed.incident,
        records=tuple(record for record in concerned if record is not None),
    )


def show_help(line: Line, by: User) -> Plan:
    return Plan(says=_("Open the list of commands."), address=reverse("interventions:command_help"))


def _step(line: Line, by: User, act: Callable[..., None], to: str, says: str) -> Plan:
    assignment = reading.assignment(line.team, by=by)
    if not assignment.can_move(to):
        told = {
            "record": assignment.team,
            "status": assignment.get_status_display(),
            "to": dict(Status.choices)[to],
        }
        raise MoveNotAllowed(_("%(record)s is “%(status)s” and can't become “%(to)s”.") % told)
    incident = assignment.incident
    ends_question = to == Status.CLEARED and assignment.assistance.open().exists()
    return Plan(
        says=says % {"team": assignment.team, "incident": incident},
        do=partial(act, assignment, by=by, expect=assignment.version),
        incident=incident,
        assignment=assignment,
        records=(incident, assignment),
        was=None if ends_question else undo.standing(assignment),
        besides=_("Its question for another team ends with it.") if ends_question else "",
    )


def _expect_free(team: Team) -> None:
    if team.status != Team.Status.AVAILABLE:
        raise TeamNotAvailable(_("%(team)s is not in service. Choose another team.") % {"team": team})
    busy = team.assignments.open().select_related("incident").first()
    if busy is not None:
        told = {"team": team, "incident": busy.incident}
        raise TeamNotAvailable(_("%(team)s is on %(incident)s. Choose another team.") % told)


def _to(incident: Incident) -> Plan:
    says = _("Go to %(target)s.") % {"target": incident}
    return Plan(says=says, incident=incident, address=reverse("incidents:incident", args=[incident.pk]))
