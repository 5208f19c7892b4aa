"""A small HTTP/1.1 client on kept connections, and the processor time of the processes behind it."""

from __future__ import annotations

import asyncio
import json
import os
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Ask:
    """One request; `expect` is the status that counts as done."""

    path: str
    method: str = "GET"
    body: object = None
    key: str = ""
    expect: int = 200

    def wire(self, token: str) -> bytes:
        body = json.dumps(self.body).encode() if self.body is not None else b""
        lines = [f"{self.method} {self.path} HTTP/1.1", "Host: localhost", f"Authorization: Bearer {token}"]
        if self.method != "GET":
            lines += ["Content-Type: application/json", f"Content-Length: {len(body)}"]
        if self.key:
            lines.append(f"Idempotency-Key: {self.key}")
        return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


@dataclass
class Run:
    """What one run of one operation gave: seconds per request, the wrong answers, and processor time."""

    seconds: float = 0
    took: list[float] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    web_cpu: float = 0
    database_cpu: float = 0

    @property
    def rate(self) -> float:
        return len(self.took) / self.seconds

    def percentile(self, share: float) -> float:
        """By nearest rank, in milliseconds."""
        ranked = sorted(self.took)
        return ranked[min(len(ranked) - 1, int(share * len(ranked)))] * 1000

    def web_ms(self) -> float:
        return self.web_cpu / len(self.took) * 1000

    def all_ms(self) -> float:
        return (self.web_cpu + self.database_cpu) / len(self.took) * 1000


def run(
    asks: Iterator[Ask],
    *,
    port: int,
    token: str,
    clients: int,
    seconds: float,
    cpu: Callable[[], tuple[float, float]],
) -> Run:
    """Send requests from so many clients at once for so long; each waits for its answer."""
    return asyncio.run(_run(asks, port, token, clients, seconds, cpu))


async def _run(
    asks: Iterator[Ask],
    port: int,
    token: str,
    clients: int,
    seconds: float,
    cpu: Callable[[], tuple[float, float]],
) -> Run:
    done = Run()
    web, database = cpu()
    begun = time.perf_counter()
    end = begun + seconds
    await asyncio.gather(*(_client(asks, port, token, end, done) for _ in range(clients)))
    done.seconds = time.perf_counter() - begun
    web_after, database_after = cpu()
    done.web_cpu, done.database_cpu = web_after - web, database_after - database
    return done


async def _client(asks: Iterator[Ask], port: int, token: str, end: float, done: Run) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=2**22)
    while time.perf_counter() < end:
        ask = next(asks, None)
        if ask is None:
            break
        begun = time.perf_counter()
        writer.write(ask.wire(token))
        head = await reader.readuntil(b"\r\n\r\n")
        length = next(
            (int(line[15:]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")), 0
        )
        body = await reader.readexactly(length)
        done.took.append(time.perf_counter() - begun)
        if int(head[9:12]) != ask.expect:
            done.wrong.append(
                f"{ask.method} {ask.path}: {head[9:12].decode()} {body[:200].decode(errors='replace')}"
            )
    writer.close()


def cpu_of(pids: Iterable[int]) -> float:
    """Processor seconds of these processes so far, ended children included."""
    total = 0.0
    for pid in pids:
        try:
            fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rsplit(") ", 1)[1].split()
        except OSError:
            continue
        total += sum(int(value) for value in islice(fields, 11, 15)) / TICKS
    return total


def family(pid: int) -> list[int]:
    """A process and all that descend from it."""
    parents = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text(encoding="ascii", errors="replace").rsplit(") ", 1)[1].split()
        except OSError:
            continue
        parents[int(stat.parent.name)] = int(fields[1])
    found = [pid]
    for one in found:
        found += [child for child, parent in parents.items() if parent == one]
    return found
