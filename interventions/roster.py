"""The teams of now and of the coming day against the minimum that the shift templates ask."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

from carma import clock
from carma.accounts.models import User
from carma.geo import places
from interventions.addresses import to
from interventions.models import ShiftTemplate, Team

AHEAD = timedelta(hours=24)
DAY = timedelta(days=1)

Place = tuple[str, str]


@dataclass(frozen=True)
class Planned:
    """One shift of one day, as a template plans it."""

    template: ShiftTemplate
    starts_at: datetime
    ends_at: datetime

    def covers(self, moment: datetime) -> bool:
        return self.starts_at <= moment < self.ends_at


@dataclass(frozen=True)
class Seat:
    """A call sign that is planned and not on shift."""

    call_sign: str
    shift: Planned
    is_missing: bool


@dataclass(frozen=True)
class Gap:
    """A stretch of the coming day for which fewer teams are planned than the minimum."""

    starts_at: datetime
    ends_at: datetime
    planned: int
    least: int


@dataclass
class OnShift:
    team: Team
    page: str
    change: str
    take_over: str
    is_overdue: bool


@dataclass
class Cover:
    """One sector as one base covers it. A team out of service is there and does not count."""

    base: str
    sector: str
    name: str
    least: int = 0
    teams: list[OnShift] = field(default_factory=list)
    seats: list[Seat] = field(default_factory=list)
    gaps: list[Gap] = field(default_factory=list)

    @property
    def count(self) -> int:
        return sum(row.team.status == Team.Status.AVAILABLE for row in self.teams)

    @property
    def missing(self) -> int:
        return max(self.least - self.count, 0)


def of_now(user: User) -> dict[str, Any]:
    """Every base and sector that has teams, or should have."""
    now = clock.now()
    teams = list(Team.objects.visible_to(user).on_shift().order_by("call_sign", "id"))
    planned = by_place(coming(ShiftTemplate.objects.visible_to(user), now))
    names = places.names("sector")
    covers = {
        place: Cover(*place, names.get(place[1], place[1]))
        for place in sorted({*planned, *((team.base, team.sector) for team in teams)})
    }
    for team in teams:
        covers[team.base, team.sector].teams.append(_on_shift(team, now))
    active = {team.call_sign for team in teams}
    for place, shifts in planned.items():
        cover = covers[place]
        cover.least = least_at(shifts, now)
        cover.seats = _seats(shifts, active, now)
        cover.gaps = gaps(shifts, now)
    may = {"lead": user.has_perm("interventions.lead_shift")}
    return {"covers": list(covers.values()), "missing": sum(c.missing for c in covers.values()), "may": may}


def coming(templates: Iterable[ShiftTemplate], now: datetime) -> list[Planned]:
    """The shifts that run now or start within a day, in the order they start."""
    today = clock.local(now).date()
    spans = ((template, template.span(today + back * DAY)) for template in templates for back in (-1, 0, 1))
    shifts = (Planned(template, *span) for template, span in spans if span is not None)
    running = (shift for shift in shifts if shift.ends_at > now and shift.starts_at < now + AHEAD)
    return sorted(running, key=lambda shift: (shift.starts_at, shift.template.name))


def by_place(shifts: Iterable[Planned]) -> dict[Place, list[Planned]]:
    found = defaultdict(list)
    for shift in shifts:
        found[shift.template.base, shift.template.sector].append(shift)
    return dict(found)


def least_at(shifts: Iterable[Planned], moment: datetime) -> int:
    """How many teams there must be at a moment: of shifts that overlap, the most that one asks."""
    return max((shift.template.least for shift in shifts if shift.covers(moment)), default=0)


def least_by_sector(now: datetime) -> dict[str, int]:
    """The minimum of each sector now, over all bases."""
    total: dict[str, int] = defaultdict(int)
    for (_base, sector), shifts in by_place(coming(ShiftTemplate.objects.all(), now)).items():
        total[sector] += least_at(shifts, now)
    return dict(total)


def gaps(shifts: Collection[Planned], now: datetime) -> list[Gap]:
    """Where in the coming day too few are planned; neighbouring stretches of the same shortage are one."""
    edges = {now, now + AHEAD, *(s.starts_at for s in shifts), *(s.ends_at for s in shifts)}
    found: list[Gap] = []
    for starts_at, ends_at in pairwise(sorted(edge for edge in edges if now <= edge <= now + AHEAD)):
        least = least_at(shifts, starts_at)
        signs = {sign for s in shifts if s.covers(starts_at) for sign in s.template.call_signs}
        if len(signs) >= least:
            continue
        last = found[-1] if found else None
        if last and (last.ends_at, last.planned, last.least) == (starts_at, len(signs), least):
            found[-1] = Gap(last.starts_at, ends_at, last.planned, least)
        else:
            found.append(Gap(starts_at, ends_at, len(signs), least))
    return found


def _seats(shifts: Iterable[Planned], active: Collection[str], now: datetime) -> list[Seat]:
    """What is planned next of each call sign that no team on shift bears."""
    seats: dict[str, Seat] = {}
    for shift in shifts:
        for sign in shift.template.call_signs:
            if sign not in active and sign not in seats:
                seats[sign] = Seat(sign, shift, is_missing=shift.covers(now))
    return list(seats.values())


def _on_shift(team: Team, now: datetime) -> OnShift:
    return OnShift(
        team,
        page=to("interventions:team", team.pk),
        change=to("interventions:change_team", team.pk),
        take_over=to("interventions:take_over_team", team.pk),
        is_overdue=team.until_at is not None and team.until_at < now,
    )
