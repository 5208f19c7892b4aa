"""The stream as a process of its own: what survives its death, and what it costs the database."""

from __future__ import annotations

import signal
from contextlib import ExitStack

from django.db import connection

from carma.accounts.models import User
from tests.events.streaming import Process, listening, serving, tell, until


def _connections() -> int:
    """Connections to the test's database besides our own."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        return int(cursor.fetchone()[0])


def test_a_killed_process_loses_nothing(committed: None, dispatcher: User) -> None:
    first = Process()
    with serving(first), listening(first, dispatcher) as listener:
        seen = tell()
        until(lambda: listener.positions == [seen])
        first.stop(signal.SIGKILL)
        until(lambda: listener.over)
    missed = [tell() for _ in range(3)]
    second = Process(first.port)
    with serving(second), listening(second, dispatcher, f"?after={seen}") as again:
        last = tell()
        until(lambda: last in again.positions)

    assert again.positions == [*missed, last]


def test_many_clients_take_few_connections_and_do_not_keep_it_from_stopping(
    committed: None, dispatcher: User
) -> None:
    before = _connections()
    process = Process()
    with serving(process), ExitStack() as clients:
        listeners = [clients.enter_context(listening(process, dispatcher)) for _ in range(30)]
        pos = tell()
        until(lambda: all(listener.positions == [pos] for listener in listeners))

        assert _connections() - before <= 3
        assert process.health()[1]["clients"] == 30
        assert process.stop() < 5
        until(lambda: all(listener.over for listener in listeners))
