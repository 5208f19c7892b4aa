"""The one place of a stream process that follows the feed: a thread with one connection.

NOTIFY only wakes it. What it hands on is read by position, at least every second, so a lost
notification costs a second and a lost connection nothing.
"""

from __future__ import annotations

import logging
import select
import socket
import threading
import time
from typing import Any

from django.db import Error, connection

from carma.events.stream import feed
from carma.events.stream.hub import Hub

log = logging.getLogger(__name__)

WAKE_ME = "LISTEN carma_events"
BATCH = 200
POLL = 1.0  # seconds
PULSE = 5.0
PAUSE = 0.3  # before connecting again


class Reader(threading.Thread):
    """Reads what happened and tells the hub, whatever happens to the database."""

    def __init__(self, hub: Hub) -> None:
        super().__init__(name="feed-reader", daemon=True)
        self._hub = hub
        self._pos: int | None = None
        self._pulse_due = 0.0
        self._stopping = threading.Event()
        self._hears_stop, self._says_stop = socket.socketpair()

    def stop(self) -> None:
        """Let the thread come to its end, also out of its sleep."""
        self._stopping.set()
        self._says_stop.close()

    def run(self) -> None:
        while not self._stopping.is_set():
            try:
                self._follow()
            except Error as error:
                log.warning("the feed lost the database, connecting again: %s", str(error).strip())
            except Exception:
                log.exception("the feed failed, beginning again at %s", self._pos)
            connection.close()
            self._stopping.wait(PAUSE)
        self._hears_stop.close()

    def _follow(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SET statement_timeout = '5s'")
            cursor.execute(WAKE_ME)
        self._pulse_due = 0.0
        while not self._stopping.is_set():
            if time.monotonic() >= self._pulse_due:
                self._take_pulse()
            if not self._read():
                self._wait(connection.connection)

    def _take_pulse(self) -> None:
        pulse = feed.pulse()
        if self._pos is None or pulse.latest < self._pos:
            self._begin()
        self._hub.beat_from_reader(pulse)
        self._pulse_due = time.monotonic() + PULSE

    def _begin(self) -> None:
        """Start from the newest events; also after the database was put back to an earlier moment."""
        newest = feed.newest(feed.BACKLOG)
        self._pos = newest[-1].pos if newest else 0
        self._hub.renew_from_reader(newest)

    def _read(self) -> bool:
        told = feed.read_after(self._pos or 0, limit=BATCH)
        if told:
            self._hub.tell_from_reader(told)
            self._pos = told[-1].pos
        return bool(told)

    def _wait(self, raw: Any) -> None:
        """Sleep until the database notifies or a second is over.

        A notification that came along with an earlier answer is in `notifies` already and would
        not make the socket readable.
        """
        if not raw.notifies:
            poller = select.poll()
            poller.register(raw.fileno(), select.POLLIN)
            poller.register(self._hears_stop, select.POLLIN)
            if poller.poll(1000 * min(POLL, max(self._pulse_due - time.monotonic(), 0))):
                with connection.wrap_database_errors:
                    raw.poll()
        raw.notifies.clear()
