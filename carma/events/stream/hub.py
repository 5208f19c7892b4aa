"""Who is listening in this process, and handing each of them what they may hear.

Everything here runs on the event loop's thread, but for the three `from_reader` calls of the hub.
"""

from __future__ import annotations

import asyncio
import random
import threading
import time
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from carma.events.stream import frames
from carma.events.stream.feed import BACKLOG, Pulse, Told
from carma.events.stream.viewers import Credential, Viewer

QUEUE = 500  # a client this far behind is told to fetch anew instead
SPREAD = 10.0  # seconds over which those who join together are looked at again
SILENT = 8.0  # seconds without the database after which we give no sign of life either


@dataclass(frozen=True, slots=True)
class Framed:
    told: Told
    frame: bytes


class Client:
    """One open stream. `seen` is the position up to which its frames have been queued."""

    def __init__(self, credential: Credential, viewer: Viewer, seen: int) -> None:
        self.credential = credential
        self.viewer = viewer
        self.seen = seen
        self.checked_at = time.monotonic()
        self.ended = False
        self.wake = asyncio.Event()
        self._frames: deque[bytes] = deque()

    def offer(self, framed: Iterable[Framed]) -> None:
        """Queue what this client may hear and has not had; a client that can't keep up is ended."""
        topics = self.viewer.topics
        for one in framed:
            if one.told.pos <= self.seen or self.ended:
                continue
            self.seen = one.told.pos
            if one.told.may_be_heard_with(topics):
                self._queue(one.frame)

    def beat(self, frame: bytes, pos: int) -> None:
        if pos >= self.seen and not self.ended:
            self._queue(frame)

    def greet(self, frame: bytes) -> None:
        """Queue what opens the stream, whatever its size."""
        self._frames.append(frame)
        self.wake.set()

    def end(self, farewell: bytes = b"") -> None:
        """Close the stream after `farewell`; with one, what still waited is dropped."""
        if self.ended:
            return
        self.ended = True
        if farewell:
            self._frames.clear()
            self._frames.append(farewell)
        self.wake.set()

    def take(self) -> bytes:
        self.wake.clear()
        body = b"".join(self._frames)
        self._frames.clear()
        return body

    def _queue(self, frame: bytes) -> None:
        if len(self._frames) >= QUEUE:
            self.end(frames.resync(self.seen))
        else:
            self._frames.append(frame)
            self.wake.set()


class Hub:
    """The listeners of this process, and the newest events kept at hand for who comes back.

    A client joins and gets what it missed in one step of the loop, so nothing can fall between.
    """

    def __init__(self) -> None:
        self.clients: set[Client] = set()
        self.pos = 0
        self.closing = False
        self.ready = asyncio.Event()
        self._loop = asyncio.get_running_loop()
        self._recent: deque[Framed] = deque(maxlen=BACKLOG)
        self._pulse: Pulse | None = None
        self._pulse_heard = 0.0

    @property
    def silence(self) -> float:
        """Seconds since the database last answered."""
        return time.monotonic() - self._pulse_heard if self._pulse else float("inf")

    def reaches(self, after: int) -> bool:
        """Whether everything after a position is still at hand."""
        return not self._recent or after >= self._recent[0].told.pos - 1

    def streams_of(self, user_id: int) -> int:
        return sum(client.viewer.user_id == user_id for client in self.clients)

    def join(self, credential: Credential, viewer: Viewer, after: int | None) -> Client:
        """Begin a stream after a position that is within reach; without one, from now."""
        client = Client(credential, viewer, self.pos if after is None else after)
        # After a restart all come at once; being looked at again, they should not.
        client.checked_at -= random.uniform(0, SPREAD)  # noqa: S311  nothing secret
        client.greet(frames.retry())
        self.clients.add(client)
        missed = [one for one in self._recent if one.told.pos > client.seen]
        for one in missed:
            client.seen = one.told.pos
            if one.told.may_be_heard_with(viewer.topics):
                client.greet(one.frame)
        if self._pulse and self.silence < SILENT:
            client.greet(self._heartbeat(self._pulse, client.seen))
        return client

    def leave(self, client: Client) -> None:
        self.clients.discard(client)

    def close(self) -> None:
        """End every stream at once: the process stops, the clients go elsewhere or come back."""
        self.closing = True
        for client in self.clients:
            client.end()

    def renew_from_reader(self, events: Sequence[Told]) -> None:
        """Begin anew from the newest events: at the start, and when the database went back in time."""
        self._loop.call_soon_threadsafe(self._renew, [Framed(told, frames.event(told)) for told in events])

    def tell_from_reader(self, events: Sequence[Told]) -> None:
        """Hand out new events, and wait until every client had its turn to send them.

        Without the wait a burst would fill the queues of clients that keep up perfectly well.
        """
        done = threading.Event()
        framed = [Framed(told, frames.event(told)) for told in events]
        self._loop.call_soon_threadsafe(self._tell, framed, done)
        done.wait(5)

    def beat_from_reader(self, pulse: Pulse) -> None:
        self._loop.call_soon_threadsafe(self._beat, pulse)

    def _renew(self, framed: list[Framed]) -> None:
        self._recent = deque(framed, maxlen=BACKLOG)
        self.pos = framed[-1].told.pos if framed else 0
        for client in self.clients:
            client.end(frames.resync(self.pos))
        self.ready.set()

    def _tell(self, framed: list[Framed], done: threading.Event) -> None:
        self._recent.extend(framed)
        self.pos = framed[-1].told.pos
        for client in self.clients:
            client.offer(framed)
        self._loop.call_soon(done.set)

    def _beat(self, pulse: Pulse) -> None:
        self._pulse, self._pulse_heard = pulse, time.monotonic()
        frame = self._heartbeat(pulse, self.pos)
        for client in self.clients:
            client.beat(frame, self.pos)

    def _heartbeat(self, pulse: Pulse, pos: int) -> bytes:
        """The pulse as it would read now, some seconds after it was taken."""
        engine = None if pulse.engine is None else round(pulse.engine + self.silence, 1)
        return frames.heartbeat(pulse.at + timedelta(seconds=self.silence), pos, engine)
