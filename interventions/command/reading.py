"""Which team, incident, priority or alert a word of the command bar means; two that fit are refused."""

from __future__ import annotations

import re
from collections.abc import Callable

from django.db.models import Q
from django.utils.translation import gettext as _

from carma import clock
from carma.accounts.models import User
from carma.actionfields.models import Priority
from carma.alerts.models import Alert
from carma.errors import DomainError, InvalidInput, NotThere
from carma.incidents.models import Incident
from interventions.command.grammar import NUMBER
from interventions.models import Assignment, Team

NAMED = 5  # candidates named in a refusal

Fits = Callable[[str, str], bool]


class Ambiguous(DomainError):
    """What was typed fits more than one; `candidates` names them."""

    code = "ambiguous"


def team(word: str, *, by: User) -> Team:
    """The team on shift with this call sign, else this number, else this part of its call sign.

    "12" is GK12 although there is a GK112. Raises `Ambiguous` when two fit equally well.
    """
    known = list(Team.objects.visible_to(by).on_shift().order_by("call_sign"))
    for fits in (_is_call_sign, _is_number, _is_part):
        found = [one for one in known if fits(_plain(word), _plain(one.call_sign))]
        if len(found) == 1:
            return found[0]
        if found:
            signs = [one.call_sign for one in found]
            told = {"word": word, "names": ", ".join(signs[:NAMED])}
            raise Ambiguous(
                _("“%(word)s” fits %(names)s. Type more of the call sign.") % told, candidates=signs
            )
    raise NotThere(_("No team on shift is called “%(word)s”.") % {"word": word})


def incident(word: str, *, by: User) -> Incident:
    """The incident with this number of this year or this full reference, or the one that this team is on."""
    number = NUMBER.fullmatch(word)
    if number is None:
        return assignment(word, by=by).incident
    year = number[1] or clock.local(clock.now()).year
    reference = f"{year}-{int(number[2]):06}"
    rows = Incident.objects.visible_to(by).select_related("type", "priority").defer("search")
    found = rows.filter(reference=reference).first()
    if found is None:
        raise NotThere(_("No incident %(reference)s among your work.") % {"reference": reference})
    return found


def assignment(word: str, *, by: User) -> Assignment:
    """The assignment that the team is on."""
    of = team(word, by=by)
    found = on_now(of, by=by)
    if found is None:
        raise NotThere(_("%(team)s is on no incident.") % {"team": of})
    return found


def on_now(of: Team, *, by: User) -> Assignment | None:
    rows = Assignment.objects.visible_to(by).open().filter(team=of)
    known = rows.select_related("team", "incident__type", "incident__priority")
    return known.defer("incident__search").first()


def priority(word: str) -> Priority:
    found = Priority.objects.filter(code=int(word)).first() if re.fullmatch("[0-9]", word) else None
    if found is None:
        raise InvalidInput(
            _("“%(word)s” is not a priority. Type 0, 1, 2, 3 or 4.") % {"word": word}, field="priority"
        )
    return found


def alert(word: str, *, by: User) -> Alert:
    """The one alert that sounds for an incident or a team; without a word, the one that sounds at all."""
    sounding = Alert.objects.visible_to(by).sounding()
    found = list(sounding.filter(_about(word, by=by)) if word else sounding)
    if not found:
        raise NotThere(_("No such alert sounds now."))
    if len(found) > 1:
        told = {"number": len(found), "alerts": "; ".join(one.message for one in found[:NAMED])}
        raise Ambiguous(
            _("%(number)s alerts sound: %(alerts)s. Name the incident or team, or acknowledge each.") % told,
            candidates=[one.message for one in found],
        )
    return found[0]


def _about(word: str, *, by: User) -> Q:
    """An alert names its incident and its team by the references it was raised with."""
    if NUMBER.fullmatch(word):
        return Q(facts__reference=incident(word, by=by).reference)
    return Q(facts__team=team(word, by=by).call_sign)


def _plain(text: str) -> str:
    return re.sub("[^0-9a-z]", "", text.lower())


def _is_call_sign(word: str, call_sign: str) -> bool:
    return word == call_sign


def _is_number(word: str, call_sign: str) -> bool:
    return word.isdigit() and word in re.findall("[0-9]+", call_sign)


def _is_part(word: str, call_sign: str) -> bool:
    return word != "" and word in call_sign
