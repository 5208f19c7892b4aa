"""A real stream server for tests, and clients that listen to it."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPResponse
from typing import Any, Self

import uvicorn
from django.conf import settings
from django.test import Client

from carma import clock
from carma.accounts.models import User
from carma.events.models import Event
from carma.events.stream.service import Service

BOUND = 20.0  # seconds after which what a test waits for will not come any more


def until(holds: Callable[[], object], what: str = "", *, bound: float = BOUND) -> None:
    """Wait for a condition. Raises `AssertionError` when it does not come true in time."""
    end = time.monotonic() + bound
    while not holds():
        assert time.monotonic() < end, f"waited {bound} s in vain: {what}"
        time.sleep(0.01)


def tell(topic: str = "incident:71016", *, kind: str = "incident.queued", subject: str = "one") -> int:
    """Commit an event; answers its position."""
    event = Event.objects.create(
        at=clock.now(),
        kind=kind,
        subject_type="incidents.incident",
        subject_id=subject,
        version=1,
        topic=topic,
    )
    event.refresh_from_db(fields=["pos"])
    assert event.pos is not None
    return event.pos


def cookie_of(user: User) -> dict[str, str]:
    client = Client()
    client.force_login(user)
    return {"Cookie": f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}"}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@dataclass
class Listener:
    """A client that reads a stream in a thread, as a browser would: named events with id and data."""

    port: int
    headers: dict[str, str]
    query: str = ""
    got: list[tuple[str, int, dict[str, Any]]] = field(default_factory=list)
    status: int = 0
    over: bool = False

    def open(self) -> Self:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=BOUND)
        connection.request("GET", f"/stream{self.query}", headers=self.headers)
        answer = connection.getresponse()
        self.status, self.answer = answer.status, answer
        self._socket = connection.sock
        self._connection = connection
        self._thread = threading.Thread(target=self._read, args=(answer,), daemon=True)
        self._thread.start()
        return self

    def close(self) -> None:
        """Go away, as a browser does; also what has been cut already may be closed."""
        if self._socket is not None:
            try:
                self._socket.shutdown(socket.SHUT_RDWR)
            except OSError:
                self.over = True
        self._thread.join(BOUND)
        self.answer.close()
        self._connection.close()

    @property
    def positions(self) -> list[int]:
        return [pos for name, pos, _ in self.got if name == "message"]

    def named(self, name: str) -> list[dict[str, Any]]:
        return [facts for told, _, facts in self.got if told == name]

    def _read(self, answer: HTTPResponse) -> None:
        name, pos = "message", 0
        try:
            for raw in answer:
                word, _, value = raw.decode().rstrip("\n").partition(": ")
                if word == "event":
                    name = value
                elif word == "id":
                    pos = int(value)
                elif word == "data":
                    self.got.append((name, pos, json.loads(value)))
                elif not word:
                    name = "message"
        except (OSError, ValueError):
            pass  # cut
        finally:
            self.over = True


class InThread:
    """The stream's real ASGI application under a real uvicorn, in a thread of the test's process."""

    def __init__(self, port: int | None = None) -> None:
        self.port = port or free_port()
        self.service = Service()
        config = uvicorn.Config(self.service, port=self.port, log_config=None, lifespan="on")
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._run)

    def start(self) -> None:
        self._thread.start()
        until(lambda: self._server.started and self.service.hub.ready.is_set(), "the stream to start")

    def stop(self) -> None:
        if not self._thread.is_alive():
            return
        self._loop.call_soon_threadsafe(self.service.hub.close)
        self._server.should_exit = True
        self._thread.join(BOUND)
        assert not self._thread.is_alive()

    def _run(self) -> None:
        async def serve() -> None:
            self._loop = asyncio.get_running_loop()
            await self._server.serve()

        asyncio.run(serve())


class Process:
    """The same as the supervisor runs it: a process of its own."""

    def __init__(self, port: int | None = None) -> None:
        self.port = port or free_port()
        command = ["-m", "uvicorn", "carma.events.stream.asgi:application", "--port", str(self.port)]
        self.process = subprocess.Popen(
            [sys.executable, *command, "--log-level", "warning"],
            env={**os.environ, "DJANGO_SETTINGS_MODULE": "carma.config.settings"},
        )

    def start(self) -> None:
        until(lambda: self.process.poll() is not None or self.health()[0] == 200, "the process to serve")
        assert self.process.poll() is None

    def health(self) -> tuple[int, dict[str, Any]]:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            connection.request("GET", "/stream/health")
            answer = connection.getresponse()
            return answer.status, json.loads(answer.read())
        except OSError:
            return 0, {}
        finally:
            connection.close()

    def stop(self, number: signal.Signals = signal.SIGTERM) -> float:
        """Send a signal and wait for the end; answers how many seconds it took."""
        begun = time.monotonic()
        self.process.send_signal(number)
        self.process.wait(BOUND)
        return time.monotonic() - begun


Server = InThread | Process


@contextmanager
def serving(server: Server) -> Iterator[Server]:
    try:
        server.start()
        yield server
    finally:
        server.stop()


@contextmanager
def listening(
    server: Server, user: User | None = None, query: str = "", **headers: str
) -> Iterator[Listener]:
    """A client of a user's browser, once it has been let in and given its first sign of life.

    Headers are told as `Sec_Fetch_Site="cross-site"`.
    """
    told = {name.replace("_", "-"): value for name, value in headers.items()}
    listener = Listener(server.port, {**(cookie_of(user) if user else {}), **told}, query).open()
    try:
        until(lambda: listener.got or listener.over, "the first sign of life")
        yield listener
    finally:
        listener.close()
