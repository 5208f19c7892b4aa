"""The one table of commands: how each is typed, who may use it, what it does and how it is undone."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from carma.accounts.models import User
from carma.errors import InvalidInput, MoveNotAllowed, NotThere, ReasonNeeded
from carma.incidents.actions import add_note, reprioritise
from carma.incidents.actions.changes import HIGH
from carma.incidents.models import Incident
from interventions import actions
from interventions.actions import TeamNotAvailable
from interventions.command import reading, undo
from interventions.command.grammar import Grammar, Line, Takes, is_number, vocabulary
from interventions.command.meaning import Meaning
from interventions.models import Assignment, Deed

Read = Callable[[Line, User], Meaning]
Say = Callable[[Meaning], str]
Act = Callable[[Meaning, User, Mapping[str, int]], Any]


@dataclass(frozen=True)
class Command:
    """One command. `read` raises when the line can't be carried out, `say` tells what would happen.

    `act` gets the versions that the preview showed. A command without `act` leads somewhere; one
    without `undo` says so beforehand.
    """

    name: str
    letters: tuple[str, ...]
    words: Mapping[str, tuple[str, ...]]
    takes: Takes
    permission: str
    example: str
    does: str | Promise
    read: Read
    say: Say
    act: Act | None = None
    undo: undo.Undo | None = None

    @property
    def spellings(self) -> tuple[str, ...]:
        return (*self.letters, *(word for words in self.words.values() for word in words))


def _dispatch(line: Line, by: User) -> Meaning:
    team, incident = reading.team(line.team, by=by), reading.incident(line.incident, by=by)
    if team.status != team.Status.AVAILABLE:
        raise TeamNotAvailable(_("%(team)s is not in service. Choose another team.") % {"team": team})
    busy = team.assignments.open().select_related("incident").first()
    if busy is not None:
        told = {"team": team, "incident": busy.incident}
        raise TeamNotAvailable(_("%(team)s is on %(incident)s. Choose another team.") % told)
    if incident.status not in Incident.WITH_TEAM and not incident.can_move(Incident.Status.ASSIGNED):
        told = {"incident": incident, "status": incident.get_status_display()}
        raise MoveNotAllowed(_("%(incident)s is “%(status)s”: no team can be sent to it.") % told)
    return Meaning(team=team, incident=incident)


def _step(to: str) -> Read:
    def read(line: Line, by: User) -> Meaning:
        assignment = reading.assignment(line.team, by=by)
        if not assignment.can_move(to):
            told = {
                "team": assignment.team,
                "status": assignment.get_status_display(),
                "to": dict(Assignment.Status.choices)[to],
            }
            raise MoveNotAllowed(_("%(team)s is “%(status)s” and can't become “%(to)s”.") % told)
        return Meaning(assignment=assignment)

    return read


def _told_step(sentence: str | Promise) -> Say:
    return lambda meant: str(sentence) % _named(meant)


def _priority(line: Line, by: User) -> Meaning:
    incident, priority = reading.incident(line.incident, by=by), reading.priority(line.priority)
    _still_running(incident)
    if incident.priority_id == priority.code:
        told = {"incident": incident, "priority": priority.code}
        raise InvalidInput(_("%(incident)s has priority %(priority)s already.") % told, field="priority")
    was = incident.priority_id
    if was is not None and was <= HIGH and priority.code > was and not line.reason:
        told = {"was": was, "to": priority.code}
        raise ReasonNeeded(
            _("Say why priority %(was)s is lowered to %(to)s: type it behind the number.") % told
        )
    return Meaning(incident=incident, priority=priority, reason=line.reason[:200])


def _still_running(incident: Incident) -> None:
    if incident.status in (Incident.Status.CLOSED, Incident.Status.CANCELLED, Incident.Status.MERGED):
        raise MoveNotAllowed(_("%(incident)s is over. Reopen it to change it.") % {"incident": incident})


def _say_priority(meant: Meaning) -> str:
    told = {**_named(meant), "priority": f"{meant.priority.code} {meant.priority.label}"}  # type: ignore[union-attr]  # read() found it
    return _("%(incident)s (%(place)s) gets priority %(priority)s.") % told


def _jump(line: Line, by: User) -> Meaning:
    """A number leads to that incident; a call sign to what its team is on, else to the team."""
    if is_number(line.target):
        return _to_incident(reading.incident(line.target, by=by))
    team = reading.team(line.target, by=by)
    sent = Assignment.objects.visible_to(by).open().filter(team=team).select_related("incident").first()
    if sent is not None:
        return _to_incident(sent.incident)
    if not by.has_perm("interventions.operate_team"):
        raise NotThere(_("%(team)s is on no incident.") % {"team": team})
    return Meaning(text=str(team), address=reverse("interventions:team", args=[team.pk]))


def _to_incident(incident: Incident) -> Meaning:
    place = f" · {incident.place}" if incident.place else ""
    return Meaning(text=f"{incident}{place}", address=reverse("incidents:incident", args=[incident.pk]))


def _undo(line: Line, by: User) -> Meaning:
    deed = Deed.objects.visible_to(by).filter(undone_at=None).order_by("-at").first()
    if deed is None:
        raise NotThere(_("There is nothing of yours to undo."))
    return Meaning(deed=deed, text=deed.said)


def _named(meant: Meaning) -> dict[str, Any]:
    """What a sentence may name."""
    incident = meant.assignment.incident if meant.assignment else meant.incident
    return {
        "team": meant.assignment.team if meant.assignment else meant.team,
        "incident": incident,
        "place": (incident.place or _("no place yet")) if incident else "",
    }


def _run_step(act: Callable[..., None]) -> Act:
    return lambda meant, by, seen: act(
        meant.assignment,
        by=by,
        expect=seen[str(meant.assignment.pk)],  # type: ignore[union-attr]  # read() found it
    )


def _send(meant: Meaning, by: User, seen: Mapping[str, int]) -> Assignment:
    assert meant.team is not None
    assert meant.incident is not None
    return actions.assign(meant.team, meant.incident, by=by, expect=seen[str(meant.incident.pk)])


def _reprioritise(meant: Meaning, by: User, seen: Mapping[str, int]) -> None:
    assert meant.incident is not None
    assert meant.priority is not None
    expect = seen[str(meant.incident.pk)]
    reprioritise(meant.incident, meant.priority, by=by, reason=meant.reason, expect=expect)


def _note(meant: Meaning, by: User, seen: Mapping[str, int]) -> None:
    assert meant.incident is not None
    add_note(meant.incident, meant.text, by=by)


def _acknowledge(meant: Meaning, by: User, seen: Mapping[str, int]) -> None:
    assert meant.alert is not None
    meant.alert.acknowledge(by=by, channel="command", expect=seen[str(meant.alert.pk)])


def _take_back(meant: Meaning, by: User, seen: Mapping[str, int]) -> None:
    assert meant.deed is not None
    undo.undo(meant.deed, BY_NAME[meant.deed.command].undo, by=by)


OPERATE = "interventions.operate_assignment"
SEE = "incidents.view_incident"
STATUS = Assignment.Status

COMMANDS = (
    Command(
        "dispatch",
        ("D",),
        {"nl": ("stuur", "zend"), "fr": ("envoie", "envoyer"), "en": ("dispatch", "send")},
        Takes.TEAM_INCIDENT,
        "interventions.assign_team",
        "D 12 34",
        gettext_lazy("Send a team to an incident"),
        _dispatch,
        _told_step(gettext_lazy("%(team)s is sent to %(incident)s (%(place)s).")),
        _send,
        undo.call_back,
    ),
    Command(
        "depart",
        ("E", "O"),
        {"nl": ("onderweg", "vertrokken"), "fr": ("en route", "parti"), "en": ("departed",)},
        Takes.TEAM,
        OPERATE,
        "E 12",
        gettext_lazy("The team is en route"),
        _step(STATUS.EN_ROUTE),
        _told_step(gettext_lazy("%(team)s is en route to %(incident)s (%(place)s).")),
        _run_step(actions.depart),
        undo.tell_back,
    ),
    Command(
        "arrive",
        ("A",),
        {"nl": ("ter plaatse", "aangekomen"), "fr": ("sur place", "arrivé"), "en": ("on scene", "arrived")},
        Takes.TEAM,
        OPERATE,
        "A 12",
        gettext_lazy("The team is on scene"),
        _step(STATUS.ON_SCENE),
        _told_step(gettext_lazy("%(team)s is on scene at %(incident)s (%(place)s).")),
        _run_step(actions.arrive),
        undo.tell_back,
    ),
    Command(
        "clear",
        ("C", "V"),
        {"nl": ("vrij",), "fr": ("libre",), "en": ("clear", "free")},
        Takes.TEAM,
        OPERATE,
        "V 12",
        gettext_lazy("The team is free again"),
        _step(STATUS.CLEARED),
        _told_step(gettext_lazy("%(team)s is free again after %(incident)s (%(place)s).")),
        _run_step(actions.clear),
        undo.tell_back,
    ),
    Command(
        "note",
        ("N",),
        {"nl": ("nota", "noteer"), "fr": ("noter",), "en": ("note",)},
        Takes.INCIDENT_TEXT,
        "incidents.note_incident",
        "N 34 …",
        gettext_lazy("Write a note on an incident"),
        lambda line, by: Meaning(incident=reading.incident(line.incident, by=by), text=line.text),
        lambda meant: _("A note is written on %(incident)s (%(place)s).") % _named(meant),
        _note,
        undo.withdraw,
    ),
    Command(
        "priority",
        ("P",),
        {"nl": ("prioriteit", "prior"), "fr": ("priorité", "priorite"), "en": ("priority",)},
        Takes.INCIDENT_PRIORITY,
        "incidents.qualify_incident",
        "P 34 2",
        gettext_lazy("Give an incident another priority; the reason, where one is needed, behind it"),
        _priority,
        _say_priority,
        _reprioritise,
        undo.set_back,
    ),
    Command(
        "acknowledge",
        ("K", "ACK"),
        {"nl": ("kennis", "bevestig"), "fr": ("confirmer", "vu"), "en": ("acknowledge",)},
        Takes.INCIDENT,
        "alerts.acknowledge_alert",
        "K 34",
        gettext_lazy("Acknowledge the alert that sounds for an incident"),
        lambda line, by: Meaning(alert=reading.alert(line.incident, by=by)),
        lambda meant: _("You take this alert upon you: %(alert)s") % {"alert": meant.alert},
        _acknowledge,
    ),
    Command(
        "search",
        ("S", "Z"),
        {"nl": ("zoek",), "fr": ("cherche", "chercher"), "en": ("search", "find")},
        Takes.TEXT,
        SEE,
        "Z stationsstraat",
        gettext_lazy("Search incidents by words, place or phone number"),
        lambda line, by: Meaning(
            text=line.text, address=f"{reverse('desk:search')}?{urlencode({'q': line.text[:100]})}"
        ),
        lambda meant: _("Search incidents: %(words)s") % {"words": meant.text},
    ),
    Command(
        "undo",
        ("U",),
        {"nl": ("ongedaan", "herstel"), "fr": ("annuler", "défaire"), "en": ("undo",)},
        Takes.NOTHING,
        SEE,
        "U",
        gettext_lazy("Undo what you did last, within 30 seconds"),
        _undo,
        lambda meant: _("Undo: %(deed)s") % {"deed": meant.text},
        _take_back,
    ),
    Command(
        "help",
        ("?",),
        {"nl": ("hulp",), "fr": ("aide",), "en": ("help",)},
        Takes.NOTHING,
        SEE,
        "?",
        gettext_lazy("This list of commands"),
        lambda line, by: Meaning(address=reverse("interventions:command_help")),
        lambda meant: _("Open the list of commands"),
    ),
    Command(
        "jump",
        (),
        {},
        Takes.TARGET,
        SEE,
        "34",
        gettext_lazy("Go to an incident, or to what a team is on"),
        _jump,
        lambda meant: _("Go to %(target)s") % {"target": meant.text},
    ),
)
BY_NAME = {command.name: command for command in COMMANDS}
GRAMMAR = Grammar(
    vocabulary((command.name, command.spellings) for command in COMMANDS),
    {command.name: command.takes for command in COMMANDS},
)


def allowed_to(user: User) -> list[Command]:
    return [command for command in COMMANDS if user.has_perm(command.permission)]
