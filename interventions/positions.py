"""Where teams are, as several providers say: in batches, late, twice or out of order.

A position is no change of state: it leaves no audit entry and no event. What was reported is kept for the
track, and the newest one per team stands with the team.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import IntegrityError, connection, transaction
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from carma import clock
from carma.accounts.models import User
from carma.errors import InvalidInput
from carma.norms import figures
from interventions.models import Team

MOST = 1000  # positions in one batch
AHEAD = timedelta(days=2)  # for which days there is always a partition
NAMES = ("team", "call_sign", "device")
OPTIONAL = {"speed_kmh": (0.0, 400.0), "heading": (0.0, 360.0), "accuracy_m": (0.0, 1e6)}
FIELDS = frozenset((*NAMES, "provider", "lat", "lon", "reported_at", *OPTIONAL))

MOVED, KEPT, DUPLICATE = STORED = "moved", "kept", "duplicate"
IN_FUTURE, TOO_OLD, UNKNOWN_TEAM, INVALID = "in_future", "too_old", "unknown_team", "invalid_position"

_INSERT = """
INSERT INTO interventions_position
    (team_id, reported_at, provider, lat, lon, speed_kmh, heading, accuracy_m, received_at)
SELECT *, %s FROM unnest(
    %s::uuid[], %s::timestamptz[], %s::text[], %s::float8[], %s::float8[], %s::float8[], %s::float8[],
    %s::float8[]
)
ON CONFLICT DO NOTHING RETURNING team_id::text, reported_at, provider
"""
_MOVE = """
UPDATE interventions_team AS team SET lat = told.lat, lon = told.lon, position_at = told.at
FROM unnest(%s::uuid[], %s::float8[], %s::float8[], %s::timestamptz[]) AS told(id, lat, lon, at)
WHERE team.id = told.id AND (team.position_at IS NULL OR team.position_at < told.at)
"""
_KEEP = "SELECT interventions_keep_positions(%s, %s, %s)"


class NotUsable(Exception):
    """One row of a batch can't be used; `field` names what is wrong with it."""

    def __init__(self, code: str, field: str = "") -> None:
        super().__init__(code)
        self.code = code
        self.field = field


@dataclass(frozen=True)
class Told:
    """One row of a batch, understood. `name` is by what the team was named, and its value."""

    name: tuple[str, str]
    provider: str
    lat: float
    lon: float
    at: datetime
    speed_kmh: float | None
    heading: float | None
    accuracy_m: float | None


@dataclass(frozen=True)
class Outcome:
    """What became of one row: `moved` and `kept` are stored, `duplicate` was already, the rest is refused."""

    code: str
    field: str = ""


def report(rows: Sequence[Any], *, by: User) -> list[Outcome]:
    """Store a batch in one go; answers one outcome per row, in their order.

    A row that can't be used leaves the others be. Raises `InvalidInput` for a batch that is too large.
    """
    if len(rows) > MOST:
        raise InvalidInput(_("A batch may have %(most)d positions.") % {"most": MOST}, field="rows")
    now = clock.now()
    oldest = now - figures.span("position_late")
    outcomes: list[Outcome | None] = [None] * len(rows)
    told: dict[int, Told] = {}
    for i, row in enumerate(rows):
        try:
            told[i] = _timely(understood(row), now=now, oldest=oldest)
        except NotUsable as fault:
            outcomes[i] = Outcome(fault.code, fault.field)
    if told:
        _store(told, outcomes, by=by, now=now)
    return [outcome or Outcome(UNKNOWN_TEAM) for outcome in outcomes]


