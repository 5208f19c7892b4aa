from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine

from carma import clock as time_now
from carma.accounts.models import User
from carma.actionfields.models import IncidentType
from carma.geo.metres import moved
from carma.incidents.actions import PlaceTold, cancel
from carma.incidents.duplicates import possible
from carma.incidents.models import Incident
from tests.cast import GENK

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock", "geography")]
Take = Callable[..., Incident]


def near(metres: float) -> PlaceTold:
    point = moved((GENK.lat or 0, GENK.lon or 0), north_m=metres, east_m=0)
    return PlaceTold(label=f"{metres} m", lat=point.lat, lon=point.lon)


def ask(user: User, code: str = "ORD-106", **told: object) -> list[tuple[Incident, int | None]]:
    kind = IncidentType.objects.get(code=code)
    found = possible(
        user=user,
        at=time_now.now(),
        type=kind,
        lat=GENK.lat,
        lon=GENK.lon,
        **told,  # type: ignore[arg-type]
    )
    return [(each.incident, each.distance_m) for each in found]


def test_the_same_group_within_300_m_and_30_minutes_nearest_first(take: Take, dispatcher: User) -> None:
    far, close = take(place=near(290)), take("ORD-107", place=near(40))
    take(place=near(310))
    take("VKR-104", place=near(10))

    assert ask(dispatcher) == [(close, 40), (far, 290)]


def test_older_than_half_an_hour_is_another_incident(
    take: Take, dispatcher: User, clock: time_machine.Traveller
) -> None:
    take()
    clock.shift(timedelta(minutes=31))

    assert ask(dispatcher) == []


def test_what_is_over_is_not_offered(take: Take, dispatcher: User) -> None:
    cancel(take(), "false_call", by=dispatcher)

    assert ask(dispatcher) == []


@pytest.mark.parametrize("phone", ["+3289 000102", "0032 89 00.01.02", "089/00 01 02"])
def test_the_same_phone_is_offered_wherever_it_is(take: Take, dispatcher: User, phone: str) -> None:
    other = take("CRI-204", place=None, caller_phone="+32 89 00 01 02")

    assert ask(dispatcher, phone=phone) == [(other, None)]
    assert ask(dispatcher, phone="0031 89 00 01 02") == []


def test_only_what_the_user_may_know_of(take: Take, wijkinspecteur: User) -> None:
    take()

    assert ask(wijkinspecteur) == []
