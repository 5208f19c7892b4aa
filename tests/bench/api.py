"""The API over a long history: rates, response times and processor time per request.

`python -m tests.bench.api --incidents 100000`. A cluster, its history, the web processes and the clients
are of this run alone and share the machine; each figure is the median of the rounds.
"""

from __future__ import annotations

import argparse
import os
import random
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from itertools import count
from pathlib import Path
from statistics import median

from django.conf import settings
from django.contrib.auth.models import Group
from django.core.management import call_command
from django.db import connection

from carma import clock
from carma.accounts.models import User
from carma.api import tokens
from carma.config import roles
from carma.config.local import zone
from carma.incidents.models import Incident
from interventions.models import Team
from tests import services
from tests.bench import history
from tests.bench.client import Ask, Run, cpu_of, family, run

CONCURRENCY = (1, 8, 32)
RUNNING = 4000  # assignments whose statuses come in
SIDE_BY_SIDE = 200
PEERS = {  # medians at concurrency 8 on such a machine: requests a second of the better peer
    "create": 121,
    "list": 273,
    "list open": 229,
    "detail": 335,
    "status": 309,
    "search": 4.3,
    "report": 4.7,
}
TARGET_MS = {"create": 8, "list": 5, "list open": 5, "detail": 5, "status": 8, "search": 10, "report": 10}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--incidents", type=int, default=100_000)
    parser.add_argument("--seconds", type=float, default=4)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", default="", help="operations, with commas")
    told = parser.parse_args()
    with services.server("embedded") as place:
        token, ids = prepare(place, told.incidents)
        with web(place) as (port, cpu):
            operations = make_operations(ids)
            wanted = told.only.split(",") if told.only else list(operations)
            figures = {
                (name, clients): [
                    run(
                        operations[name](),
                        port=port,
                        token=token,
                        clients=clients,
                        seconds=told.seconds,
                        cpu=cpu,
                    )
                    for _ in range(told.rounds)
                ]
                for name in wanted
                for clients in CONCURRENCY
            }
        connection.close()
    table(figures, told.incidents)


def prepare(place: services.Server, incidents: int) -> tuple[str, list[str]]:
    """Migrate, load, and write the history; answers a token and the keys of some incidents."""
    begun = time.monotonic()
    services.load_reference(place)
    call_command("load_demo_geo", verbosity=0)
    owner = User.objects.create_user("bench", password=None)
    owner.groups.set(Group.objects.filter(name__in=["team_lead"]))
    team = Team.objects.create(
        call_sign="HIST", base="Genk", status=Team.Status.OFF_DUTY, status_since=clock.now()
    )
    history.write(incidents, by=owner.pk, team=str(team.pk))
    _token, raw = tokens.make(
        owner,
        name="bench",
        scopes=roles.ROLES["team_lead"],
        expires_at=clock.now() + timedelta(days=1),
        by=None,
        rate_per_minute=1_000_000,
    )
    ids = [str(pk) for pk in Incident.objects.order_by("?").values_list("pk", flat=True)[:5000]]
    sys.stderr.write(f"{incidents:,} incidents written in {time.monotonic() - begun:.0f} s\n")
    return raw, ids


@contextmanager
def web(place: services.Server) -> Iterator[tuple[int, Callable[[], tuple[float, float]]]]:
    """The web processes as `make up` starts them; answers their port and a meter of processor seconds."""
    port = int(os.environ.get("BENCH_PORT", "8765"))
    command = zone.pages("127.0.0.1", port, port + 1)["web"]
    log = Path(settings.VAR_DIR) / "bench-web.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("wb") as out:
        process = subprocess.Popen(command, stdout=out, stderr=out, cwd=settings.BASE_DIR)
        try:
            wait_for(port)
            postgres = postmaster()
            yield port, lambda: (cpu_of(family(process.pid)), cpu_of(family(postgres)))
        finally:
            process.terminate()
            process.wait(20)


def wait_for(port: int) -> None:
    for _ in range(150):
        try:
            run(iter([Ask("/health/live")]), port=port, token="", clients=1, seconds=1, cpu=lambda: (0, 0))
        except OSError:
            time.sleep(0.2)
        else:
            return
    raise RuntimeError("the web process does not answer")


