"""Teams through their shift: started, changed, taken over; and the templates by which they are planned."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

from django.contrib.auth.models import Permission
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from carma import clock, rows
from carma.accounts.models import User
from carma.audit import trail
from carma.errors import DomainError, InvalidInput, MomentOutOfOrder, MoveNotAllowed, ReasonNeeded, Stale
from carma.events import outbox
from carma.geo import places
from carma.lifecycle import plain
from interventions import plans
from interventions.models import Assignment, CrewPlace, ShiftTemplate, Team

LONGEST_CREW = 400
MOST_CALL_SIGNS = 40
LONGEST_SHIFT = timedelta(days=2)


class CallSignInUse(DomainError):
    code = "call_sign_in_use"


class MemberInOtherTeam(DomainError):
    code = "member_in_other_team"


class TeamOnIncident(DomainError):
    code = "team_on_incident"


@dataclass(frozen=True)
class Template:
    """A shift template as told; its fields are those of `ShiftTemplate`."""

    name: str
    base: str
    sector: str
    starts: time
    ends: time
    days: tuple[int, ...]
    call_signs: tuple[str, ...]
    least: int


def eligible() -> QuerySet[User]:
    """Who may be in a team: members whose role follows an assignment."""
    crew = Permission.objects.filter(content_type__app_label="interventions", codename="operate_assignment")
    return User.objects.filter(is_active=True, groups__permissions__in=crew).distinct()


@rows.one_transaction()
def start(
    *,
    call_sign: str,
    base: str,
    by: User,
    sector: str = "",
    vehicle: str = "",
    equipment: str = "",
    skills: Collection[str] = (),
    members: Collection[User] = (),
    guests: str = "",
    until_at: datetime | None = None,
    at: datetime | None = None,
    reason: str = "",
) -> Team:
    """Put a new team on shift, from `at` (default: now) until about `until_at`, both UTC.

    Raises `CallSignInUse`, `MemberInOtherTeam`, and `InvalidInput` for a sector or skill there is not, or a
    shift that would be over already.
    """
    team = Team(
        call_sign=call_sign,
        base=base,
        sector=sector,
        vehicle=vehicle,
        equipment=equipment,
        skills=sorted(set(skills)),
        guests=guests,
        until_at=until_at,
    )
    return _begin(team, members, by=by, at=_began(at, reason), reason=reason)


@rows.one_transaction()
def change(
    team: Team,
    *,
    by: User,
    expect: int | None = None,
    reason: str = "",
    members: Collection[User] | None = None,
    **changes: Any,
) -> None:
    """Change `sector`, `vehicle`, `equipment`, `skills`, `guests`, `until_at` or the `members` in the shift.

    What is not named stays. Raises `Stale`, `MoveNotAllowed` after the shift, `MemberInOtherTeam`.
    """
    team.hold()
    team.expect_version(expect)
    if team.status == Team.Status.OFF_DUTY:
        raise MoveNotAllowed(_("The shift of %(team)s is over.") % {"team": team})
    now = clock.now()
    if changes.get("sector", team.sector) != team.sector:
        _check_sector(changes["sector"])
    if changes.get("until_at", team.until_at) != team.until_at:
        _check_end(changes["until_at"], now)
    if "skills" in changes:
        changes["skills"] = sorted(set(changes["skills"]))
        plans.check_skills(changes["skills"])
    if members is not None or "guests" in changes:
        crew = _hold_crew(team, members, at=now)
        changes["crew"] = _named(crew, changes.get("guests", team.guests))
    team._change("team.changed", by=by, at=now, reason=reason, **changes)


@rows.one_transaction()
def take_over(
    old: Team,
    *,
    by: User,
    with_work: bool = False,
    skills: Collection[str] = (),
    members: Collection[User] = (),
    guests: str = "",
    until_at: datetime | None = None,
    at: datetime | None = None,
    expect: int | None = None,
    reason: str = "",
) -> Team:
    """End a team's shift and start another under its call sign, with its vehicle, equipment and place.

    Its skills come with the crew, so that they are told anew.

    With `with_work` the new team goes on with what the old one is on, as far as that one had come; without,
    an old team that is on an incident refuses: `TeamOnIncident`. Raises `MoveNotAllowed` when the shift is
    over already.
    """
    work = _hold_work(old)
    old.expect_version(expect)
    if work is not None and not with_work:
        told = {"team": old, "incident": work.incident}
        raise TeamOnIncident(
            _("%(team)s is still on %(incident)s. Take that over as well, or wait until it is free.") % told
        )
    at = old._moment(at, reason)
    old._move(Team.Status.OFF_DUTY, by=by, at=at, reason=reason)
    old.places.filter(left_at=None).update(left_at=at)
    copied = ("call_sign", "base", "sector", "vehicle", "equipment", "device", "lat", "lon", "position_at")
    team = Team(
        skills=sorted(set(skills)),
        guests=guests,
        until_at=until_at,
        relieves=old,
        **{name: getattr(old, name) for name in copied},
    )
    _begin(team, members, by=by, at=at, reason=reason)
    if work is not None:
        work.hold()
        work._change("assignment.taken_over", by=by, at=at, reason=reason, team=team)
    return team


@rows.one_transaction()
def save_template(
    told: Template, *, by: User, template: ShiftTemplate | None = None, expect: int | None = None
) -> ShiftTemplate:
    """Write a new template, or change one. Raises `InvalidInput` and `Stale`."""
    _check_sector(told.sector)
    _check_template(told)
    kept = ShiftTemplate(version=0) if template is None else _hold_template(template, expect)
    values = {**vars(told), "days": sorted(told.days), "call_signs": list(told.call_signs)}
    was = {name: None if template is None else getattr(kept, name) for name in values}
    changes = {name: [plain(was[name]), plain(value)] for name, value in values.items() if value != was[name]}
    if not changes:
        return kept
    for name, value in values.items():
        setattr(kept, name, value)
    kept.version += 1
    _save_template(kept, is_new=template is None, names=[*values, "version"])
    now = clock.now()
    trail.record("shift_template.saved", kept, by=by, at=now, changes=changes)
    outbox.emit("shift_template.saved", kept, at=now)
    return kept


@rows.one_transaction()
def drop_template(template: ShiftTemplate, *, by: User, expect: int | None = None) -> None:
    """Plan no more by a template; the trail keeps what it said."""
    kept = _hold_template(template, expect)
    names = [field.name for field in kept._meta.concrete_fields if field.name not in ("id", "version")]
    now = clock.now()
    changes = {name: [plain(getattr(kept, name)), None] for name in names}
    trail.record("shift_template.dropped", kept, by=by, at=now, changes=changes)
    outbox.emit("shift_template.dropped", kept, at=now)
    kept.delete()


def _begin(team: Team, members: Collection[User], *, by: User, at: datetime, reason: str) -> Team:
    """Store a team whose shift begins at a moment, with its crew and its trace."""
    if not team.call_sign or not team.base:
        missing = "base" if team.call_sign else "call_sign"
        raise InvalidInput(_("A team has a call sign and a base."), field=missing)
    _check_sector(team.sector)
    plans.check_skills(team.skills)
    _check_end(team.until_at, clock.now())
    team.began_at = team.status_since = at
    _check_crew(team, people := sorted(members, key=lambda person: person.pk))
    team.crew = _named(people, team.guests)
    try:
        with transaction.atomic():
            team.save(force_insert=True)
    except IntegrityError as error:
        raise _in_use(team) from error
    CrewPlace.objects.bulk_create(CrewPlace(team=team, person=person, joined_at=at) for person in people)
    named = ("call_sign", "base", "sector", "crew", "vehicle", "equipment", "skills")
    told = (*named, "until_at", "relieves_id")
    changes = {name: [None, plain(value)] for name in told if (value := getattr(team, name))}
    trail.record("team.started", team, by=by, at=at, changes=changes, reason=reason)
    outbox.emit("team.started", team, at=at)
    return team


def _in_use(team: Team) -> DomainError:
    """Why the database refused a team: the call sign, else the device, is that of another on shift."""
    if Team.objects.on_shift().filter(call_sign=team.call_sign).exists():
        return CallSignInUse(
            _("%(team)s is on shift already. Take it over, or choose another call sign.") % {"team": team}
        )
    return DomainError(_("The device of %(team)s belongs to another team on shift.") % {"team": team})


def _began(at: datetime | None, reason: str) -> datetime:
    heard = clock.now()
    if at is None:
        return heard
    if at > heard + clock.SKEW:
        raise MomentOutOfOrder(_("A shift starts now, or it has started already."))
    if at < heard - LONGEST_SHIFT:
        raise MomentOutOfOrder(_("That shift began more than two days ago. Check date and time."))
    if heard - at > clock.LATE and not reason:
        raise ReasonNeeded(_("Say why this is told more than two minutes later."))
    return at


def _hold_work(old: Team) -> Assignment | None:
    """What a team is on, its incident locked before the team. Raises `Stale` when that changed just now."""
    works = old.assignments.open().select_related("incident")
    work = works.first()
    if work is not None:
        work.incident.hold()
    old.hold()
    if works.all().first() != work:
        raise Stale(_("What %(team)s is on changed just now. Look again, then decide.") % {"team": old})
    return work


def _hold_crew(team: Team, members: Collection[User] | None, *, at: datetime) -> list[User]:
    """Have these members in a team from a moment on, None: as they are; answers who is in it."""
    places = list(team.places.filter(left_at=None).select_related("person").order_by("person"))
    if members is None:
        return [place.person for place in places]
    people = sorted(members, key=lambda person: person.pk)
    _check_crew(team, people)
    staying = {place.person_id for place in places} & {person.pk for person in people}
    gone = [place.pk for place in places if place.person_id not in staying]
    team.places.filter(pk__in=gone).update(left_at=at)
    CrewPlace.objects.bulk_create(
        CrewPlace(team=team, person=person, joined_at=at) for person in people if person.pk not in staying
    )
    return people


def _check_crew(team: Team, people: list[User]) -> None:
    """Lock the people, in one order, and see that none is in another team."""
    list(User.objects.select_for_update().filter(pk__in=[person.pk for person in people]).order_by("pk"))
    taken = CrewPlace.objects.filter(person__in=people, left_at=None).exclude(team=team.pk)
    place = taken.select_related("person", "team").first()
    if place is not None:
        told = {"person": place.person.display_name, "team": place.team}
        raise MemberInOtherTeam(_("%(person)s is in %(team)s. Take them out of that team first.") % told)


def _named(people: Collection[User], guests: str) -> str:
    """Everybody in a team, as screens show it."""
    text = ", ".join([*(person.display_name for person in people), *([guests] if guests else [])])
    if len(text) > LONGEST_CREW:
        raise InvalidInput(_("The names of the crew are too long."), field="guests")
    return text


def _check_sector(code: str) -> None:
    known = places.names("sector")
    if code and known and code not in known:
        raise InvalidInput(_("There is no sector %(code)s.") % {"code": code}, field="sector")


def _check_end(until_at: datetime | None, now: datetime) -> None:
    if until_at is None:
        return
    if until_at <= now:
        raise InvalidInput(_("The shift would be over already. Give a later end."), field="until_at")
    if until_at > now + LONGEST_SHIFT:
        raise InvalidInput(_("A shift lasts two days at most. Give an earlier end."), field="until_at")


def _check_template(told: Template) -> None:
    if not told.days:
        raise InvalidInput(_("Choose at least one day."), field="days")
    if len(told.call_signs) > MOST_CALL_SIGNS or len(set(told.call_signs)) < len(told.call_signs):
        raise InvalidInput(_("Give each call sign once, at most 40."), field="call_signs")


def _hold_template(template: ShiftTemplate, expect: int | None) -> ShiftTemplate:
    kept = ShiftTemplate.objects.select_for_update().filter(pk=template.pk).first()
    if kept is None or expect not in (None, kept.version):
        raise Stale(_("Somebody changed %(record)s meanwhile. Look at it again.") % {"record": template})
    return kept


def _save_template(kept: ShiftTemplate, *, is_new: bool, names: list[str]) -> None:
    try:
        with rows.one_transaction():
            if is_new:
                kept.save(force_insert=True)
            else:
                kept.save(update_fields=names)
    except IntegrityError as error:
        raise InvalidInput(
            _("This base has a shift of that name in that sector already."), field="name"
        ) from error