def summed(outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """How many rows were stored or already there, and each refused one by its place in the batch."""
    counts = Counter(outcome.code for outcome in outcomes)
    refused = [
        {"row": i, "code": outcome.code, "field": outcome.field}
        for i, outcome in enumerate(outcomes)
        if outcome.code not in STORED
    ]
    return {
        "moved": counts[MOVED],
        "kept": counts[KEPT],
        "duplicates": counts[DUPLICATE],
        "refused": refused,
    }


def keep_days() -> int:
    """Have partitions ready and drop those past the norm `position_kept`; answers how many of both."""
    now = clock.now().astimezone(UTC)
    first = now - figures.span("position_late")
    oldest = now - figures.span("position_kept")
    with connection.cursor() as cursor:
        cursor.execute(_KEEP, [first.date(), (now + AHEAD).date(), min(first, oldest).date()])
        return int(cursor.fetchone()[0])


def understood(row: Any) -> Told:
    """A row as told. Raises `NotUsable` for what is missing, unknown or impossible."""
    if not isinstance(row, Mapping):
        raise NotUsable(INVALID)
    unknown = row.keys() - FIELDS
    if unknown:
        raise NotUsable(INVALID, str(min(unknown))[:40])
    return Told(
        _name(row),
        _text(row, "provider", 20),
        _number(row, "lat", -90, 90),
        _number(row, "lon", -180, 180),
        _moment(row),
        **{
            name: None if row.get(name) is None else _number(row, name, *edges)
            for name, edges in OPTIONAL.items()
        },
    )


def _name(row: Mapping[str, Any]) -> tuple[str, str]:
    named = [name for name in NAMES if row.get(name) is not None]
    if len(named) != 1:
        raise NotUsable(INVALID, "team")
    name = named[0]
    value = _text(row, name, 40)
    if name != "team":
        return name, value
    try:
        return name, str(UUID(value))
    except ValueError:
        raise NotUsable(INVALID, name) from None


def _text(row: Mapping[str, Any], name: str, longest: int) -> str:
    value = row.get(name)
    if not isinstance(value, str) or not 0 < len(value) <= longest or not value.isprintable():
        raise NotUsable(INVALID, name)
    return value


def _number(row: Mapping[str, Any], name: str, least: float, most: float) -> float:
    value = row.get(name)
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise NotUsable(INVALID, name)
    if not (math.isfinite(value) and least <= value <= most):
        raise NotUsable(INVALID, name)
    return float(value)


def _moment(row: Mapping[str, Any]) -> datetime:
    value = row.get("reported_at")
    try:
        moment = parse_datetime(value) if isinstance(value, str) else value
        if not isinstance(moment, datetime) or moment.tzinfo is None:
            raise NotUsable(INVALID, "reported_at")
        return moment.astimezone(UTC)
    except (ValueError, OverflowError):
        raise NotUsable(INVALID, "reported_at") from None


def _timely(told: Told, *, now: datetime, oldest: datetime) -> Told:
    if told.at > now + clock.SKEW:
        raise NotUsable(IN_FUTURE, "reported_at")
    if told.at < oldest:
        raise NotUsable(TOO_OLD, "reported_at")
    return told


@transaction.atomic
def _store(told: Mapping[int, Told], outcomes: list[Outcome | None], *, by: User, now: datetime) -> None:
    """Keep what is new for the track, then move each team to the newest point, unless it has a newer one."""
    teams = _named({one.name for one in told.values()}, by=by)
    rows: dict[tuple[str, datetime, str], tuple[int, Told]] = {}
    for i, one in told.items():
        if one.name not in teams:
            outcomes[i] = Outcome(UNKNOWN_TEAM, one.name[0])
            continue
        key = (str(teams[one.name].pk), one.at, one.provider)
        if key in rows:
            outcomes[i] = Outcome(DUPLICATE)
        rows.setdefault(key, (i, one))
    new = _insert(rows, now) if rows else set()
    known = {str(team.pk): team.position_at for team in teams.values()}
    newest: dict[str, Told] = {}
    for key, (i, one) in sorted(rows.items(), key=lambda row: row[1][1].at):
        outcomes[i] = Outcome(KEPT if key in new else DUPLICATE)
        since = known[key[0]]
        if key in new and (since is None or one.at > since):
            outcomes[i] = Outcome(MOVED)
            known[key[0]], newest[key[0]] = one.at, one
    if newest:
        _move(newest)


def _named(names: set[tuple[str, str]], *, by: User) -> dict[tuple[str, str], Team]:
    """The teams on shift by the names used, locked in one order: two providers may tell of the same ones."""
    asked = {name: [value for kind, value in names if kind == name] for name in NAMES}
    found = Team.objects.visible_to(by).on_shift().named(asked["team"], asked["call_sign"], asked["device"])
    held = found.order_by("pk").select_for_update(no_key=True)
    by_name = {}
    for team in held.only("pk", "call_sign", "device", "position_at"):
        known_as = (("team", str(team.pk)), ("call_sign", team.call_sign), ("device", team.device))
        by_name.update({name: team for name in known_as if name in names})
    return by_name


def _insert(rows: Mapping[tuple[str, datetime, str], tuple[int, Told]], now: datetime) -> set[Any]:
    """Add the rows; those that were already there are not among the answer."""
    columns = list(
        zip(
            *(
                (team, at, provider, one.lat, one.lon, one.speed_kmh, one.heading, one.accuracy_m)
                for (team, at, provider), (_i, one) in rows.items()
            ),
            strict=True,
        )
    )
    values: list[Any] = [now, *(list(column) for column in columns)]
    with connection.cursor() as cursor:
        try:
            with transaction.atomic():
                cursor.execute(_INSERT, values)
        except IntegrityError:  # a day without a partition: nobody made it ahead
            keep_days()
            cursor.execute(_INSERT, values)
        return set(cursor.fetchall())


def _move(newest: Mapping[str, Told]) -> None:
    told = newest.values()
    columns: list[Any] = [
        list(newest),
        *([getattr(one, name) for one in told] for name in ("lat", "lon", "at")),
    ]
    with connection.cursor() as cursor:
        cursor.execute(_MOVE, columns)
