"""Starts the zone: `python -m carma.config.local.up`, which `make up` calls once everything is installed."""

from __future__ import annotations

import os
import signal
import socket
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager

from carma.config import environment
from carma.config.environment import BASE
from carma.config.local import binaries, var, welcome, zone
from carma.config.local.account import database_account
from carma.config.local.databases import check_foreign
from carma.config.local.postgres import APPLICATION, OWNER, Cluster, gist
from carma.config.local.processes import Process
from carma.config.local.redis import RedisServer
from carma.config.local.refusals import CannotStart, need_room, sentence
from carma.config.local.supervisor import Log, StopAsked, Supervisor

DATABASE_PATIENCE_S, REDIS_PATIENCE_S, WEB_PATIENCE_S = 30, 10, 60
BIND = os.environ.get("CARMA_BIND", "127.0.0.1")


def main() -> int:
    begun = time.monotonic()
    log = Log()
    try:
        var.make()
        with var.held(), Supervisor(log) as supervisor:
            go_up(supervisor, begun)
            supervisor.serve()
    except StopAsked:
        log.write("carma", f"Stopped. The data stays in {var.VAR} until `make reset`.")
        return 0
    except CannotStart as refusal:
        sys.stderr.write(f"\nCARMA can't start. {refusal}\n")
    except OSError as error:
        sys.stderr.write(f"\nCARMA can't start. {sentence(error)}\n")
    return 1


def go_up(supervisor: Supervisor, begun: float) -> None:
    web_port, stream_port = port("CARMA_PORT", 8000), port("CARMA_STREAM_PORT", 8001)
    need_room(var.VAR)
    with timed(supervisor, "database"):
        addresses = database(supervisor)
    with timed(supervisor, "redis"):
        addresses["REDIS_URL"] = os.environ.get("REDIS_URL") or redis(supervisor)
    var.write_env(addresses | {"SECRET_KEY": var.secret_key()})
    with timed(supervisor, "data"):
        prepare(supervisor)
    seen, unseen = zone.pages(BIND, web_port, stream_port), zone.engine()
    with timed(supervisor, "pages"):
        start_all(supervisor, seen)
        wait_for_pages(supervisor, web_port)
    start_all(supervisor, unseen)  # later: together they would keep the first page waiting
    welcome.show(address(web_port), time.monotonic() - begun)


def port(name: str, default: int) -> int:
    """The port that the setting `name` gives, when it is free."""
    try:
        number = environment.number(name, default)
        with socket.socket(socket.AF_INET6 if ":" in BIND else socket.AF_INET) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((BIND, number))
    except (ValueError, OverflowError):
        raise CannotStart(f"{name} must be a number from 1024 to 65535.") from None
    except OSError as error:
        raise CannotStart(
            f"Port {number} on {BIND} can't be had ({error.strerror}): another program has it, perhaps. "
            f"Stop that, or choose another port: {name}={number + 100} make up"
        ) from None
    return number


def database(supervisor: Supervisor) -> dict[str, str]:
    """The addresses of the database: of the one we are told of, or of a cluster of our own, started here."""
    if url := os.environ.get("DATABASE_URL"):
        owner_url = os.environ.get("DATABASE_OWNER_URL") or url
        check_foreign(url, owner_url)
        return {"DATABASE_URL": url, "DATABASE_OWNER_URL": owner_url}
    account = database_account()
    folder = var.database_folder(account)
    cluster = Cluster(folder, binaries.within_reach(binaries.embedded(), account, folder.parent), account)
    cluster.stop_leftover()
    cluster.create()
    command = cluster.command()
    supervisor.start(
        Process("postgres", command, account, cluster.folder, signal.SIGINT, grace_s=20, is_foundation=True)
    )
    if not supervisor.wait_until(cluster.answers, DATABASE_PATIENCE_S):
        raise CannotStart(f"PostgreSQL does not start: {gist(supervisor.last_lines('postgres'))}")
    cluster.prepare()
    return {"DATABASE_URL": cluster.url(APPLICATION), "DATABASE_OWNER_URL": cluster.url(OWNER)}


def redis(supervisor: Supervisor) -> str:
    server = RedisServer(var.VAR / "redis")
    supervisor.start(Process("redis", server.command(), is_foundation=True))
    if not supervisor.wait_until(server.answers, REDIS_PATIENCE_S):
        raise CannotStart(f"Redis does not start; {server.log} says why.")
    return server.url


def prepare(supervisor: Supervisor) -> None:
    code, lines = supervisor.run(Process("prepare", zone.python("carma.config.local.prepare"), folder=BASE))
    if code:
        raise CannotStart(f"The data could not be made ready: {gist(lines)}")


def start_all(supervisor: Supervisor, commands: dict[str, list[str]]) -> None:
    for name, command in commands.items():
        supervisor.start(Process(name, command, folder=BASE, grace_s=12))


def wait_for_pages(supervisor: Supervisor, web_port: int) -> None:
    if not supervisor.wait_until(lambda: answers(web_port), WEB_PATIENCE_S):
        raise CannotStart("The web process does not answer; its messages stand above.")


def answers(web_port: int) -> bool:
    try:
        urllib.request.urlopen(f"{address(web_port)}/login/", timeout=10).close()  # noqa: S310 -- our own
    except urllib.error.HTTPError as answer:
        return answer.code < 500
    except OSError:
        return False
    return True


def address(web_port: int) -> str:
    everywhere = BIND in ("0.0.0.0", "::")  # noqa: S104 -- compared, not bound
    host = "localhost" if everywhere else f"[{BIND}]" if ":" in BIND else BIND
    return f"http://{host}:{web_port}"


@contextmanager
def timed(supervisor: Supervisor, what: str) -> Iterator[None]:
    begun = time.monotonic()
    yield
    supervisor.log.write("carma", f"{what} ready in {time.monotonic() - begun:.1f} s")


if __name__ == "__main__":
    sys.exit(main())
