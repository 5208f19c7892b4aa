"""Lists by key: no page number that shifts under the reader, no count of rows nobody asked for."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import orjson
from django.core.exceptions import ValidationError
from django.db.models import DateTimeField, Field, Model, Q, QuerySet
from django.utils.translation import gettext as _
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.utils.urls import replace_query_param

from carma.api.changes import changed_since
from carma.errors import InvalidInput

LIMIT = 50
LARGEST_LIMIT = 200


class Keyset(BasePagination):
    """Pages a queryset by the one or two fields it is ordered by, the last of them unique, none empty.

    `next` is an address, or null on the last page; what the cursor in it says is our own affair. With
    `updated_since` the list is of what changed, in the order in which it changed (see `changes`).
    """

    def paginate_queryset(self, queryset: QuerySet[Any], request: Request, view: Any = None) -> list[Any]:
        self.next: str | None = None
        self.position: int | None = None
        limit = limit_of(request)
        since = request.query_params.get("updated_since")
        if since is not None:
            changes = changed_since(queryset, since, limit)
            self.position = changes.position
            if changes.more:
                self.next = _address(request, "updated_since", str(changes.position))
            return changes.rows
        keys = _keys(queryset)
        cursor = request.query_params.get("cursor")
        if cursor is not None:
            queryset = queryset.filter(_after(keys, _values(keys, cursor)))
        page = list(queryset[: limit + 1])
        if len(page) > limit:
            page.pop()
            self.next = _address(request, "cursor", _cursor(keys, page[-1]))
        return page

    def envelope(self, rows: Sequence[Any]) -> dict[str, Any]:
        answer = {"results": rows, "next": self.next}
        return answer if self.position is None else {**answer, "position": self.position}

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        return {
            "type": "object",
            "required": ["results", "next"],
            "properties": {
                "results": schema,
                "next": {
                    "type": "string",
                    "format": "uri",
                    "nullable": True,
                    "description": "Address of the next page; null on the last.",
                },
                "position": {
                    "type": "integer",
                    "description": "With `updated_since` only: ask with this the next time.",
                },
            },
        }

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        limit = {"type": "integer", "minimum": 1, "maximum": LARGEST_LIMIT, "default": LIMIT}
        return [
            _parameter("limit", limit, "Rows per page."),
            _parameter("cursor", {"type": "string"}, "From `next`; not to be made up."),
            _parameter(
                "updated_since",
                {"type": "string"},
                "A `position` given before, or a moment (ISO 8601 with offset): what changed since, oldest "
                "change first. A record may come again; the newest version counts. 410 `too_old` past "
                "seven days.",
            ),
        ]


def _parameter(name: str, schema: dict[str, Any], description: str) -> dict[str, Any]:
    return {"name": name, "in": "query", "required": False, "schema": schema, "description": description}


def _address(request: Request, name: str, value: str) -> str:
    return replace_query_param(request.build_absolute_uri(), name, value)


def limit_of(request: Request) -> int:
    """How many rows the caller wants. Raises `InvalidInput`."""
    text = request.query_params.get("limit")
    if text is None:
        return LIMIT
    if not (text.isascii() and text.isdigit() and len(text) < 6 and 1 <= int(text) <= LARGEST_LIMIT):
        raise InvalidInput(_("Give a number from 1 to %(most)d.") % {"most": LARGEST_LIMIT}, field="limit")
    return int(text)


def _keys(queryset: QuerySet[Any]) -> list[tuple[Field[Any, Any], bool]]:
    """The fields a queryset is ordered by, each with whether it runs downwards."""
    meta = queryset.model._meta
    names = [str(name) for name in queryset.query.order_by]
    fields = [(meta.pk if name.lstrip("-") == "pk" else meta.get_field(name.lstrip("-"))) for name in names]
    return [(field, name.startswith("-")) for field, name in zip(fields, names, strict=True)]


def _cursor(keys: Sequence[tuple[Field[Any, Any], bool]], row: Model) -> str:
    values = [getattr(row, field.attname) for field, _down in keys]
    return urlsafe_b64encode(orjson.dumps(values)).decode().rstrip("=")


def _values(keys: Sequence[tuple[Field[Any, Any], bool]], cursor: str) -> list[Any]:
    """The key values in a cursor, of the fields' own types. Raises `InvalidInput` for any other text."""
    try:
        told = orjson.loads(urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        if not isinstance(told, list):
            raise TypeError(cursor)
        return [_value(field, value) for (field, _down), value in zip(keys, told, strict=True)]
    except (ValueError, TypeError, OverflowError, ValidationError) as error:
        raise InvalidInput(_("This is no cursor of ours; begin again without it."), field="cursor") from error


def _value(field: Field[Any, Any], told: Any) -> Any:
    if not isinstance(told, (str, int)) or (isinstance(told, str) and "\0" in told):
        raise TypeError(told)
    value = field.to_python(told)
    if isinstance(field, DateTimeField) and not (isinstance(value, datetime) and value.tzinfo):
        raise TypeError(told)
    return value


def _after(keys: Sequence[tuple[Field[Any, Any], bool]], values: Sequence[Any]) -> Q:
    """The rows past these key values. The outer bound lets the index begin at the right place."""
    (field, down), value = keys[0], values[0]
    way = "lt" if down else "gt"
    past = Q((f"{field.name}__{way}", value))
    if len(keys) == 1:
        return past
    bound = Q((f"{field.name}__{way}e", value))
    return bound & (past | _after(keys[1:], values[1:]))
