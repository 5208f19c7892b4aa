"""The database the tests run on is like the real one: an application role that owns nothing."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.contrib.auth.models import Group
from django.db import connection, transaction
from django.db.utils import ProgrammingError

pytestmark = pytest.mark.both_databases


def test_the_application_is_no_superuser_and_owns_no_table(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT rolsuper, rolcreatedb FROM pg_roles WHERE rolname = current_user")
        assert cursor.fetchone() == (False, False)
        cursor.execute("SELECT count(*) FROM pg_tables WHERE tableowner = current_user")
        assert cursor.fetchone() == (0,)


def test_the_application_can_not_change_the_schema(db: None) -> None:
    with (
        pytest.raises(ProgrammingError, match=r"permission denied|must be owner"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("DROP TABLE auth_group CASCADE")


def test_what_one_test_commits_other_threads_see(committed: None) -> None:
    Group.objects.create(name="only for a moment")

    with ThreadPoolExecutor(1) as other:
        assert other.submit(_seen).result() == 1


def test_and_the_next_test_does_not(db: None) -> None:
    assert _seen() == 0


def _seen() -> int:
    try:
        return Group.objects.filter(name="only for a moment").count()
    finally:
        if not connection.in_atomic_block:
            connection.close()
