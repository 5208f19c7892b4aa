"""Boards without a screen, that do what the page's scripts do: listen, and ask again for what changed."""

from __future__ import annotations

import asyncio
import random
import re
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Self
from urllib.parse import urlencode

import orjson

SPREAD, GAP = 0.15, 1.0  # seconds, as in the pages' scripts
PART = re.compile(r'<div id="[\w-]+"[^>]*? data-live="([^"]+)"[^>]*? data-live-url="([^"]+)"')
ROW = re.compile(r'id="incident-([0-9a-f-]{36})"')

Line = tuple[asyncio.StreamReader, asyncio.StreamWriter]


@dataclass
class Part:
    """One part of a board that asks for itself again; `shows` are the tokens of what it shows."""

    url: str
    shows: frozenset[str]
    etag: str = ""
    due_at: float | None = None
    fetched_at: float = 0.0


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
    _together: float = 0.0
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)
    _line: Line | None = None
    _lock: asyncio.Lock = field(default_factory=asyncio.Lock)

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
        now = time.monotonic()
        for part in self.parts:
            if f"{kind}:*" in part.shows and part.due_at is None:
                if self._together < now:
                    self._together = now + self.dice.random() * SPREAD
                part.due_at = max(self._together, part.fetched_at + GAP)
                task = asyncio.create_task(self._renew(part.due_at - now))
                self._tasks.add(task)
                task.add_done_callback(self._tasks.discard)

    async def _renew(self, wait: float) -> None:
        """Ask for all that is due by then, in one request."""
        await asyncio.sleep(max(0.0, wait))
        async with self._lock:  # one answer at a time; what changes meanwhile makes it due again
            now = time.monotonic()
            due = [part for part in self.parts if part.due_at is not None and part.due_at <= now]
            for part in due:
                part.due_at, part.fetched_at = None, now
            if due:
                self._note(due, await self._ask(due))

    def _note(self, parts: Sequence[Part], answers: Sequence[dict[str, Any]]) -> None:
        now = time.time()
        for part, answer in zip(parts, answers, strict=True):
            self.answers[answer["status"]] += 1
            part.etag = answer["etag"]
            for key in ROW.findall(answer["html"]):
                self.shown.setdefault(key, now)

    async def _ask(self, parts: Sequence[Part]) -> list[dict[str, Any]]:
        if self._line is None:
            self._line = await asyncio.open_connection("127.0.0.1", self.port, limit=2**22)
        reader, writer = self._line
        asked = urlencode([pair for part in parts for pair in (("part", part.url), ("etag", part.etag))])
        lines = [f"GET /parts/?{asked} HTTP/1.1", "Host: localhost", f"Cookie: {self.cookie}"]
        writer.write("\r\n".join([*lines, "HX-Request: true", "", ""]).encode())
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        told = {name.lower(): value for name, _, value in (line.partition(": ") for line in head[1:])}
        body = await reader.readexactly(int(told["content-length"]))
        if int(head[0][9:12]) != 200:
            return [{"status": int(head[0][9:12]), "etag": "", "html": ""} for _part in parts]
        answers: list[dict[str, Any]] = orjson.loads(body)["parts"]
        return answers
