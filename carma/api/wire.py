"""JSON in and out: the only language the API speaks."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from typing import IO, Any, NoReturn

import orjson
from django.http import HttpResponse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from rest_framework.exceptions import NotAcceptable
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.parsers import BaseParser
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request

from carma.errors import DomainError

JSON = "application/json"
PROBLEM = "application/problem+json"
LARGEST_BODY = 256 * 1024
_ACCEPTED = ("*/*", "application/*", JSON, PROBLEM)


class MalformedJson(DomainError):
    status = 400
    code = "malformed_json"


class LengthRequired(DomainError):
    status = 411
    code = "length_required"


class TooLarge(DomainError):
    status = 413
    code = "too_large"


def write(content: Any) -> bytes:
    """Content as JSON: moments in UTC with a Z, lazy texts in the language of now."""
    return orjson.dumps(content, default=_plain, option=orjson.OPT_UTC_Z)


def answer(content: Any, *, status: int = 200, headers: Mapping[str, str] | None = None) -> HttpResponse:
    return HttpResponse(write(content), status=status, content_type=JSON, headers=headers)


def read(body: bytes) -> Any:
    """JSON as Python values. Raises `MalformedJson` for anything two readers could understand differently.

    That is: a key given twice, NaN and infinities, half a surrogate, integers beyond 64 bits, and
    nesting too deep to walk.
    """
    try:
        told = json.loads(
            body.decode(), object_pairs_hook=_object, parse_float=_float, parse_constant=_no_number
        )
        canonical(told)
    except (ValueError, TypeError, RecursionError) as error:
        raise MalformedJson(_("The body is no JSON we can read: %(why)s.") % {"why": error}) from error
    return told


def body_of(request: Request) -> Any:
    """What a request's body says. Raises `LengthRequired`, `TooLarge` and `MalformedJson`.

    WSGI shows no body whose length was not announced; to answer as if nothing was said would lose it.
    """
    if "HTTP_TRANSFER_ENCODING" in request.META and not request.META.get("CONTENT_LENGTH"):
        raise LengthRequired(_("Send the body with its Content-Length, not in chunks."))
    return request.data


def canonical(told: Any) -> bytes:
    """The same bytes for the same content, whatever the order of keys."""
    return orjson.dumps(told, option=orjson.OPT_SORT_KEYS)


class JsonParser(BaseParser):
    media_type = JSON

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        request: Request = (parser_context or {})["request"]
        if int(request.META.get("CONTENT_LENGTH") or 0) > LARGEST_BODY:
            raise TooLarge(_("A body may have %(kib)d KiB.") % {"kib": LARGEST_BODY // 1024})
        return read(stream.read())


class JsonRenderer(BaseRenderer):
    media_type = JSON
    format = "json"
    charset = None

    def render(
        self,
        data: Any,
        accepted_media_type: str | None = None,
        renderer_context: Mapping[str, Any] | None = None,
    ) -> bytes:
        return b"" if data is None else write(data)


class JsonOnly(BaseContentNegotiation):
    """One format: who accepts none of it is told so, everyone else gets it without more ado."""

    def select_parser(self, request: Request, parsers: Any) -> Any:
        media_type = request.content_type.partition(";")[0].strip().lower()
        return next((parser for parser in parsers if parser.media_type == media_type), None)

    def select_renderer(self, request: Request, renderers: Any, format_suffix: str | None = None) -> Any:
        accept: str = request.META.get("HTTP_ACCEPT", "*/*")
        if accept != "*/*" and not any(kind in accept for kind in _ACCEPTED):
            raise NotAcceptable
        return renderers[0], renderers[0].media_type


def _plain(value: Any) -> Any:
    if isinstance(value, Promise):
        return str(value)
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, timedelta):
        return value.total_seconds()
    if isinstance(value, (set, frozenset)):
        return sorted(value)
    raise TypeError(f"{type(value).__name__} has no form in JSON")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    told = dict(pairs)
    if len(told) != len(pairs):
        names = [name for name, _value in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"“{twice[:80]}” stands in it twice")
    return told


def _float(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(f"{text[:40]} is too large a number")
    return number


def _no_number(text: str) -> NoReturn:
    raise ValueError(f"{text} is no number")
