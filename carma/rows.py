"""How the rows of a deed are written: all in one transaction, in few messages, with statements composed once.

To compose the same INSERT or UPDATE anew for every request is half of what a verb costs, and each message
to the database a good part of the rest.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import cache
from typing import Any, TypeVar

from django.db import connection, transaction
from django.db.models import AutoField, Field, Model

R = TypeVar("R", bound=Model)
Statement = tuple[str, Sequence[Any]]


@dataclass
class _Deed:
    """What the running transaction still has to say, and the versions of the rows it holds."""

    last: list[Statement] = field(default_factory=list)
    versions: dict[tuple[type[Model], Any], int] = field(default_factory=dict)


_running: ContextVar[_Deed | None] = ContextVar("the deed that runs", default=None)


@contextmanager
def one_transaction() -> Iterator[None]:
    """A verb and all that it brings about happen together or not at all.

    A verb that runs within another's is part of it: there is no savepoint to go back to, so that nobody
    within may catch its refusal and go on.
    """
    if _running.get() is not None:
        yield
        return
    with transaction.atomic():
        deed = _Deed()
        token = _running.set(deed)
        try:
            yield
            _say_all(deed.last)
        finally:
            _running.reset(token)


def at_the_end(statement: str, values: Sequence[Any]) -> None:
    """Run a statement whose effect nobody reads before the transaction ends; outside of one, at once."""
    deed = _running.get()
    if deed is None:
        _say_all([(statement, values)])
    else:
        deed.last.append((statement, values))


def insert(*records: R) -> Sequence[R]:
    """Store new records of one model in one statement; those that the database numbers get their key."""
    if not records:
        return records
    statement, values = insertion(*records)
    with connection.cursor() as cursor:
        cursor.execute(f"{statement} RETURNING {_quoted(records[0]._meta.pk)}", values)
        keys = cursor.fetchall()
    for record, (key,) in zip(records, keys, strict=True):
        record.pk = key
        record._state.adding = False
        record._state.db = connection.alias
    return records


def insertion(*records: Model) -> Statement:
    """The statement that stores new records of one model."""
    model = type(records[0])
    fields = _stored(model)
    row = f"({', '.join(['%s'] * len(fields))})"
    values = [
        each.get_db_prep_save(each.pre_save(record, add=True), connection)
        for record in records
        for each in fields
    ]
    return f"{_insert_of(model)} {', '.join([row] * len(records))}", values


def update(record: Model, *names: str) -> None:
    """Store the named fields of a record. Raises `DoesNotExist` when its row is gone."""
    model = type(record)
    statement, fields = _update_of(model, names)
    values = [each.get_db_prep_save(getattr(record, each.attname), connection) for each in fields]
    with connection.cursor() as cursor:
        cursor.execute(statement, [*values, _key(record)])
        if cursor.rowcount != 1:
            raise model.DoesNotExist(f"{model._meta.label} {record.pk} is gone")  # type: ignore[attr-defined]  # Django's
    deed = _running.get()
    if deed is not None and "version" in names:
        deed.versions[model, record.pk] = record.version  # type: ignore[attr-defined]  # named, so it has one


def lock(record: Model) -> int | None:
    """Lock a record's row until the transaction ends; answers its version, None when the row is gone.

    A row that the running verb holds already is not asked for again.
    """
    model = type(record)
    deed = _running.get()
    if deed is not None and (model, record.pk) in deed.versions:
        return deed.versions[model, record.pk]
    with connection.cursor() as cursor:
        cursor.execute(_lock_of(model), [_key(record)])
        found = cursor.fetchone()
    if found and deed is not None:
        deed.versions[model, record.pk] = found[0]
    return int(found[0]) if found else None


def held(model: type[R], key: Any) -> R:
    """Read a record and lock its row until the transaction ends. Raises `DoesNotExist`."""
    statement, fields = _held_of(model)
    with connection.cursor() as cursor:
        cursor.execute(statement, [model._meta.pk.get_db_prep_save(key, connection)])
        found = list(cursor.fetchone() or ())
    if not found:
        raise model.DoesNotExist(f"{model._meta.label} {key} is gone")  # type: ignore[attr-defined]  # Django's
    for place, each in enumerate(fields):
        for convert in each.get_db_converters(connection):  # type: ignore[attr-defined]  # Django has it
            found[place] = convert(found[place], each, connection)
    record = model.from_db(connection.alias, [each.attname for each in fields], found)
    deed = _running.get()
    if deed is not None:
        deed.versions[model, record.pk] = record.version  # type: ignore[attr-defined]  # lifecycles have one
    return record


def _say_all(statements: Sequence[Statement]) -> None:
    if statements:
        with connection.cursor() as cursor:
            cursor.execute(
                ";\n".join(text for text, _values in statements),
                [value for _text, values in statements for value in values],
            )


def _key(record: Model) -> Any:
    return type(record)._meta.pk.get_db_prep_save(record.pk, connection)


@cache
def _stored(model: type[Model]) -> tuple[Field[Any, Any], ...]:
    return tuple(
        each for each in model._meta.concrete_fields if not each.generated and not isinstance(each, AutoField)
    )


@cache
def _insert_of(model: type[Model]) -> str:
    columns = ", ".join(_quoted(each) for each in _stored(model))
    return f"INSERT INTO {_table(model)} ({columns}) VALUES"


@cache
def _held_of(model: type[Model]) -> tuple[str, tuple[Field[Any, Any], ...]]:
    fields = tuple(each for each in model._meta.concrete_fields if not each.generated)
    columns = ", ".join(_quoted(each) for each in fields)
    where = f"{_quoted(model._meta.pk)} = %s"
    return f"SELECT {columns} FROM {_table(model)} WHERE {where} FOR UPDATE", fields  # noqa: S608  ours


@cache
def _lock_of(model: type[Model]) -> str:
    return f"SELECT version FROM {_table(model)} WHERE {_quoted(model._meta.pk)} = %s FOR UPDATE"  # noqa: S608  ours


@cache
def _update_of(model: type[Model], names: tuple[str, ...]) -> tuple[str, tuple[Field[Any, Any], ...]]:
    known = {name: each for each in model._meta.concrete_fields for name in (each.attname, each.name)}
    fields = tuple(known[name] for name in names)
    sets = ", ".join(f"{_quoted(each)} = %s" for each in fields)
    return f"UPDATE {_table(model)} SET {sets} WHERE {_quoted(model._meta.pk)} = %s", fields  # noqa: S608  ours


def _table(model: type[Model]) -> str:
    return connection.ops.quote_name(model._meta.db_table)


def _quoted(each: Field[Any, Any]) -> str:
    return connection.ops.quote_name(each.column)
