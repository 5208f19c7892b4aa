"""The one table of commands: how each is typed, who may give it and what it does."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from carma.accounts.models import User
from interventions.command import plans
from interventions.command.grammar import Grammar, Line, Takes, vocabulary
from interventions.command.plans import Plan


@dataclass(frozen=True)
class Command:
    """`letters` are what a practised hand types; `words` stand for them in Dutch, French and English.

    `plan` raises when the line can't be carried out.
    """

    name: str
    letters: tuple[str, ...]
    words: tuple[str, ...]
    takes: Takes
    permission: str
    example: str
    does: Any
    plan: Callable[[Line, User], Plan]
    can_be_undone: bool = False


SEE = "incidents.view_incident"
OPERATE = "interventions.operate_assignment"

COMMANDS = (
    Command(
        "dispatch",
        ("D",),
        ("stuur", "zend", "envoyer", "dispatch", "send"),
        Takes.TEAM_INCIDENT,
        "interventions.assign_team",
        "D 12 34",
        _("Send a team to an incident"),
        plans.dispatch,
        can_be_undone=True,
    ),
    Command(
        "depart",
        ("E", "O"),
        ("onderweg", "vertrokken", "en route", "parti", "departed"),
        Takes.TEAM,
        OPERATE,
        "E 12",
        _("The team is en route"),
        plans.depart,
        can_be_undone=True,
    ),
    Command(
        "arrive",
        ("S", "TP", "SP"),
        ("ter plaatse", "aangekomen", "sur place", "arrivé", "on scene", "arrived"),
        Takes.TEAM,
        OPERATE,
        "S 12",
        _("The team is on scene"),
        plans.arrive,
        can_be_undone=True,
    ),
    Command(
        "clear",
        ("C", "V"),
        ("vrij", "libre", "clear", "free"),
        Takes.TEAM,
        OPERATE,
        "V 12",
        _("The team is free again"),
        plans.clear,
        can_be_undone=True,
    ),
    Command(
        "note",
        ("N",),
        ("nota", "noteer", "noter", "note"),
        Takes.INCIDENT_TEXT,
        "incidents.note_incident",
        "N 34 …",
        _("Write a note on an incident"),
        plans.note,
        can_be_undone=True,
    ),
    Command(
        "priority",
        ("P",),
        ("prioriteit", "priorité", "priority"),
        Takes.INCIDENT_PRIORITY,
        "incidents.qualify_incident",
        "P 34 2",
        _("Give an incident another priority"),
        plans.priority,
        can_be_undone=True,
    ),
    Command(
        "acknowledge",
        ("K", "ACK"),
        ("bevestig", "kennisname", "confirmer", "acknowledge"),
        Takes.ALERT,
        "alerts.acknowledge_alert",
        "K 34",
        _("Acknowledge an alert"),
        plans.acknowledge,
    ),
    Command(
        "search",
        ("Z", "/"),
        ("zoek", "zoeken", "chercher", "search", "find"),
        Takes.TEXT,
        SEE,
        "Z muziek",
        _("Search incidents"),
        plans.search,
    ),
    Command(
        "jump",
        (),
        (),
        Takes.TARGET,
        SEE,
        "34",
        _("Go to an incident, or to what a team is on"),
        plans.jump,
    ),
    Command(
        "undo",
        ("U",),
        ("ongedaan", "annuler", "undo"),
        Takes.NOTHING,
        SEE,
        "U",
        _("Undo what you did last"),
        plans.take_back,
    ),
    Command(
        "help",
        ("?",),
        ("hulp", "aide", "help"),
        Takes.NOTHING,
        SEE,
        "?",
        _("This list of commands"),
        plans.show_help,
    ),
)
BY_NAME = {command.name: command for command in COMMANDS}
GRAMMAR = Grammar(
    vocabulary((command.name, (*command.letters, *command.words)) for command in COMMANDS),
    {command.name: command.takes for command in COMMANDS},
)


def allowed_to(user: User) -> list[Command]:
    return [command for command in COMMANDS if user.has_perm(command.permission)]
