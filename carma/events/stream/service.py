"""The stream's web service: `/stream` for those who listen, `/stream/health` for the supervisor.

Plain ASGI instead of Django's handler, which would keep a thread and a database connection for
every open stream.
"""

from __future__ import annotations

import asyncio
import io
import logging
import os
import signal
import threading
from collections.abc import Awaitable, Callable, MutableMapping
from functools import partial
from types import FrameType
from typing import Any

import orjson
from django.core.handlers.asgi import ASGIRequest
from django.db import Error
from django.http import HttpRequest
from django.utils.translation import gettext as _

from carma.errors import DomainError
from carma.events import position
from carma.events.stream import doors, frames, guard, viewers
from carma.events.stream.hub import SILENT, Client, Hub
from carma.events.stream.reader import Reader

log = logging.getLogger(__name__)

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

PLACES = 600  # streams of one process, which can look after so many; further ones poll
EACH = 40  # streams one user may have open in one process
SLOW = 10.0  # seconds a client may take to accept what we send

_ALWAYS = {"Cache-Control": "no-store", "Vary": "Origin, Cookie", "X-Content-Type-Options": "nosniff"}
_STREAM = {"Content-Type": "text/event-stream; charset=utf-8", "X-Accel-Buffering": "no"}


class Service:
    """One per process. Its hub and threads live from the server's start-up to its shutdown."""

    hub: Hub
    _reader: Reader
    _guard: asyncio.Task[None]

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        elif scope["type"] == "http":
            await self._answer(scope, receive, send)

    async def _live(self, receive: Receive, send: Send) -> None:
        while True:
            message = await receive()
            if message["type"] == "lifespan.startup":
                self._start()
            else:
                await self._stop()
            await send({"type": message["type"] + ".complete"})
            if message["type"] == "lifespan.shutdown":
                return

    def _start(self) -> None:
        self.hub = Hub()
        self._reader = Reader(self.hub)
        self._reader.start()
        self._guard = asyncio.create_task(guard.keep(self.hub))
        if threading.current_thread() is threading.main_thread():
            for number in (signal.SIGTERM, signal.SIGINT):
                self._end_streams_on(number)

    async def _stop(self) -> None:
        self.hub.close()
        self._guard.cancel()
        self._reader.stop()
        await asyncio.to_thread(self._reader.join, 2)

    def _end_streams_on(self, number: signal.Signals) -> None:
        """End the streams when the signal comes: a server waits for its open answers first, forever."""
        loop, before = asyncio.get_running_loop(), signal.getsignal(number)

        def end(signum: int, frame: FrameType | None) -> None:
            loop.call_soon_threadsafe(self.hub.close)
            if callable(before):
                before(signum, frame)

        signal.signal(number, end)

    async def _answer(self, scope: Message, receive: Receive, send: Send) -> None:
        if scope["path"] == "/stream/health":
            await self._tell_health(send)
            return
        request = ASGIRequest(scope, io.BytesIO())
        cors: dict[str, str] = {}
        try:
            doors.check_address(request)
            origin = doors.origin_of(request)
            if origin:
                cors = {"Access-Control-Allow-Origin": origin, "Access-Control-Allow-Credentials": "true"}
            client = await self._admit(request)
        except DomainError as refusal:
            await _refuse(send, refusal, cors)
        else:
            await self._stream(client, receive, send, cors)

    async def _admit(self, request: HttpRequest) -> Client:
        """Let a client join, behind every check. Raises a `DomainError` for who gets no stream."""
        after = doors.position_of(request)
        credential = viewers.shown_by(request)
        try:
            await asyncio.wait_for(self.hub.ready.wait(), viewers.LONGEST)
            [viewer] = await viewers.in_thread(partial(viewers.look, [credential]))
            if viewer is None:
                raise doors.NotKnown(_("Sign in first."))
            lost = after is not None and not await self._reaches(after)
        except (Error, TimeoutError):
            raise doors.Unready(_("The database does not answer; try again in a moment.")) from None
        if self.hub.closing or len(self.hub.clients) >= PLACES:
            raise doors.Unready(_("This process takes no more listeners; come back in a moment."))
        if self.hub.streams_of(viewer.user_id) >= EACH:
            raise doors.TooMany(_("You have too many windows open; close some."))
        if lost:
            client = Client(credential, viewer, self.hub.pos)
            client.end(frames.retry() + frames.resync(self.hub.pos))
            return client
        return self.hub.join(credential, viewer, after)

    async def _reaches(self, after: int) -> bool:
        """Whether a client that saw this much can be told all it missed.

        A page may know of an event before our reader does; a position that even the database
        does not know is of a feed that is no more.
        """
        if after > self.hub.pos and after > await viewers.in_thread(position.latest):
            return False
        return self.hub.reaches(after)

    async def _stream(self, client: Client, receive: Receive, send: Send, cors: dict[str, str]) -> None:
        """Send what is queued for a client until it goes or is ended."""
        gone = asyncio.create_task(_until_gone(client, receive))
        try:
            await send(_start(200, {**_ALWAYS, **_STREAM, **cors}))
            open_ = True
            while open_:
                await client.wake.wait()
                open_ = not client.ended
                async with asyncio.timeout(SLOW):
                    await send({"type": "http.response.body", "body": client.take(), "more_body": open_})
        except TimeoutError:
            log.info("a client took nothing for %s s and was left", SLOW)
        finally:
            gone.cancel()
            self.hub.leave(client)

    async def _tell_health(self, send: Send) -> None:
        """200 while the feed is followed, else 503; needs no login and tells nothing of anybody."""
        healthy = self.hub.silence < SILENT
        facts = {"pos": self.hub.pos, "clients": len(self.hub.clients), "pid": os.getpid()}
        body = orjson.dumps({"status": "ok" if healthy else "no database", **facts})
        await send(_start(200 if healthy else 503, {**_ALWAYS, "Content-Type": "application/json"}))
        await send({"type": "http.response.body", "body": body})


async def _until_gone(client: Client, receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
    client.end()


async def _refuse(send: Send, refusal: DomainError, cors: dict[str, str]) -> None:
    headers = {**_ALWAYS, **cors, "Content-Type": "application/problem+json"}
    if refusal.status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    body = {"type": "about:blank", "status": refusal.status, "code": refusal.code, "detail": refusal.detail}
    await send(_start(refusal.status, headers))
    await send({"type": "http.response.body", "body": orjson.dumps(body)})


def _start(status: int, headers: dict[str, str]) -> Message:
    pairs = [(name.lower().encode(), value.encode("latin-1")) for name, value in headers.items()]
    return {"type": "http.response.start", "status": status, "headers": pairs}
