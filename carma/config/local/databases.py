"""What stands in a PostgreSQL before Django comes: roles, database, extensions and rights."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg2
from psycopg2 import extensions, sql

from carma.config.local.refusals import CannotStart

OLDEST_VERSION = 150000
EXTENSIONS = ("btree_gist", "pg_trgm", "unaccent")


@contextmanager
def connected(url: str) -> Iterator[extensions.connection]:
    """A connection where each statement is its own transaction, as CREATE DATABASE wants it."""
    connection = psycopg2.connect(url, connect_timeout=5)
    connection.autocommit = True
    try:
        yield connection
    finally:
        connection.close()


def make_role(connection: extensions.connection, name: str, password: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [name])
        verb = "ALTER" if cursor.fetchone() else "CREATE"
        statement = sql.SQL(verb + " ROLE {} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE PASSWORD {}")
        cursor.execute(statement.format(sql.Identifier(name), sql.Literal(password)))


def make_database(connection: extensions.connection, name: str, *, owner: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
        if not cursor.fetchone():
            statement = sql.SQL("CREATE DATABASE {} OWNER {}")
            cursor.execute(statement.format(sql.Identifier(name), sql.Identifier(owner)))


def prepare_database(owner_url: str, *, application: str) -> None:
    """Give a database its extensions, and the role `application` its rights on tables still to be made.

    Also for a PostgreSQL that is not ours: its owner may do all of this from version 13 on.
    """
    rights = [
        "GRANT USAGE ON SCHEMA public TO {role}",
        "ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {role}",
        "ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO {role}",
    ]
    with connected(owner_url) as connection, connection.cursor() as cursor:
        for name in EXTENSIONS:
            cursor.execute(sql.SQL("CREATE EXTENSION IF NOT EXISTS {}").format(sql.Identifier(name)))
        cursor.execute("SELECT current_user")
        if cursor.fetchone() != (application,):
            for right in rights:
                cursor.execute(sql.SQL(right).format(role=sql.Identifier(application)))


def check_foreign(url: str, owner_url: str) -> None:
    """Make a PostgreSQL that is not ours ready; `CannotStart` says what its administrator should do."""
    try:
        with connected(url) as connection:
            version, application = connection.server_version, connection.info.user
        if version < OLDEST_VERSION:
            raise CannotStart("DATABASE_URL names a PostgreSQL older than 15.")
        prepare_database(owner_url, application=application)
    except psycopg2.OperationalError as error:
        raise CannotStart(
            f"The database that DATABASE_URL names does not answer: {_first_line(error)}"
        ) from None
    except psycopg2.Error as error:
        raise CannotStart(
            f"The owner of the database may not make it ready: {_first_line(error)} "
            f"Have its administrator make the extensions {', '.join(EXTENSIONS)}."
        ) from None


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0]
