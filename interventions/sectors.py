"""Who dispatches which sector, and how well it is covered now."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Count
from django.utils.translation import gettext as _

from carma import clock, rows
from carma.accounts.models import User
from carma.audit import trail
from carma.duty.models import Turn
from carma.errors import DomainError, InvalidInput, MoveNotAllowed
from carma.events import outbox
from carma.geo import places
from interventions import roster
from interventions.models import Assignment, SectorClaim, Team

LONGEST = timedelta(hours=12)  # without a session or a turn of duty to end with


class SectorJustTaken(DomainError):
    code = "sector_just_taken"


@dataclass(frozen=True)
class Desk:
    """One sector: who dispatches it (None: nobody), its teams in service, and how few there may be."""

    code: str
    name: str
    claim: SectorClaim | None
    free: int
    on_shift: int
    least: int

    @property
    def is_short(self) -> bool:
        return self.on_shift < self.least


def of_now(user: User) -> dict[str, Any]:
    """Every sector of the zone; the same for everybody who may see the board."""
    now = clock.now()
    claims = {one.sector: one for one in SectorClaim.objects.in_force(now).select_related("person")}
    on_shift = Team.objects.filter(status=Team.Status.AVAILABLE)
    busy = Assignment.objects.open().values("team")
    there, free = _counted(on_shift), _counted(on_shift.exclude(pk__in=busy))
    least = roster.least_by_sector(now)
    desks = [
        Desk(code, name, claims.get(code), free.get(code, 0), there.get(code, 0), least.get(code, 0))
        for code, name in sorted(places.names("sector").items(), key=lambda pair: pair[1])
    ]
    return {"desks": desks, "may": {"assign": user.has_perm("interventions.assign_team")}}


@rows.one_transaction()
def take(sector: str, *, by: User, session_key: str = "") -> SectorClaim:
    """Dispatch a sector from now on, in place of who did; ends with the session and the turn of duty.

    Raises `SectorJustTaken` when another was just quicker, and `InvalidInput` for a sector there is not.
    """
    if sector not in places.names("sector"):
        raise InvalidInput(_("There is no sector %(code)s.") % {"code": sector}, field="sector")
    now = clock.now()
    before = SectorClaim.objects.select_for_update(of=("self",)).filter(sector=sector, ended_at=None)
    held = before.select_related("person").first()
    if held is not None:
        _end(held, now)
    claim = SectorClaim(
        sector=sector,
        person=by,
        session_key=session_key,
        since_at=now,
        until_at=_until(by, now, session_key),
    )
    try:
        with transaction.atomic():
            claim.save(force_insert=True)
    except IntegrityError as error:
        raise SectorJustTaken(_("Somebody took %(sector)s just now.") % {"sector": sector}) from error
    changes = {"sector": [None, sector], "person": [held.person.username if held else None, by.username]}
    trail.record("sector.taken", claim, by=by, at=now, changes=changes)
    outbox.emit("sector.taken", claim, at=now)
    return claim


@rows.one_transaction()
def give_up(claim: SectorClaim, *, by: User) -> None:
    """Dispatch a sector no longer. Raises `MoveNotAllowed` when it is not, or no longer, one's own."""
    held = SectorClaim.objects.select_for_update().get(pk=claim.pk)
    if held.ended_at is not None or held.person_id != by.pk:
        raise MoveNotAllowed(_("%(sector)s is not yours any more.") % {"sector": held.sector})
    now = clock.now()
    _end(held, now)
    claim.ended_at = now
    trail.record("sector.given_up", held, by=by, at=now, changes={"sector": [held.sector, None]})
    outbox.emit("sector.given_up", held, at=now)


def _end(claim: SectorClaim, now: datetime) -> None:
    claim.ended_at = now
    claim.save(update_fields=["ended_at"])


def _until(person: User, now: datetime, session_key: str) -> datetime | None:
    turn = Turn.objects.at(now).filter(person=person, function=Turn.Function.DISPATCH).first()
    if turn is not None:
        return turn.ends_at
    return None if session_key else now + LONGEST


def _counted(teams: Any) -> dict[str, int]:
    return dict(teams.order_by().values_list("sector").annotate(Count("pk")))
