from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from django.db import connection, transaction
from pytest_django import Settings

from carma import clock
from carma.accounts.models import Section
from carma.audit import trail
from carma.audit.chain import breaks
from carma.events import outbox
from carma.events.models import Event

pytestmark = pytest.mark.both_databases
WRITERS, EACH = 8, 25


def write(section: Section, hold: threading.Event) -> None:
    """Emit early in the transaction and commit late, in another order than the ids were given."""
    try:
        for n in range(EACH):
            with transaction.atomic():
                outbox.emit("section.told", section, at=clock.now())
                trail.record("section.told", section, by=None, at=clock.now(), changes={"n": n})
                hold.wait(0.001 * (n % 4))
    finally:
        connection.close()


def read(until: int, stop: threading.Event) -> list[int]:
    """What a reader with a plain cursor sees while the writers are at work."""
    seen: list[int] = []
    try:
        while len(seen) < until and not stop.wait(0.001):
            last = seen[-1] if seen else 0
            new = Event.objects.filter(pos__gt=last).order_by("pos").values_list("pos", flat=True)
            seen += [pos for pos in new if pos is not None]
        return seen
    finally:
        connection.close()


@pytest.mark.django_db(transaction=True)
def test_a_reader_behind_a_cursor_misses_nothing(settings: Settings, tmp_path: Path) -> None:
    settings.VAR_DIR = tmp_path  # anchors of tests before this one are of another chain
    section = Section.objects.create(code="room", name="Room")
    never, stop = threading.Event(), threading.Event()
    with ThreadPoolExecutor(WRITERS + 1) as pool:
        reader = pool.submit(read, WRITERS * EACH, stop)
        writers = [pool.submit(write, section, never) for _ in range(WRITERS)]
        for writer in writers:
            writer.result(timeout=60)
        threading.Timer(20, stop.set).start()
        seen = reader.result(timeout=60)
    stop.set()

    assert len(seen) == WRITERS * EACH
    assert set(seen) == set(Event.objects.values_list("pos", flat=True))
    assert list(breaks()) == []
