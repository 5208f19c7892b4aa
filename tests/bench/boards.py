"""Boards without a screen, that do what the page's scripts do: listen, and ask again for what changed."""

from __future__ import annotations

import asyncio
import random
import re
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Self

SPREAD, GAP = 0.15, 1.0  # seconds, as in the pages' scripts
PART = re.compile(r'<div id="[\w-]+"[^>]*? data-live="([^"]+)" data-live-url="([^"]+)"')
ROW = re.compile(rb'id="incident-([0-9a-f-]{36})"')

Line = tuple[asyncio.StreamReader, asyncio.StreamWriter]


@dataclass
class Part:
    """One part of a board that asks for itself again; `shows` are the tokens of what it shows."""

    url: str
    shows: frozenset[str]
    etag: str = ""
    is_due: bool = False
    fetched_at: float = 0.0
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    line: Line | None = None


@dataclass
class Board:
    """`shown` says when (unix seconds) it first held which incident, `answers` what it was answered."""

    port: int
    stream_port: int
    cookie: str
    parts: list[Part]
    dice: random.Random
    shown: dict[str, float] = field(default_factory=dict)
    answers: Counter[int] = field(default_factory=Counter)
    is_alive: bool = False
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    @classmethod
    def of(cls, html: str, *, port: int, stream_port: int, cookie: str, seed: int) -> Self:
        """A board with the live parts that its page declares."""
        parts = [Part(url, frozenset(shows.split())) for shows, url in PART.findall(html)]
        return cls(port, stream_port, cookie, parts, random.Random(seed))  # noqa: S311 - to spread, not to hide

    async def listen(self) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.stream_port)
        writer.write(f"GET /stream HTTP/1.1\r\nHost: localhost\r\nCookie: {self.cookie}\r\n\r\n".encode())
        try:
            while line := await reader.readline():
                self.is_alive = self.is_alive or line.startswith(b"event: heartbeat")
                if line.startswith(b'data: {"pos":') and b'"kind"' in line:
                    self._hear(line)
        finally:
            writer.close()

    def _hear(self, line: bytes) -> None:
        kind = line.split(b'"type":"')[1].split(b'"')[0].decode()
        for part in self.parts:
            if f"{kind}:*" in part.shows and not part.is_due:
                part.is_due = True
                task = asyncio.create_task(self._renew(part))
                self._tasks.add(task)
                task.add_done_callback(self._tasks.discard)

    async def _renew(self, part: Part) -> None:
        await asyncio.sleep(max(self.dice.random() * SPREAD, part.fetched_at + GAP - time.monotonic()))
        async with part.lock:  # one answer at a time; what changes meanwhile makes it due again
            part.is_due = False
            part.fetched_at = time.monotonic()
            status, body = await self._ask(part)
        now = time.time()
        self.answers[status] += 1
        for key in ROW.findall(body):
            self.shown.setdefault(key.decode(), now)

    async def _ask(self, part: Part) -> tuple[int, bytes]:
        if part.line is None:
            part.line = await asyncio.open_connection("127.0.0.1", self.port, limit=2**22)
        reader, writer = part.line
        lines = [f"GET {part.url} HTTP/1.1", "Host: localhost", f"Cookie: {self.cookie}", "HX-Request: true"]
        if part.etag:
            lines.append(f"If-None-Match: {part.etag}")
        writer.write("\r\n".join([*lines, "", ""]).encode())
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        told = {name.lower(): value for name, _, value in (line.partition(": ") for line in head[1:])}
        part.etag = told.get("etag", "")
        status = int(head[0][9:12])
        body = b"" if status == 304 else await reader.readexactly(int(told["content-length"]))
        return status, body
