"""Why a team is or is not the one to send, and what a response plan asks that nobody can give, in words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from carma.incidents.models import Incident
from interventions import plans
from interventions.candidates import Availability, Candidate, Reason
from interventions.plans import Need
from interventions.preemption import Kept


@dataclass(frozen=True)
class Shortfall:
    """What is asked and can't be had, or could not be known: a stable code, and a sentence."""

    code: str
    text: str


def explain(candidates: Sequence[Candidate], lacks: Need) -> None:
    """Give each candidate its reasons: what speaks for it, then what speaks against it."""
    first = next((one for one in candidates if one.can_be_sent), None)
    soonest = min(_arrivals(candidates), default=None)
    for one in candidates:
        one.reasons = [*_for(one, soonest), *_against(one, lacks), *_behind(one, first)]


def shortfalls(incident: Incident, lacks: Need, candidates: Sequence[Candidate]) -> Iterator[Shortfall]:
    """What of the plan can't be met now, and what keeps the ranking from being better."""
    sendable = [one for one in candidates if one.can_be_sent]
    if not sendable:
        yield Shortfall("nobody", _("No team can be sent."))
    elif len(sendable) < lacks.teams:
        asked = ngettext(
            "The plan asks for %(count)d more team", "The plan asks for %(count)d more teams", lacks.teams
        ) % {"count": lacks.teams}
        had = ngettext("%(count)d can be sent", "%(count)d can be sent", len(sendable)) % {
            "count": len(sendable)
        }
        yield Shortfall("too_few_teams", f"{asked}; {had}.")
    for skill in lacks.skills:
        if sendable and not any(skill in one.brings for one in sendable):
            told = _("No team that can be sent brings: %(skill)s.") % {"skill": plans.label_of(skill)}
            yield Shortfall("skill_missing", told)
    if incident.lat is None or incident.lon is None:
        yield Shortfall("place_unknown", _("The place is not on the map: nobody's travel time is known."))
    elif sendable and not any(one.is_fresh for one in sendable):
        told = _("No position is recent: ranked by where the teams were last seen.")
        yield Shortfall("positions_unknown", told)


def _for(one: Candidate, soonest: float | None) -> Iterator[Reason]:
    if one.can_be_sent and soonest is not None and one.arrival_s == soonest:
        yield Reason("soonest", _("there first"), speaks_for=True)
    for skill in one.brings:
        told = _("brings: %(skill)s") % {"skill": plans.label_of(skill)}
        yield Reason("brings_skill", told, speaks_for=True)
    if one.can_be_sent and one.in_own_sector:
        yield Reason("own_sector", _("own sector"), speaks_for=True)


def _against(one: Candidate, lacks: Need) -> Iterator[Reason]:
    if one.availability is not Availability.FREE:
        yield _unavailable(one)
    if not one.fits:
        labels = ", ".join(lacks.skill_labels)
        yield Reason("lacks_skill", _("lacks: %(skills)s") % {"skills": labels})
    if one.position is None:
        yield Reason("no_position", _("no position"))
    elif one.trip and not one.is_fresh:
        yield Reason("position_old", _("position too old to count"))


def _unavailable(one: Candidate) -> Reason:
    if one.availability is Availability.OUT_OF_SERVICE:
        return Reason("out_of_service", _("out of service"))
    if one.on is None:
        return Reason("on_incident_elsewhere", _("on an incident in another area"))
    told = {"incident": one.on.incident.reference, "priority": one.on.incident.priority_id}
    if one.kept is None:
        return Reason("called_back", _("has to be called back from %(incident)s, code %(priority)s") % told)
    words = {
        Kept.ON_SCENE: _("on scene of %(incident)s, code %(priority)s"),
        Kept.URGENT: _("goes to %(incident)s, code %(priority)s"),
        Kept.NOT_LOWER: _("goes to %(incident)s, code %(priority)s, which is no less urgent"),
    }
    return Reason(one.kept, words[one.kept] % told)


def _behind(one: Candidate, first: Candidate | None) -> Iterator[Reason]:
    """Why it comes after the first, when nothing said so far decided it."""
    if first is None or one is first or not one.can_be_sent or one.key[:4] != first.key[:4]:
        return
    told = {"team": first.team.call_sign}
    if one.minutes is not None and first.minutes is not None and one.key[4] > first.key[4]:
        later = max(1, one.minutes - first.minutes)
        words = ngettext("%(count)d min later than %(team)s", "%(count)d min later than %(team)s", later)
        yield Reason("later", words % {**told, "count": later})
    elif one.in_own_sector != first.in_own_sector:
        yield Reason("other_sector", _("as soon as %(team)s, but of another sector") % told)
    elif one.workload > first.workload:
        yield Reason("more_work", _("as soon as %(team)s, but had more work") % told)
    elif one.key[4] == first.key[4]:
        yield Reason("equal", _("as good as %(team)s, by call sign after it") % told)


def _arrivals(candidates: Sequence[Candidate]) -> Iterator[float]:
    """Of those that can be sent, as far as they are known."""
    for one in candidates:
        if one.can_be_sent and one.arrival_s is not None:
            yield one.arrival_s
