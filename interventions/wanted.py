"""Wanted notices (aandachtsvestigingen): written, prolonged, withdrawn, over, and where they are shown."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Unpack

from django.utils.translation import gettext as _

from carma import clock, lasting, rows
from carma.accounts.models import User
from carma.errors import InvalidInput, ReasonNeeded
from carma.geo import places
from carma.geo.metres import distance_m
from carma.incidents.actions import PlaceTold
from carma.incidents.around import Fact, Spot
from carma.incidents.models import Incident
from carma.lifecycle import How
from carma.norms import figures
from interventions.models import WantedNotice

LONGEST_WORDS = 1_000
SHORTEST_WATCHED = 4  # signs: a shorter word would ring at every second call
MOST = 100


@dataclass(frozen=True)
class WantedTold:
    """A notice as it was told. `until_at` is UTC."""

    kind: str
    title: str
    until_at: datetime
    words: str = ""
    instruction: str = ""
    is_dangerous: bool = False
    watch_words: str = ""
    reference: str = ""
    place: PlaceTold | None = None


@rows.one_transaction()
def write(told: WantedTold, *, by: User, incident: Incident | None = None) -> WantedNotice:
    """Have every team look out from now on; `incident` is the one that it comes from.

    Raises `InvalidInput` without a title, for words too short to watch for and an end that can't be;
    `PlaceOutsideZone` for a point that is not ours.
    """
    now = clock.now()
    _check(told, now)
    place = told.place or PlaceTold("")
    if place.lat is not None and place.lon is not None:
        places.locate(place.lat, place.lon)
    notice = WantedNotice(
        kind=told.kind,
        title=told.title.strip(),
        words=told.words.strip(),
        instruction=told.instruction.strip(),
        is_dangerous=told.is_dangerous,
        watch_words=", ".join(_phrases(told.watch_words)),
        reference=told.reference.strip(),
        place=place.label.strip()[:200],
        address_id=place.address_id,
        lat=place.lat,
        lon=place.lon,
        incident=incident,
        set_at=now,
        status_since=now,
        set_by=by,
        until_at=told.until_at,
    )
    lasting.begin(notice, by=by)
    return notice


@rows.one_transaction()
def prolong(
    notice: WantedNotice, *, until_at: datetime, by: User, expect: int | None = None, reason: str = ""
) -> None:
    """It goes on, until another moment (UTC). Raises `MoveNotAllowed` when it is over."""
    lasting.hold_in_force(notice, expect=expect, over=_("This notice is over. Write a new one."))
    now = clock.now()
    _check_end(until_at, now)
    lasting.go_on(notice, "prolonged", by=by, at=now, until_at=until_at, reason=reason)


def withdraw(notice: WantedNotice, **how: Unpack[How]) -> None:
    """Found, or not looked for any more. Raises `ReasonNeeded` without a reason."""
    if not how.get("reason", "").strip():
        raise ReasonNeeded(_("Say why nobody needs to look out any more."))
    lasting.withdraw(notice, **how)


def in_force(user: User) -> list[WantedNotice]:
    """What to look out for: the dangerous first, then the newest."""
    known = WantedNotice.objects.visible_to(user).in_force().select_related("set_by")
    return list(known.order_by("-is_dangerous", "-set_at", "id")[:MOST])


def on_board(user: User) -> dict[str, Any]:
    """For a room that shares one drawing."""
    return {"notices": in_force(user), "may_see": user.has_perm("interventions.view_wantednotice")}


def known_at(spot: Spot, user: User) -> Iterator[Fact]:
    """The notices that fit a place, or the words in which a call was told."""
    reach = figures.value("place_reach")
    for notice in in_force(user):
        away = _away(spot, notice)
        is_here = away is not None and away <= reach
        if is_here or notice.fits(spot.words):
            yield Fact(
                record=notice,
                kind="wanted",
                label=f"{notice.get_kind_display()}: {notice.title}",
                words=" · ".join(part for part in (notice.words, notice.instruction) if part),
                icon=notice.icon,
                is_danger=notice.is_dangerous,
                distance_m=away if is_here else None,
                until_at=notice.until_at,
                reference=notice.reference,
                by=notice.set_by.display_name,
            )


def _away(spot: Spot, notice: WantedNotice) -> int | None:
    if spot.point is None or notice.lat is None or notice.lon is None:
        return None
    return round(distance_m((notice.lat, notice.lon), spot.point))


def _phrases(watch_words: str) -> list[str]:
    return [phrase.strip() for phrase in watch_words.split(",") if phrase.strip()]


def _check(told: WantedTold, now: datetime) -> None:
    if told.kind not in WantedNotice.Kind.values:
        raise InvalidInput(_("Choose what is looked for."), field="kind")
    if not told.title.strip():
        raise InvalidInput(_("Write whom or what to look for."), field="title")
    if len(told.words.strip()) > LONGEST_WORDS:
        raise InvalidInput(_("At most 1,000 signs: it is read under way."), field="words")
    for phrase in _phrases(told.watch_words):
        if sum(sign.isalnum() for sign in phrase) < SHORTEST_WATCHED:
            raise InvalidInput(
                _("“%(phrase)s” is too short to watch for: every second call has it.") % {"phrase": phrase},
                field="watch_words",
            )
    _check_end(told.until_at, now)


def _check_end(until_at: datetime, now: datetime) -> None:
    if until_at <= now:
        raise InvalidInput(_("That moment has been. Say until when to look out."), field="until_at")
    longest = figures.span("wanted_longest")
    if until_at > now + longest:
        raise InvalidInput(
            _("A notice holds at most %(days)s days. Prolong it then.") % {"days": longest.days},
            field="until_at",
        )
