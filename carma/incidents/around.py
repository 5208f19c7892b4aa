"""What is known of a place before anybody goes there: what packages know of it, and what happened there."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Self

from django.db.models import Model

from carma import clock, registry
from carma.accounts.models import User
from carma.geo.metres import Point, box, distance_m
from carma.incidents.models import Incident, PlaceWarning
from carma.incidents.models.warning import WIDEST_M
from carma.norms import figures

log = logging.getLogger(__name__)

MOST_EARLIER = 8
LOOKED_AT = 200  # rows of which the distance is measured
SAME_M = 5  # a point this near is the same address, told by another source

ICONS: dict[str, str] = {
    **dict.fromkeys(PlaceWarning.DANGERS, "exclamation-octagon-fill"),
    PlaceWarning.Kind.ACCESS: "key-fill",
    PlaceWarning.Kind.HOUSE_BAN: "house-slash-fill",
    PlaceWarning.Kind.AREA_BAN: "sign-stop-fill",
    PlaceWarning.Kind.ABSENCE_WATCH: "house-lock-fill",
    PlaceWarning.Kind.PROTECTED_PERSON: "shield-fill-exclamation",
}


@dataclass(frozen=True)
class Spot:
    """A place somebody asks about (WGS84), and the words in which it was told."""

    lat: float | None = None
    lon: float | None = None
    address_id: int | None = None
    words: str = ""

    @classmethod
    def of(cls, incident: Incident) -> Self:
        return cls(incident.lat, incident.lon, incident.address_id, incident.description)

    @property
    def point(self) -> Point | None:
        return None if self.lat is None or self.lon is None else Point(self.lat, self.lon)


@dataclass(frozen=True)
class Fact:
    """One thing that is known of a place. `distance_m` 0 is the address itself, None: not by its distance.

    `record` is what was read; `label`, `words` and `by` are plain text.
    """

    record: Model
    kind: str
    label: Any
    words: str
    icon: str
    is_danger: bool = False
    distance_m: int | None = None
    until_at: datetime | None = None
    reference: str = ""
    by: str = ""


@dataclass(frozen=True)
class Earlier:
    """An incident that happened there before."""

    incident: Incident
    distance_m: int


@dataclass(frozen=True)
class Around:
    """What one user may know of a place; `is_whole` False when a source could not be asked."""

    facts: list[Fact] = field(default_factory=list)
    earlier: list[Earlier] = field(default_factory=list)
    has_more: bool = False
    is_whole: bool = True

    @property
    def dangers(self) -> int:
        return sum(fact.is_danger for fact in self.facts)

    @property
    def live(self) -> str:
        """What a screen listens to, to know of a change at once."""
        return " ".join(f"{name}:*" for name in registry.place_records())

    @property
    def records(self) -> list[Model]:
        """Everything it shows, for the audit trail."""
        return [*(fact.record for fact in self.facts), *(each.incident for each in self.earlier)]


def known(spot: Spot, *, user: User, but: Incident | None = None) -> Around:
    """Dangers first, then the other facts, the nearest first; and what happened there, the newest first.

    `but` is the incident that asks. A source that fails is logged and leaves the others standing.
    """
    facts: list[Fact] = []
    is_whole = True
    for ask in registry.place_sources():
        try:
            facts += ask(spot, user)
        except Exception:
            log.exception("place source %s failed", ask.__qualname__)
            is_whole = False
    facts.sort(key=lambda fact: (not fact.is_danger, fact.distance_m or 0, str(fact.label)))
    earlier = _earlier(spot.point, spot.address_id, user, but) if spot.point else []
    return Around(facts, earlier[:MOST_EARLIER], has_more=len(earlier) > MOST_EARLIER, is_whole=is_whole)


def warned(spot: Spot, user: User) -> Iterator[Fact]:
    """The warnings in force that reach this point."""
    if spot.point is None:
        return
    rows = PlaceWarning.objects.visible_to(user).in_force().filter(**box(*spot.point, WIDEST_M))
    for warning in rows.select_related("set_by").order_by("until_at", "id"):
        away = _away(spot.point, spot.address_id, warning)
        if away <= warning.reach_m:
            yield Fact(
                record=warning,
                kind=warning.kind,
                label=warning.get_kind_display(),
                words=warning.words,
                icon=ICONS.get(warning.kind, "exclamation-triangle-fill"),
                is_danger=warning.is_danger,
                distance_m=away,
                until_at=warning.until_at,
                reference=warning.reference,
                by=warning.set_by.display_name,
            )


def _earlier(point: Point, address_id: int | None, user: User, but: Incident | None) -> list[Earlier]:
    reach = figures.value("place_reach")
    since = clock.now() - figures.span("place_history")
    rows = Incident.objects.visible_to(user).filter(received_at__gte=since, **box(*point, reach))
    if but is not None:
        rows = rows.exclude(pk=but.pk)
    rows = rows.exclude(status=Incident.Status.MERGED).select_related("type", "priority")
    light = rows.defer("search", "description", "type__synonyms", "priority__basis")
    found = [Earlier(each, _away(point, address_id, each)) for each in _newest(light)]
    return [each for each in found if each.distance_m <= reach]


def _newest(rows: Any) -> Iterable[Incident]:
    found: Iterable[Incident] = rows.order_by("-received_at", "id")[:LOOKED_AT]
    return found


def _away(point: Point, address_id: int | None, record: Any) -> int:
    """Metres to a record's point; 0 for the address itself."""
    if address_id is not None and address_id == record.address_id:
        return 0
    metres = round(distance_m((record.lat, record.lon), point))
    return 0 if metres <= SAME_M else metres
