"""From deed to client: how long an event takes to reach every open stream of one process.

`python -m tests.bench.stream --clients 100 --rate 10 --seconds 20`. The deeds are calls taken through
the real action (row, audit entry and event in one transaction); the clock runs from before its first
statement. Clients, writer, server and database share this machine.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import quantiles

from django.contrib.auth.models import Group
from django.db import connection

from carma.accounts.models import User
from carma.incidents.actions import CallTold, take_call
from tests import services
from tests.events.streaming import Process, cookie_of, serving

SETTLE = 10.0  # seconds for the last events to arrive
TICKS = os.sysconf("SC_CLK_TCK")


@dataclass
class Board:
    """One open stream: which incidents it heard of, when, and how often it heard nothing new."""

    heard: dict[str, float] = field(default_factory=dict)
    last: int = 0
    repeated: int = 0
    alive: bool = False


async def listen(board: Board, port: int, headers: dict[str, str]) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    writer.write(f"GET /stream HTTP/1.1\r\nHost: localhost\r\n{lines}\r\n".encode())
    pos = 0
    try:
        while line := await reader.readline():
            board.alive = board.alive or line.startswith(b"event: heartbeat")
            if line.startswith(b"id: "):
                pos = int(line[4:])
            elif line.startswith(b'data: {"pos":') and b'"kind"' in line:
                now = time.perf_counter()
                board.repeated += pos <= board.last
                board.last = pos
                board.heard[line.split(b'"id":"')[1][:36].decode()] = now
    finally:
        writer.close()


def deed(by: User) -> tuple[str, float]:
    begun = time.perf_counter()
    incident = take_call(CallTold(words="noise"), by=by)
    return str(incident.pk), begun


async def measure(
    port: int, users: Sequence[dict[str, str]], by: User, rate: float, seconds: float
) -> tuple[list[Board], dict[str, float], int]:
    """Open the boards, do the deeds. Answers boards, when each deed began, connections other than ours."""
    boards = [Board() for _ in users]
    pairs = zip(boards, users, strict=True)
    tasks = [asyncio.create_task(listen(board, port, headers)) for board, headers in pairs]
    while not all(board.alive for board in boards):
        await asyncio.sleep(0.05)
    deeds: dict[str, float] = {}
    begun = time.perf_counter()
    while (n := len(deeds)) < rate * seconds:
        await asyncio.sleep(max(0.0, begun + n / rate - time.perf_counter()))
        subject, at = await asyncio.to_thread(deed, by)
        deeds[subject] = at
    connections = await asyncio.to_thread(_connections)
    end = time.perf_counter() + SETTLE
    while time.perf_counter() < end and not all(len(board.heard) >= len(deeds) for board in boards):
        await asyncio.sleep(0.05)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    return boards, deeds, connections


def _connections() -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
            " AND pid <> pg_backend_pid()"
        )
        return int(cursor.fetchone()[0])


def cpu_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def memory_mb(pid: int) -> float:
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20


def run(clients: int, rate: float, seconds: float) -> list[tuple[str, str]]:
    """Measure on a database of its own; answers the lines of a table."""
    with services.pointed("embedded"), serving(Process()) as server:
        assert isinstance(server, Process)
        user = User.objects.create_user("bench")
        user.groups.set(Group.objects.filter(name="dispatcher"))
        users = [cookie_of(_member(n)) for n in range(clients)]
        connection.close()
        pid = server.process.pid
        cpu, wall = cpu_seconds(pid), time.perf_counter()
        boards, deeds, connections = asyncio.run(measure(server.port, users, user, rate, seconds))
        cpu, wall = cpu_seconds(pid) - cpu, time.perf_counter() - wall
        memory = memory_mb(pid)
    took = [1000 * (at - deeds[subject]) for board in boards for subject, at in board.heard.items()]
    cuts = quantiles(took, n=100)
    missing = sum(len(deeds.keys() - board.heard.keys()) for board in boards)
    return [
        ("clients", f"{clients}"),
        ("events", f"{len(deeds)} at {rate:g}/s"),
        ("deliveries", f"{len(took)}"),
        ("missing", f"{missing}"),
        ("told twice or out of order", f"{sum(board.repeated for board in boards)}"),
        ("deed to client p50", f"{cuts[49]:.0f} ms"),
        ("deed to client p95", f"{cuts[94]:.0f} ms"),
        ("deed to client p99", f"{cuts[98]:.0f} ms"),
        ("deed to client worst", f"{max(took):.0f} ms"),
        ("database connections of the stream", f"{connections}"),
        ("server CPU", f"{100 * cpu / wall:.0f} % of a core"),
        ("server CPU per delivery", f"{1000 * cpu / len(took):.2f} ms"),
        ("server memory", f"{memory:.0f} MB"),
    ]


def _member(n: int) -> User:
    user = User.objects.create_user(f"bench{n}")
    user.groups.set(Group.objects.filter(name="dispatcher"))
    return user


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clients", type=int, default=100)
    parser.add_argument("--rate", type=float, default=10)
    parser.add_argument("--seconds", type=float, default=20)
    told = parser.parse_args()
    for name, value in run(told.clients, told.rate, told.seconds):
        sys.stdout.write(f"{name:<42}{value:>16}\n")


if __name__ == "__main__":
    main()
