"""What a client of the stream hears: everything that is its business, in order, once."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from carma import clock
from carma.accounts.models import User
from carma.events import position
from carma.events.models import Event
from carma.events.stream import frames, reader
from carma.events.stream.feed import Told
from carma.events.stream.hub import QUEUE, Client, Framed
from carma.events.stream.viewers import Credential, Viewer
from tests.cast import Member
from tests.events.streaming import InThread, listening, serving, tell, until


@pytest.fixture
def stream(committed: None) -> Iterator[InThread]:
    server = InThread()
    with serving(server):
        yield server


def _tell_and_close(subject: str) -> int:
    try:
        return tell(subject=subject)
    finally:
        connection.close()


def test_it_tells_keys_and_nothing_else(stream: InThread, dispatcher: User) -> None:
    with listening(stream, dispatcher) as listener:
        pos = tell(kind="incident.queued", subject="abc")
        until(lambda: listener.positions)

    assert listener.named("message") == [
        {"pos": pos, "kind": "incident.queued", "type": "incidents.incident", "id": "abc", "version": 1}
    ]


def test_it_tells_all_in_order_whoever_commits(stream: InThread, dispatcher: User) -> None:
    with listening(stream, dispatcher) as listener, ThreadPoolExecutor(8) as writers:
        told = set(writers.map(_tell_and_close, (f"{n}" for n in range(100))))
        until(lambda: len(listener.positions) >= 100)

    assert listener.positions == sorted(told)
    assert {facts["id"] for facts in listener.named("message")} == {f"{n}" for n in range(100)}


def test_who_comes_back_misses_nothing(stream: InThread, dispatcher: User) -> None:
    with listening(stream, dispatcher) as before:
        first = tell()
        until(lambda: before.positions)
    missed = [tell(), tell()]
    with listening(stream, dispatcher, f"?after={first}") as after:
        later = tell()
        until(lambda: later in after.positions)

    assert after.positions == [*missed, later]


def test_the_browsers_own_position_counts_before_the_address(stream: InThread, dispatcher: User) -> None:
    first, second, third = tell(), tell(), tell()
    with listening(stream, dispatcher, f"?after={first}", Last_Event_ID=str(second)) as listener:
        until(lambda: third in listener.positions)

    assert listener.positions == [third]


def test_a_page_may_know_more_than_the_reader(stream: InThread, dispatcher: User) -> None:
    """A page drawn just now carries a position that the stream's own reader may not have seen."""
    pos = tell()
    until(lambda: stream.service.hub.pos == pos)
    stream.service.hub.pos = 0
    with listening(stream, dispatcher, f"?after={pos}") as listener:
        later = tell()
        until(lambda: later in listener.positions)

    assert listener.positions == [later]
    assert not listener.named("resync")


def test_it_gives_a_sign_of_life_at_once(stream: InThread, dispatcher: User) -> None:
    pos = tell()
    until(lambda: stream.service.hub.pos == pos)
    with listening(stream, dispatcher) as listener:
        pass

    [beat] = listener.named("heartbeat")
    assert beat["pos"] == pos
    assert set(beat) == {"at", "pos", "engine"}


def test_an_outsider_hears_nothing_but_moves_along(
    committed: None, member: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Heartbeats carry the position, so that who hears nothing is not told to fetch all anew one day."""
    monkeypatch.setattr(reader, "PULSE", 0.1)
    outsider = member("outsider", "wijk", municipalities=["72004"])
    stream = InThread()
    with serving(stream), listening(stream, outsider) as listener:
        foreign, own = tell("incident:71016"), tell("incident:72004")
        tell("")
        until(lambda: own in listener.positions)
        until(lambda: listener.named("heartbeat")[-1]["pos"] == position.latest())

    assert foreign < own
    assert listener.positions == [own]


def test_who_was_away_too_long_is_told_to_fetch_anew(
    stream: InThread, dispatcher: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = tell()
    for _ in range(3):
        last = tell()
    until(lambda: stream.service.hub.pos == last)
    monkeypatch.setattr(stream.service.hub, "reaches", lambda after: after >= last - 1)
    with listening(stream, dispatcher, f"?after={first}") as listener:
        until(lambda: listener.over)

    assert listener.named("resync") == [{"pos": last}]
    assert not listener.positions


def test_a_position_of_another_life_is_told_to_fetch_anew(stream: InThread, dispatcher: User) -> None:
    with listening(stream, dispatcher, f"?after={position.latest() + 1000}") as listener:
        until(lambda: listener.over)

    assert listener.named("resync") == [{"pos": position.latest()}]


def test_losing_the_database_loses_nothing(stream: InThread, dispatcher: User) -> None:
    with listening(stream, dispatcher) as listener:
        first = tell()
        until(lambda: listener.positions)
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE usename = current_user AND pid <> pg_backend_pid()"
            )
        second = tell()
        until(lambda: second in listener.positions)

    assert listener.positions == [first, second]


def test_without_notifications_it_still_hears_of_everything(
    committed: None, dispatcher: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reader, "WAKE_ME", "SELECT 1")
    deaf = InThread()
    with serving(deaf), listening(deaf, dispatcher) as listener:
        told = [tell(), tell()]
        until(lambda: told[-1] in listener.positions)

    assert listener.positions == told


def test_a_burst_tells_nobody_to_fetch_anew(stream: InThread, dispatcher: User) -> None:
    """Many more events than a client's queue holds, in one transaction: who keeps up hears them all."""
    with listening(stream, dispatcher) as listener:
        Event.objects.bulk_create(
            Event(at=clock.now(), kind="k", subject_type="t", subject_id=f"{n}", topic="incident:")
            for n in range(3 * QUEUE)
        )
        until(lambda: len(listener.positions) == 3 * QUEUE)

    assert listener.positions == sorted(listener.positions)
    assert not listener.named("resync")


def test_a_client_that_takes_nothing_is_told_to_fetch_anew() -> None:
    stuck = Client(Credential("", "", ""), Viewer(1, frozenset({"incident:*"})), 0)
    for pos in range(1, QUEUE + 2):
        stuck.offer([Framed(Told(pos, "k", "t", "1", 1, "incident:71016"), b"x")])

    assert stuck.ended
    assert stuck.take() == frames.resync(QUEUE + 1)