def postmaster() -> int:
    """The server's first process: the parent of the one that serves our own connection."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        backend = cursor.fetchone()[0]
    return int(Path(f"/proc/{backend}/stat").read_text(encoding="ascii").rsplit(") ", 1)[1].split()[1])


def make_operations(ids: list[str]) -> dict[str, Callable[[], Iterator[Ask]]]:
    """Each operation as an endless supply of requests. Writes come last: they change what lists show."""
    dice = random.Random(7)  # noqa: S311 -- to vary, not to hide
    places = list(Incident.objects.exclude(lat=None).values("lat", "lon", "place")[:500])
    moves: list[Iterator[Ask]] = []

    def create() -> Iterator[Ask]:
        for _ in count():
            at = dice.choice(places)
            body = {
                "channel": "zone",
                "words": "Luide muziek en geroep bij de buren, al een uur",
                "caller_phone": f"089{dice.randrange(10**6):06}",
                "type": "ORD-106",
                "place": {"label": at["place"], "lat": at["lat"], "lon": at["lon"]},
            }
            yield Ask(
                "/api/v1/incidents/", "POST", body, key=str(uuid.UUID(int=dice.getrandbits(128))), expect=201
            )

    def status() -> Iterator[Ask]:
        if not moves:
            moves.append(_moves(history.ongoing(RUNNING)))
        return moves[0]

    def again(make: Callable[[], str]) -> Callable[[], Iterator[Ask]]:
        return lambda: (Ask(make()) for _ in count())

    return {
        "list": again(lambda: "/api/v1/incidents/?limit=25"),
        "list open": again(lambda: "/api/v1/incidents/?open=true&limit=25"),
        "detail": again(lambda: f"/api/v1/incidents/{dice.choice(ids)}/"),
        "search": again(
            lambda: f"/api/v1/incidents/?q={dice.choice(('sluikstort', 'rotonde', 'garage'))}&limit=25"
        ),
        "report": again(lambda: f"/api/v1/monthly-reports/?month={_months_ago(dice.randrange(1, 30))}"),
        "create": create,
        "status": status,
    }


def _moves(keys: list[str]) -> Iterator[Ask]:
    """The whole course of each assignment, some hundred side by side: every verb counts as often."""
    for start in range(0, len(keys), SIDE_BY_SIDE):
        for verb in ("accept", "depart", "arrive", "clear"):
            for key in keys[start : start + SIDE_BY_SIDE]:
                yield Ask(f"/api/v1/assignments/{key}/{verb}/", "POST", {})


def _months_ago(months: int) -> str:
    day = clock.now() - timedelta(days=30 * months)
    return f"{day:%Y-%m}"


def table(figures: dict[tuple[str, int], list[Run]], incidents: int) -> None:
    out = sys.stdout.write
    out(f"\n{incidents:,} incidents, {os.cpu_count()} cores, medians; CPU is milliseconds a request\n\n")
    out(
        "| operation | clients | requests/s | p50 ms | p95 ms | p99 ms | CPU web "
        "| CPU with database | target | wrong |\n"
    )
    out("|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|\n")
    for (name, clients), runs in figures.items():
        runs = [each for each in runs if each.took]
        if not runs:
            continue
        cells = [
            f"{median(each.rate for each in runs):.0f}" + (f" (peer {PEERS[name]})" if clients == 8 else ""),
            *(f"{median(each.percentile(share) for each in runs):.1f}" for share in (0.5, 0.95, 0.99)),
            f"{median(each.web_ms() for each in runs):.2f}",
            f"{median(each.all_ms() for each in runs):.2f}",
            str(TARGET_MS[name]),
            str(sum(len(each.wrong) for each in runs)),
        ]
        out(f"| {name} | {clients} | {' | '.join(cells)} |\n")
    for wrong in [each for runs in figures.values() for one in runs for each in one.wrong][:5]:
        out(f"wrong: {wrong}\n")


if __name__ == "__main__":
    main()
