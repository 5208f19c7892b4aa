from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine

from carma import clock as time_now
from carma import registry
from carma.accounts.models import Section
from carma.events import deliveries, outbox
from carma.events.models import Delivery, Event

pytestmark = pytest.mark.django_db


class Ear:
    """A subscriber that keeps what it heard, and fails as often as it is told to."""

    def __init__(self) -> None:
        self.heard: list[int] = []
        self.fails = 0

    def __call__(self, event: Event) -> None:
        if self.fails:
            self.fails -= 1
            raise RuntimeError("not now")
        self.heard.append(event.pk)


@pytest.fixture
def ear() -> Iterator[Ear]:
    one = Ear()
    one.__qualname__ = "ear"  # type: ignore[attr-defined]  # what a function has of itself
    registry.subscribe("section.told")(one)
    yield one
    registry._by_event["section.told"].clear()


@pytest.fixture
def event(clock: time_machine.Traveller, ear: Ear) -> Event:
    section = Section.objects.create(code="room", name="Room")
    outbox.emit("section.told", section, at=time_now.now())
    return Event.objects.get()


def test_a_subscriber_hears_an_event_once(event: Event, ear: Ear) -> None:
    assert deliveries.deliver_owed() == 1
    assert deliveries.deliver_owed() == 0
    assert ear.heard == [event.pk]


def test_a_failing_subscriber_stays_owed_with_its_error_and_waits_longer_each_time(
    event: Event, ear: Ear
) -> None:
    ear.fails = 2
    waits = []
    at = time_now.database_now()
    for _ in range(2):
        deliveries.deliver_owed(at)
        owed = Delivery.objects.get()
        waits.append(owed.due_at - at)
        assert (owed.done_at, owed.error) == (None, "RuntimeError('not now')")
        at = owed.due_at

    assert waits == [timedelta(seconds=5), timedelta(seconds=10)]
    assert deliveries.deliver_owed(at - timedelta(seconds=1)) == 0
    assert deliveries.deliver_owed(at) == 1
    assert ear.heard == [event.pk]


def test_events_are_forgotten_after_a_week_unless_something_is_owed(
    event: Event, ear: Ear, clock: time_machine.Traveller
) -> None:
    clock.shift(timedelta(days=8))
    assert deliveries.prune() == 0
    deliveries.deliver_owed()

    deliveries.prune()
    assert not Event.objects.exists()
