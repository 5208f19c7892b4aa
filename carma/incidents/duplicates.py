"""Which running incidents a new call may be about."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from carma.accounts.models import User
from carma.actionfields.models import IncidentType
from carma.geo.metres import box, distance_m
from carma.incidents import phones
from carma.incidents.models import Incident
from carma.norms import figures

MOST = 5
MOST_SHOWN = 20


@dataclass(frozen=True)
class Possible:
    """A running incident that may be the same; `distance_m` None when only the phone is the same."""

    incident: Incident
    distance_m: int | None
    same_phone: bool


def possible(
    *,
    user: User,
    at: datetime,
    type: IncidentType | None = None,
    lat: float | None = None,
    lon: float | None = None,
    phone: str = "",
) -> list[Possible]:
    """Open incidents of the same type group within the norm's distance and time, or from the same phone.

    Nearest first, at most five, only those the user may know of.
    """
    digits = phones.dialled(phone)
    alike = Q()
    if type is not None and lat is not None and lon is not None:
        alike |= _near(type, lat, lon)
    if len(digits) >= 6:
        alike |= Q(pk__in=Incident.objects.filter(calls__phone_digits=digits).values("pk"))
    if not alike:
        return []
    since = at - figures.span("duplicate_window")
    rows = Incident.objects.visible_to(user).open().filter(alike, received_at__gte=since)
    rows = rows.select_related("type", "priority").prefetch_related("calls")
    found = [_measured(incident, lat, lon, digits) for incident in rows[:50]]
    reach = figures.value("duplicate_radius")
    near = [
        each
        for each in found
        if each.same_phone or (each.distance_m is not None and each.distance_m <= reach)
    ]
    return sorted(near, key=lambda each: (each.distance_m is None, each.distance_m, each.incident.reference))[
        :MOST
    ]


def numbered(found: list[Possible], shown: list[str]) -> tuple[list[tuple[int, Possible]], list[str]]:
    """Each with its number on the screen, and the keys in the order of their numbers.

    What is `shown` already keeps its number, also when one before it is no longer found: the key that adds a
    call must not mean another incident than the one that was read.
    """
    new = [str(one.incident.pk) for one in found if str(one.incident.pk) not in shown]
    keys = [*shown[:MOST_SHOWN], *new]
    rows = [(keys.index(str(one.incident.pk)) + 1, one) for one in found if str(one.incident.pk) in keys]
    return sorted(rows, key=lambda row: row[0]), keys


def _near(type: IncidentType, lat: float, lon: float) -> Q:
    """A box around the point; the exact distance is measured on what it holds."""
    return Q(type__group=type.group, **box(lat, lon, figures.value("duplicate_radius")))


def _measured(incident: Incident, lat: float | None, lon: float | None, digits: str) -> Possible:
    metres = None
    if None not in (lat, lon, incident.lat, incident.lon):
        metres = round(distance_m((incident.lat, incident.lon), (lat, lon)))  # type: ignore[arg-type]  # just checked
    same = bool(digits) and any(call.phone_digits == digits for call in incident.calls.all())
    return Possible(incident, metres, same)
