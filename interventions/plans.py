"""What was laid down beforehand: response plans, skills and bases, from the files beside and as edited since.

Kept in the process for a minute, as types and priorities are; the records are shared: nobody writes to them.
"""

from __future__ import annotations

import csv
import time
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path

from django.db import transaction
from django.utils.translation import gettext as _

from carma import clock
from carma.accounts.models import User
from carma.actionfields.models import IncidentType, Priority
from carma.audit import trail
from carma.errors import InvalidInput, MoveNotAllowed
from carma.events import outbox
from carma.geo.metres import Point
from carma.incidents.models import Incident
from interventions.models import Base, ResponsePlan, Skill, Team

FOLDER = Path(__file__).parent / "reference"
MOST_TEAMS = 20
_KEPT_S = 60


@dataclass(frozen=True)
class Need:
    """What an incident asks for, or still lacks: so many teams, who bring these skills together."""

    teams: int = 0
    skills: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return self.teams > 0

    @property
    def is_only_skills(self) -> bool:
        """While it lacks more teams than skills, there is a place for a team without them."""
        return 0 < self.teams <= len(self.skills)

    @property
    def skill_labels(self) -> list[str]:
        return [label_of(code) for code in self.skills]

    def without(self, teams: Iterable[Team]) -> Need:
        """What is lacking when these teams are on it; for a lacking skill one team at least."""
        there = list(teams)
        brought = {code for team in there for code in team.skills}
        skills = tuple(code for code in self.skills if code not in brought)
        return Need(max(self.teams - len(there), 1 if skills else 0), skills)


def of(incident: Incident) -> Need:
    """What an incident asks for by its type and priority; nothing while nobody has judged it."""
    if incident.type_id is None:
        return Need()
    known = _plans(_today(), _now())
    codes = (incident.type_id, incident.type_id[:5], "")
    wanted = ((code, priority) for code in codes for priority in (incident.priority_id, None))
    return next((known[each] for each in wanted if each in known), Need(1))


def skills() -> dict[str, str]:
    """What a team may be able to do: names in the language of now by code."""
    return {code: skill.label for code, skill in _skills(_now()).items()}


def label_of(skill: str) -> str:
    """The skill's name in the language of now; its code when nobody named it."""
    known = _skills(_now()).get(skill)
    return known.label if known else skill


def place_of_base(name: str) -> Point | None:
    """Where a base stands; None when nobody put it on the map."""
    return _bases(_now()).get(name)


@transaction.atomic
def load() -> int:
    """Add what is missing; what the zone edited stays. Answers how many response plans there are."""
    for row in _rows("skills.csv"):
        Skill.objects.get_or_create(code=row.pop("code"), defaults=row)
    for row in _rows("bases.csv"):
        Base.objects.get_or_create(name=row.pop("name"), defaults=row)
    for row in _rows("response_plans.csv"):
        ResponsePlan.objects.get_or_create(
            about=row["about"],
            priority_id=int(row["priority"]) if row["priority"] else None,
            valid_from=row["valid_from"],
            defaults={
                "teams": int(row["teams"]),
                "skills": row["skills"].split(";") if row["skills"] else [],
                "source": row["source"],
            },
        )
    return ResponsePlan.objects.count()


@transaction.atomic
def lay_down(
    about: str,
    *,
    priority: Priority | None,
    teams: int,
    by: User,
    skills: Collection[str] = (),
    reason: str = "",
) -> ResponsePlan:
    """Have incidents ask for this from today on; what was laid down for the same before ends today.

    `about` is the code of a type, the beginning of some, or empty for all of them. Raises `InvalidInput`.
    """
    _check(about, teams, skills)
    today, now, told = _today(), clock.now(), sorted(set(skills))
    known = ResponsePlan.objects.filter(about=about, priority=priority)
    present = known.in_force(today).select_for_update().order_by("valid_from").last()
    was = (present.teams, present.skills) if present else (None, None)
    if present is not None and was == (teams, told):
        return present
    known.in_force(today).exclude(valid_from=today).update(valid_to=today)
    plan, _is_new = known.update_or_create(
        about=about,
        priority=priority,
        valid_from=today,
        defaults={"teams": teams, "skills": told, "valid_to": None, "source": f"{by.display_name}, {today}"},
    )
    changes = {"teams": [was[0], teams], "skills": [was[1], told]}
    trail.record("response_plan.laid_down", plan, by=by, at=now, changes=changes, reason=reason)
    outbox.emit("response_plan.laid_down", plan, at=now)
    transaction.on_commit(forget)
    return plan


@transaction.atomic
def end(plan: ResponsePlan, *, by: User, reason: str = "") -> None:
    """Have it count no more from today on: what is laid down for more cases counts instead.

    Raises `MoveNotAllowed` when it ended before, and for what is laid down for all cases.
    """
    kept = ResponsePlan.objects.select_for_update().get(pk=plan.pk)
    if kept.valid_to is not None or (not kept.about and kept.priority_id is None):
        raise MoveNotAllowed(_("This response plan has ended already, or it is the one for all cases."))
    now = clock.now()
    plan.valid_to = kept.valid_to = _today()
    kept.save(update_fields=["valid_to"])
    changes = {"valid_to": [None, str(kept.valid_to)]}
    trail.record("response_plan.ended", kept, by=by, at=now, changes=changes, reason=reason)
    outbox.emit("response_plan.ended", kept, at=now)
    transaction.on_commit(forget)


def forget() -> None:
    """Read again at the next call, after reference data was edited."""
    _plans.cache_clear()
    _skills.cache_clear()
    _bases.cache_clear()


def _check(about: str, teams: int, codes: Collection[str]) -> None:
    if about and not IncidentType.objects.filter(code__startswith=about).exists():
        raise InvalidInput(_("No type of incident begins with %(code)s.") % {"code": about}, field="about")
    if not 1 <= teams <= MOST_TEAMS:
        raise InvalidInput(_("A plan asks for 1 to %(most)d teams.") % {"most": MOST_TEAMS}, field="teams")
    check_skills(codes)


def check_skills(codes: Collection[str]) -> None:
    """Raises `InvalidInput` for a skill there is not."""
    unknown = sorted(set(codes) - set(skills()))
    if unknown:
        raise InvalidInput(_("There is no skill %(code)s.") % {"code": unknown[0]}, field="skills")


def _rows(name: str) -> list[dict[str, str]]:
    with (FOLDER / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _today() -> date:
    return clock.local(clock.now()).date()


def _now() -> int:
    return int(time.monotonic() // _KEPT_S)


@lru_cache(maxsize=1)
def _plans(day: date, _period: int) -> Mapping[tuple[str, int | None], Need]:
    rows = ResponsePlan.objects.in_force(day).order_by("valid_from")  # of two that overlap, the later
    return {(row.about, row.priority_id): Need(row.teams, tuple(row.skills)) for row in rows}


@lru_cache(maxsize=1)
def _skills(_period: int) -> Mapping[str, Skill]:
    return {skill.code: skill for skill in Skill.objects.all()}


@lru_cache(maxsize=1)
def _bases(_period: int) -> Mapping[str, Point]:
    return {base.name: Point(base.lat, base.lon) for base in Base.objects.all()}
