from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime

import pytest

from carma import clock as time_now
from carma.accounts.models import User
from carma.actionfields.models import IncidentType
from carma.events.deliveries import deliver_owed
from carma.events.models import Event
from carma.incidents import actions
from carma.incidents.models import Incident
from carma.policy import contributions, tallies
from carma.policy.models import Tally

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock", "geography")]
Take = Callable[..., Incident]
MARCH = date(2026, 3, 1)


def counted() -> dict[tuple[date, str, str], int]:
    return {(t.month, t.municipality, t.type): t.count for t in Tally.objects.exclude(count=0)}


def test_a_call_counts_once_also_when_its_event_comes_twice(take: Take) -> None:
    take()
    take()
    deliver_owed()
    contributions.keep_tallies(Event.objects.filter(kind="incident.qualified").earliest("id"))

    assert counted() == {(MARCH, "71016", "ORD-106"): 2}


def test_cancelled_and_merged_do_not_count(take: Take, dispatcher: User) -> None:
    one, other, third = take(), take(), take()
    actions.cancel(one, "false_call", by=dispatcher)
    actions.merge(other, third, by=dispatcher)
    deliver_owed()

    assert counted() == {(MARCH, "71016", "ORD-106"): 1}


def test_a_new_type_moves_the_count(incident: Incident, dispatcher: User) -> None:
    deliver_owed()
    actions.retype(incident, IncidentType.objects.get(code="CRI-106"), by=dispatcher)
    deliver_owed()

    assert counted() == {(MARCH, "71016", "CRI-106"): 1}


def test_rebuilding_gives_the_same(take: Take, dispatcher: User) -> None:
    take()
    take("CRI-204")
    actions.cancel(take(), "false_call", by=dispatcher)
    deliver_owed()
    before = counted()
    tallies.rebuild()

    assert counted() == before


def test_a_month_begins_at_local_midnight() -> None:
    assert tallies.month_of(datetime(2026, 4, 1, 0, 30, tzinfo=time_now.ZONE)) == date(2026, 4, 1)
    assert tallies.month_of(datetime(2025, 12, 31, 23, 59, tzinfo=time_now.ZONE)) == date(2025, 12, 1)
