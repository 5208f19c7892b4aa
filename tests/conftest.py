"""Services and fixtures that every test may use; the people and incidents are in `tests.cast`."""

from __future__ import annotations

import os
import shutil
import signal
import tempfile
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest
from django.conf import settings
from django.db import connections
from django.test import TransactionTestCase
from pytest_django import DjangoDbBlocker

from carma.config.local.redis import RedisServer
from carma.web import catalogues
from tests import services

# Nothing is random, and a busy machine is no failure.
hypothesis.settings.register_profile("carma", derandomize=True, deadline=None, database=None)
hypothesis.settings.load_profile("carma")

TESTS = Path(__file__).parent
OWN_SQL = ("audit/", "policy/", "timers/", "events/test_order", "geo/test_search", "incidents/test_intake.py")

pytest_plugins = ["tests.cast", "tests.browser"]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--postgres",
        choices=["embedded", "system"],
        default="embedded",
        help="which PostgreSQL to test on; TEST_DATABASE_URL names another, as its superuser",
    )


def pytest_configure(config: pytest.Config) -> None:
    """No test reaches the zone that runs from this checkout: until a fixture starts one, there is none."""
    services.point_to(services.NOWHERE)
    services.listen_nowhere()
    settings.VAR_DIR = Path(tempfile.mkdtemp(prefix="carma-test-var-"))
    settings.STATIC_ROOT = settings.VAR_DIR / "static"
    settings.STATIC_ROOT.mkdir()
    catalogues.compile_stale()  # as set-up does: whether the zone ever ran here must make no difference
    os.environ["CARMA_VAR"] = str(settings.VAR_DIR)
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # as Ctrl-C: the servers are ended
    config.add_cleanup(lambda: shutil.rmtree(settings.VAR_DIR, ignore_errors=True))


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the parts whose SQL is their own, for the second PostgreSQL."""
    for item in items:
        if str(item.path.relative_to(TESTS)).startswith(OWN_SQL):
            item.add_marker("both_databases")


@pytest.fixture(scope="session")
def django_db_setup(request: pytest.FixtureRequest, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Start PostgreSQL, migrate as the owner, load the reference data, and go on as the application's role.

    A test that commits (`committed`, `transactional_db`, `live_server`) gets a fresh copy of the reference
    database afterwards: emptying tables would need rights that the application does not have.
    """
    with django_db_blocker.unblock(), services.pointed(request.config.getoption("--postgres")) as place:

        def start_over(test: TransactionTestCase) -> None:
            connections.close_all()
            place.make_database(services.DATABASE, like=services.REFERENCE)

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(TransactionTestCase, "_fixture_teardown", start_over)
            yield


@pytest.fixture
def committed(transactional_db: None) -> None:
    """What the test writes is committed, so other connections, threads and processes see it."""


@pytest.fixture(scope="session")
def redis_server() -> Iterator[RedisServer]:
    """A running Redis that Celery, here and in child processes, is pointed to."""
    folder = Path(tempfile.mkdtemp(prefix="carma-test-redis-"))
    server = RedisServer(folder)
    with server.running():
        services.point_to({"REDIS_URL": server.url})
        yield server
    services.point_to({"REDIS_URL": services.NOWHERE["REDIS_URL"]})
    shutil.rmtree(folder, ignore_errors=True)
