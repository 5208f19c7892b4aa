"""Why a team is or is not the one to send, and what a response plan asks that nobody can give, in words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from carma import clock
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
    soonest = min((one.minutes for one in candidates if one.can_be_sent and one.minutes), default=None)
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
    elif sendable and all(one.key.is_unseen for one in sendable):
        told = _("No team reported its position lately: all are counted from their base.")
        yield Shortfall("positions_unknown", told)


def _for(one: Candidate, soonest: int | None) -> Iterator[Reason]:
    if one.can_be_sent and soonest is not None and one.minutes == soonest:
        yield Reason("soonest", _("there first"), speaks_for=True)
    for skill in one.brings:
        told = _("brings: %(skill)s") % {"skill": plans.label_of(skill)}
        yield Reason("brings_skill", told, speaks_for=True)
    if one.can_be_sent and not one.key.is_elsewhere:
        yield Reason("own_sector", _("own sector"), speaks_for=True)


def _against(one: Candidate, lacks: Need) -> Iterator[Reason]:
    if one.availability is not Availability.FREE:
        yield _unavailable(one)
    if one.key.lacks_skill:
        labels = ", ".join(lacks.skill_labels)
        yield Reason("lacks_skill", _("lacks: %(skills)s") % {"skills": labels})
    if one.key.is_unseen:
        yield _not_seen(one)


def _unavailable(one: Candidate) -> Reason:
    if one.availability is Availability.OUT_OF_SERVICE:
        return Reason("out_of_service", _("out of service"))
    if one.on is None:
        return Reason("on_incident_elsewhere", _("on an incident in another area"))
    told = {"incident": one.on.incident.reference, "priority": one.on.incident.priority_id}
    if one.kept is None:
        return Reason("called_back", _("has to be called back from %(incident)s, code %(priority)s") % told)
    if told["priority"] is None:
        return Reason(one.kept, _("is on %(incident)s, not judged yet") % told)
    words = {
        Kept.ON_SCENE: _("on scene of %(incident)s, code %(priority)s"),
        Kept.URGENT: _("goes to %(incident)s, code %(priority)s"),
        Kept.NOT_LOWER: _("goes to %(incident)s, code %(priority)s, which is no less urgent"),
    }
    return Reason(one.kept, words[one.kept] % told)


def _not_seen(one: Candidate) -> Reason:
    """Nobody reported where it is, or not lately: from where its time is counted instead."""
    told = {"base": one.team.base}
    at = one.team.position_at
    if at is None or one.position is None:
        if one.start is None:
            return Reason("no_position", _("no position, and its base %(base)s is not on the map") % told)
        return Reason("no_position", _("no position: counted from its base, %(base)s") % told)
    told["minutes"] = str(int((clock.now() - at).total_seconds() // 60))
    if one.start is None:
        return Reason("position_old", _("last seen %(minutes)s min ago, too long to count") % told)
    return Reason("position_old", _("last seen %(minutes)s min ago: counted from its base, %(base)s") % told)


def _behind(one: Candidate, first: Candidate | None) -> Iterator[Reason]:
    """Why it comes after the first: the first thing weighed in which the two differ, unless told above."""
    if first is None or one is first or not one.can_be_sent:
        return
    pairs = zip(one.key._fields, one.key, first.key, strict=True)
    decided = next((name for name, mine, other in pairs if mine != other), "")
    told = {"team": first.team.call_sign}
    if decided == "minute":
        yield from _later(one, first)
    elif decided == "is_elsewhere":
        yield Reason("other_sector", _("as soon as %(team)s, but of another sector") % told)
    elif decided == "workload":
        yield Reason("more_work", _("as soon as %(team)s, but had more work") % told)
    elif decided in ("is_unseen", "call_sign"):
        told_why = {
            "is_unseen": ("less_sure", _("as soon as %(team)s, but less sure where it is")),
            "call_sign": ("equal", _("as good as %(team)s, by call sign after it")),
        }
        code, words = told_why[decided]
        yield Reason(code, words % told)


def _later(one: Candidate, first: Candidate) -> Iterator[Reason]:
    if one.minutes is None or first.minutes is None:
        return
    later = one.minutes - first.minutes
    told = {"team": first.team.call_sign, "count": abs(later)}
    if later > 0:
        words = ngettext("%(count)d min later than %(team)s", "%(count)d min later than %(team)s", later)
        yield Reason("later", words % told)
    elif later == 0:
        yield Reason("gains_too_little", _("no sooner than %(team)s") % told)
    else:
        words = ngettext(
            "only %(count)d min sooner than %(team)s", "only %(count)d min sooner than %(team)s", -later
        )
        yield Reason("gains_too_little", words % told)
