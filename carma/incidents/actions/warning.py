from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Unpack

from django.utils.translation import gettext as _

from carma import clock, lasting, rows
from carma.accounts.models import User
from carma.errors import InvalidInput, ReasonNeeded
from carma.geo import places
from carma.incidents.actions.intake import PlaceTold
from carma.incidents.models import Incident, PlaceWarning
from carma.incidents.models.warning import WIDEST_M
from carma.lifecycle import How
from carma.norms import figures

LONGEST_WORDS = 400


@dataclass(frozen=True)
class WarningTold:
    """A warning as it was told. `until_at` is UTC; `reach_m` empty means the norm `place_reach`."""

    kind: str
    words: str
    place: PlaceTold
    until_at: datetime
    reach_m: int | None = None
    reference: str = ""


@rows.one_transaction()
def warn(told: WarningTold, *, by: User, incident: Incident | None = None) -> PlaceWarning:
    """Warn of a place from now on; `incident` is the one from which it is known.

    Raises `InvalidInput` without words, for a place that is not located, and for an end that has been or lies
    beyond the norm of its kind; `PlaceOutsideZone` for a point that is not ours.
    """
    now = clock.now()
    lat, lon, reach_m = _checked(told, now)
    located = places.locate(lat, lon)
    warning = PlaceWarning(
        kind=told.kind,
        words=told.words.strip(),
        reference=told.reference.strip(),
        place=told.place.label.strip()[:200],
        address_id=told.place.address_id,
        lat=lat,
        lon=lon,
        reach_m=reach_m,
        municipality=located.municipality,
        sector=located.sector,
        wijk=located.wijk,
        incident=incident,
        set_at=now,
        status_since=now,
        set_by=by,
        until_at=told.until_at,
    )
    lasting.begin(warning, by=by)
    return warning


@rows.one_transaction()
def review(
    warning: PlaceWarning, *, until_at: datetime, by: User, expect: int | None = None, reason: str = ""
) -> None:
    """Say that it still holds, until another moment (UTC). Raises `MoveNotAllowed` when it is over."""
    lasting.hold_in_force(warning, expect=expect, over=_("This warning is over. Write a new one."))
    now = clock.now()
    _check_end(warning.kind, until_at, now)
    reviewed = {"reviewed_at": now, "reviewed_by": by}
    lasting.go_on(warning, "reviewed", by=by, at=now, until_at=until_at, reason=reason, **reviewed)


def withdraw(warning: PlaceWarning, **how: Unpack[How]) -> None:
    """It does not hold any more. Raises `ReasonNeeded` without a reason."""
    if not how.get("reason", "").strip():
        raise ReasonNeeded(_("Say why this warning does not hold any more."))
    lasting.withdraw(warning, **how)


def _checked(told: WarningTold, now: datetime) -> tuple[float, float, int]:
    """Point and reach of a warning that can be stored."""
    if told.kind not in PlaceWarning.Kind.values:
        raise InvalidInput(_("Choose what is to be known of this place."), field="kind")
    if not told.words.strip():
        raise InvalidInput(_("Write what whoever goes there must know."), field="words")
    if len(told.words.strip()) > LONGEST_WORDS:
        raise InvalidInput(_("At most 400 signs: it is read under way."), field="words")
    if told.place.lat is None or told.place.lon is None:
        raise InvalidInput(_("Not located: choose from the list or point at the map."), field="place")
    reach_m = told.reach_m or round(figures.value("place_reach"))
    if not 0 < reach_m <= WIDEST_M:
        raise InvalidInput(
            _("A warning reaches at most %(metres)s metres.") % {"metres": WIDEST_M}, field="reach_m"
        )
    _check_end(told.kind, told.until_at, now)
    return told.place.lat, told.place.lon, reach_m


def _check_end(kind: str, until_at: datetime, now: datetime) -> None:
    if until_at <= now:
        raise InvalidInput(_("That moment has been. Say until when the warning holds."), field="until_at")
    longest = PlaceWarning.longest(kind)
    if until_at > now + longest:
        raise InvalidInput(
            _("A warning of this kind holds at most %(days)s days. Review it then.") % {"days": longest.days},
            field="until_at",
        )
