"""The real PostgreSQL and Redis that the tests run on."""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import socket
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import pytest
from celery import current_app
from django.conf import settings
from django.core.management import call_command, get_commands
from django.db import connections
from psycopg2 import sql

from carma.config import environment
from carma.config.local import binaries, databases
from carma.config.local.account import Account, database_account
from carma.config.local.postgres import Cluster

BASE = Path(__file__).resolve().parents[1]
CACHE = BASE / "var" / "test"
KEPT = 4  # data folders with migrated schemas: one per branch one works on
SUPERUSER, OWNER, APPLICATION = "postgres", "carma_test_owner", "carma_test"
PASSWORD = "only-for-tests"
REFERENCE, DATABASE = "carma_test_reference", "carma_test"
NOWHERE = {
    "DATABASE_URL": "postgresql://ask-for-a-database@/none?host=/nonexistent",
    "DATABASE_OWNER_URL": "postgresql://ask-for-a-database@/none?host=/nonexistent",
    "REDIS_URL": "redis+socket:///nonexistent/redis.sock",
}


@dataclass(frozen=True)
class Server:
    """A PostgreSQL on which the tests are superuser, with the two roles of the application."""

    superuser_url: str

    def url(self, role: str, database: str) -> str:
        parts = urlsplit(self.superuser_url)
        host = parts.netloc.rpartition("@")[2]
        return urlunsplit(parts._replace(netloc=f"{role}:{PASSWORD}@{host}", path=f"/{database}"))

    def superuser(self, database: str) -> str:
        return urlunsplit(urlsplit(self.superuser_url)._replace(path=f"/{database}"))

    def make_roles(self) -> None:
        with databases.connected(self.superuser_url) as connection:
            for role in (OWNER, APPLICATION):
                databases.make_role(connection, role, PASSWORD)

    def make_database(self, name: str, *, like: str = "template1") -> None:
        """Make a database anew, whoever still uses the old one."""
        names = {"name": sql.Identifier(name), "like": sql.Identifier(like), "owner": sql.Identifier(OWNER)}
        with databases.connected(self.superuser_url) as connection, connection.cursor() as cursor:
            cursor.execute(sql.SQL("DROP DATABASE IF EXISTS {name} WITH (FORCE)").format(**names))
            cursor.execute(sql.SQL("CREATE DATABASE {name} TEMPLATE {like} OWNER {owner}").format(**names))

    def remove(self) -> None:
        with databases.connected(self.superuser_url) as connection, connection.cursor() as cursor:
            for name in (DATABASE, REFERENCE):
                statement = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)")
                cursor.execute(statement.format(sql.Identifier(name)))
            for role in (APPLICATION, OWNER):
                cursor.execute(sql.SQL("DROP ROLE IF EXISTS {}").format(sql.Identifier(role)))


@contextmanager
def server(kind: str) -> Iterator[Server]:
    """A server for one test session: `embedded`, `system`, or the one TEST_DATABASE_URL names."""
    if told := os.environ.get("TEST_DATABASE_URL"):
        given = Server(told)
        given.make_roles()
        given.make_database(REFERENCE)
        _migrate(given)
        yield given
        connections.close_all()
        given.remove()
        return
    account = database_account()
    shelter = Path(tempfile.mkdtemp(prefix="carma-test-"))
    shelter.chmod(0o711)  # the database's user passes through
    try:
        found = binaries.embedded() if kind == "embedded" else _system_binaries()
        reach = binaries.within_reach(found, account, shelter)
        cluster = Cluster(shelter / "postgres", reach, account, durable=False)
        _take_or_make(cluster, account, kind)
        with cluster.running():
            yield Server(cluster.url(SUPERUSER, "postgres"))
            connections.close_all()
    finally:
        shutil.rmtree(shelter, ignore_errors=True)


