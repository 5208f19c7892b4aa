"""What can be told about a team under way: the words and keys of each verb, and which come next."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from interventions import actions
from interventions.models import Assignment, Team

Status = Assignment.Status


@dataclass(frozen=True)
class Verb:
    """`label` is the state told, as the room hears it over the radio; `key` is the board's letter for it.

    `own_label` is how the team itself says it, where that differs.
    """

    name: str
    label: Any
    key: str
    icon: str
    act: Callable[..., None]
    own_label: Any = ""


ON_ASSIGNMENT = {
    verb.name: verb
    for verb in (
        Verb("accept", _("Accepted"), "y", "hand-thumbs-up", actions.accept),
        Verb("depart", _("En route"), "e", "car-front", actions.depart),
        Verb("arrive", _("On scene"), "s", "geo-alt-fill", actions.arrive),
        Verb("hear", _("Heard"), "h", "chat-dots", actions.hear, own_label=_("All is well")),
        Verb("clear", _("Free"), "c", "flag", actions.clear),
        Verb("refuse", _("Can't go"), "", "slash-circle", actions.refuse),
        Verb("abort", _("Called back"), "", "arrow-counterclockwise", actions.abort),
    )
}
ON_TEAM = {
    verb.name: verb
    for verb in (
        Verb("come-back", _("In service"), "", "check-circle-fill", Team.come_back),
        Verb("go-out-of-service", _("Out of service"), "", "wrench", Team.go_out_of_service),
        Verb("go-off-duty", _("End of shift"), "", "moon", Team.go_off_duty),
    )
}

# What comes next, the likeliest first; the rest can be told as well, on the form.
NEXT: dict[str, tuple[str, ...]] = {
    Status.ASSIGNED: ("depart", "accept"),
    Status.ACCEPTED: ("depart", "arrive"),
    Status.EN_ROUTE: ("arrive",),
    Status.ON_SCENE: ("clear", "hear"),
}
_LEADS_TO = {
    "accept": Status.ACCEPTED,
    "depart": Status.EN_ROUTE,
    "arrive": Status.ON_SCENE,
    "clear": Status.CLEARED,
    "refuse": Status.REFUSED,
    "abort": Status.ABORTED,
}
_TEAM_LEADS_TO = {
    "come-back": Team.Status.AVAILABLE,
    "go-out-of-service": Team.Status.OUT_OF_SERVICE,
    "go-off-duty": Team.Status.OFF_DUTY,
}


def next_for(assignment: Assignment) -> list[Verb]:
    return [ON_ASSIGNMENT[name] for name in NEXT.get(assignment.status, ())]


def possible_for(assignment: Assignment) -> list[Verb]:
    """Every verb its status allows, in the order of a shift's course."""
    allowed = {name for name, to in _LEADS_TO.items() if assignment.can_move(to)}
    if assignment.status == Status.ON_SCENE:
        allowed.add("hear")
    return [verb for name, verb in ON_ASSIGNMENT.items() if name in allowed]


def possible_for_team(team: Team) -> list[Verb]:
    return [verb for name, verb in ON_TEAM.items() if team.can_move(_TEAM_LEADS_TO[name])]
