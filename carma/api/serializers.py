"""Rows out, deeds in: two bases, because what is shown and what may be said are never the same list."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import cache
from operator import attrgetter
from typing import Any, Self, TypeVar

from django.db.models import Model
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.relations import PrimaryKeyRelatedField

M = TypeVar("M", bound=Model)
Writer = Callable[[Any], Any]

LARGEST_VERSION = 2**31 - 1


class RowSerializer(serializers.ModelSerializer[M]):
    """Shows a record. Fields are declared for the schema; their values leave as the record holds them.

    DRF's own way prepares each value for any format, at some milliseconds per page of rows. JSON knows
    our values already, so a row is a dict of attributes. A foreign key is written as its key; a dotted
    `source` writes None when something on the way is None; rows within rows are RowSerializers too.
    """

    def to_representation(self, instance: M) -> dict[str, Any]:
        row: dict[str, Any] = self.writer()(instance)
        return row

    @classmethod
    @cache
    def writer(cls) -> Writer:
        """What makes the row of a record; the serializer's own fields are read once per process."""
        readers = [(name, _reader(field)) for name, field in cls().fields.items()]
        return lambda record: {name: read(record) for name, read in readers}

    @classmethod
    @cache
    def columns(cls) -> tuple[str, ...] | None:
        """The columns of the table that make a row; None when it takes more than those."""
        model: type[Model] = cls.Meta.model
        own = {field.attname for field in model._meta.concrete_fields}
        names: list[str] = []
        for field in cls().fields.values():
            if isinstance(field, RowSerializer) and field.source == "*":
                names += field.columns() or [""]
            elif isinstance(field, PrimaryKeyRelatedField):
                names.append(f"{field.source}_id")
            else:
                names.append(str(field.source))
        return tuple(names) if own.issuperset(names) else None


class InputSerializer(serializers.Serializer[Any]):
    """What may be said. A field that is not declared is refused, so that no misspelt one is lost."""

    default_error_messages = {"unknown": _("There is no such field here.")}

    @classmethod
    def read(cls, told: Any) -> dict[str, Any]:
        """The validated values. Raises DRF's ValidationError."""
        values: dict[str, Any] = cls._shared().run_validation(told)
        return values

    @classmethod
    @cache
    def _shared(cls) -> Self:
        # Building the fields costs more than reading a body, and reading keeps nothing in them.
        return cls()

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        if isinstance(data, Mapping):
            unknown = [name for name in data if name not in self.fields]
            if unknown:
                raise serializers.ValidationError(
                    {str(name)[:80]: [self.error_messages["unknown"]] for name in unknown}
                )
        values: dict[str, Any] = super().to_internal_value(data)
        return values


class MomentField(serializers.DateTimeField):
    """A moment that means the same everywhere: ISO 8601 with its offset; becomes UTC."""

    default_error_messages = {"naive": _("Give the offset from UTC as well, such as +01:00 or Z.")}

    def enforce_timezone(self, value: datetime) -> datetime:
        if value.tzinfo is None:
            self.fail("naive")
        try:
            return value.astimezone(UTC)
        except OverflowError:
            self.fail("overflow")


class VersionedSerializer(InputSerializer):
    """The base of what a verb takes: the version the caller decided on."""

    version = serializers.IntegerField(
        required=False,
        min_value=1,
        max_value=LARGEST_VERSION,
        help_text="Version last seen; 412 `stale` when the record moved on. `If-Match` says the same.",
    )


class MoveSerializer(VersionedSerializer):
    """How a deed is told, for verbs that may be told late."""

    at = MomentField(required=False, help_text="Moment of the deed, ISO 8601 with offset; default now.")
    reason = serializers.CharField(
        required=False, max_length=400, help_text="Needed when told more than two minutes late."
    )


def _reader(field: Any) -> Writer:
    source: str = field.source
    if isinstance(field, RowSerializer) and source == "*":
        return field.writer()
    if isinstance(field, serializers.SerializerMethodField):
        method: Writer = getattr(field.parent, field.method_name or f"get_{field.field_name}")
        return method
    if isinstance(field, serializers.ListSerializer) and isinstance(field.child, RowSerializer):
        return _many(source, field.child.writer())
    if isinstance(field, RowSerializer):
        return _one(source, field.writer())
    if isinstance(field, PrimaryKeyRelatedField):
        return attrgetter(f"{source}_id")
    return _dotted(source.split(".")) if "." in source else attrgetter(source)


def _many(source: str, write: Writer) -> Writer:
    manager = attrgetter(source)
    return lambda record: [write(row) for row in manager(record).all()]


def _one(source: str, write: Writer) -> Writer:
    related = _dotted(source.split("."))

    def read(record: Any) -> Any:
        row = related(record)
        return None if row is None else write(row)

    return read


def _dotted(names: list[str]) -> Writer:
    def read(record: Any) -> Any:
        for name in names:
            record = getattr(record, name)
            if record is None:
                return None
        return record

    return read