def point_to(addresses: dict[str, str]) -> None:
    """Point this process and those it starts to other servers, whatever var/env says."""
    os.environ.update(addresses)
    for alias, name, limits in (
        ("default", "DATABASE_URL", environment.WORK_LIMITS),
        ("owner", "DATABASE_OWNER_URL", ""),
    ):
        if name in addresses:
            connections[alias].close()
            # The dictionaries stay the same objects: connections hold on to them.
            connections.settings[alias].update(environment.database(addresses[name], limits=limits))
    if "REDIS_URL" in addresses:
        settings.CELERY_BROKER_URL = addresses["REDIS_URL"]
        current_app.conf.update(broker_url=addresses["REDIS_URL"])


def listen_nowhere() -> None:
    """Have pages look for their stream where nobody answers, not at the zone that may run on this machine."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        settings.STREAM_PORT = probe.getsockname()[1]
    directives = {
        **settings.CONTENT_SECURITY_POLICY["DIRECTIVES"],
        "connect-src": ["'self'", f"*:{settings.STREAM_PORT}"],
    }
    settings.CONTENT_SECURITY_POLICY = {"DIRECTIVES": directives}


def point_to_database(place: Server, name: str) -> None:
    point_to({"DATABASE_URL": place.url(APPLICATION, name), "DATABASE_OWNER_URL": place.url(OWNER, name)})


def load_reference(place: Server) -> None:
    """Fill the reference database, from which each test database is copied."""
    point_to_database(place, REFERENCE)
    call_command("migrate", database="owner", verbosity=0)
    if "load_reference" in get_commands():
        call_command("load_reference", verbosity=0)
    connections.close_all()


def _system_binaries() -> Path:
    if found := binaries.system():
        return found
    return pytest.exit("No second PostgreSQL from 15 on is installed: nothing to run.", returncode=0)


def _take_or_make(cluster: Cluster, account: Account, kind: str) -> None:
    """Copy a cluster whose schema is migrated; the first session with these migrations makes it."""
    CACHE.mkdir(parents=True, exist_ok=True)
    kept = CACHE / f"{kind}-{_fingerprint()}"
    with (CACHE / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # two sessions may start together
        if kept.is_dir():
            shutil.copytree(kept, cluster.folder)
            _own_all(cluster.folder, account)
            cluster.create()
            return
        cluster.create()
        with cluster.running():
            _migrate(Server(cluster.url(SUPERUSER, "postgres")))
        shutil.copytree(cluster.folder, kept, ignore=shutil.ignore_patterns("run", "log"))
        for old in sorted(CACHE.glob("*-*"), key=os.path.getmtime)[:-KEPT]:
            shutil.rmtree(old)


def _migrate(place: Server) -> None:
    place.make_roles()
    place.make_database(REFERENCE)
    point_to_database(place, REFERENCE)
    databases.prepare_database(place.url(OWNER, REFERENCE), application=APPLICATION)
    call_command("migrate", database="owner", verbosity=0)
    connections.close_all()


def _fingerprint() -> str:
    """What a migrated schema depends on: our migrations and the locked packages."""
    packages = [mark.parent for mark in BASE.glob("*/__init__.py")]
    migrations = [path for package in packages for path in package.rglob("migrations/*.py")]
    whole = hashlib.sha256()
    for path in [*sorted(migrations), BASE / "requirements" / "run.txt"]:
        whole.update(str(path.relative_to(BASE)).encode() + path.read_bytes())
    return whole.hexdigest()[:16]


def _own_all(folder: Path, account: Account) -> None:
    if account.is_other:
        account.own(folder, *folder.rglob("*"))


@contextmanager
def pointed(kind: str) -> Iterator[Server]:
    """A server with a reference database and a test database, which this process is pointed to."""
    with ExitStack() as stack:
        place = stack.enter_context(server(kind))
        load_reference(place)
        place.make_database(DATABASE, like=REFERENCE)
        point_to_database(place, DATABASE)
        yield place
