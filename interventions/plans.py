"""What was laid down beforehand: response plans, skills and bases, from the files beside and as edited since.

Kept in the process for a minute, as types and priorities are; the records are shared: nobody writes to them.
"""

from __future__ import annotations

import csv
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path

from django.db import transaction

from carma import clock
from carma.geo.metres import Point
from carma.incidents.models import Incident
from interventions.models import Base, ResponsePlan, Skill, Team

FOLDER = Path(__file__).parent / "reference"
_KEPT_S = 60


@dataclass(frozen=True)
class Need:
    """What an incident asks for, or still lacks: so many teams, who bring these skills together."""

    teams: int = 0
    skills: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return self.teams > 0

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


def forget() -> None:
    """Read again at the next call, after reference data was edited."""
    _plans.cache_clear()
    _skills.cache_clear()
    _bases.cache_clear()


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
