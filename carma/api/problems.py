"""Every refusal of the API as RFC 9457 problem details with a stable `code`."""

from __future__ import annotations

import logging
import math
from collections.abc import Iterable, Iterator, Mapping
from http import HTTPStatus
from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.signals import got_request_exception
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from rest_framework.exceptions import APIException, Throttled, ValidationError

from carma.api import wire
from carma.errors import DomainError, InvalidInput

log = logging.getLogger(__name__)

# The codes of refusals that no `DomainError` stands for, with what they say when nobody said it better.
PLAIN = {
    400: ("bad_request", gettext_noop("This request can't be understood.")),
    401: ("not_authenticated", gettext_noop("Sign in, or send a service token.")),
    403: ("forbidden", gettext_noop("Your role, or this token, may not do this.")),
    404: ("not_found", gettext_noop("There is no such thing here. Addresses end with a slash.")),
    405: ("method_not_allowed", gettext_noop("This address does not know that method.")),
    406: ("not_acceptable", gettext_noop("Only application/json can be answered.")),
    413: ("too_large", gettext_noop("The request is too large.")),
    415: ("unsupported_media_type", gettext_noop("Send application/json.")),
    429: ("too_many", gettext_noop("Too many requests. Wait as long as Retry-After says.")),
    500: ("internal_error", gettext_noop("This went wrong on our side; nothing was changed.")),
    503: ("unavailable", gettext_noop("The database can't be reached now; nothing was changed. Try again.")),
}


def problem(
    status: int,
    *,
    code: str = "",
    detail: str = "",
    headers: Mapping[str, str] | None = None,
    **facts: Any,
) -> HttpResponse:
    """An answer of problem details; code and detail default to those of the status."""
    plain_code, plain_detail = PLAIN.get(status, PLAIN[400 if status < 500 else 500])
    body = {
        **facts,
        "title": HTTPStatus(status).phrase,
        "status": status,
        "code": code or plain_code,
        "detail": detail or _(plain_detail),
    }
    response = HttpResponse(
        wire.write(body), status=status, content_type=wire.PROBLEM, headers=dict(headers or {})
    )
    if status == 401:
        response["WWW-Authenticate"] = 'Bearer realm="CARMA"'
    return response


def problem_handler(error: Exception, context: Mapping[str, Any]) -> HttpResponse:
    """Answer any exception of an API view; what nobody foresaw is logged and tells nothing of itself."""
    if isinstance(error, InvalidInput):
        errors = {error.field or "body": [error.detail]}
        return problem(error.status, code=error.code, detail=error.detail, errors=errors, **error.facts)
    if isinstance(error, DomainError):
        return problem(error.status, code=error.code, detail=error.detail, **error.facts)
    if isinstance(error, ValidationError):
        detail = _("Some of what was sent can't be used; “errors” says what, field by field.")
        return problem(400, code=InvalidInput.code, detail=detail, errors=_flat(error.detail))
    if isinstance(error, Throttled):
        return problem(429, headers={"Retry-After": str(math.ceil(getattr(error, "wait", None) or 1))})
    if isinstance(error, Http404):
        return problem(404)
    if isinstance(error, PermissionDenied):
        return problem(403)
    if isinstance(error, APIException):
        told = str(error.detail) if type(error).default_detail != error.detail else ""
        return problem(error.status_code, detail=told)
    request = context["request"]._request
    if isinstance(error, (OperationalError, InterfaceError)):
        log.error("%s %s: %s", request.method, request.path, error)
        return problem(503, headers={"Retry-After": "2"})
    log.exception("%s %s", request.method, request.path, exc_info=error)
    got_request_exception.send(sender=None, request=request)
    return problem(500)


def _flat(detail: Any) -> dict[str, list[str]]:
    """DRF's nested complaints by the path of the field: `place.lat`, `parties.0.name`."""
    errors: dict[str, list[str]] = {}
    for path, message in _complaints(detail, ""):
        errors.setdefault(path or "body", []).append(message)
    return errors


def _complaints(detail: Any, path: str) -> Iterator[tuple[str, str]]:
    parts: Iterable[tuple[Any, Any]]
    if isinstance(detail, Mapping):
        parts = detail.items()
    elif isinstance(detail, list) and any(isinstance(part, (Mapping, list)) for part in detail):
        parts = enumerate(detail)
    elif isinstance(detail, list):
        yield from ((path, str(message)) for message in detail)
        return
    else:
        yield path, str(detail)
        return
    for name, part in parts:
        below = path if name == "non_field_errors" else f"{path}.{name}" if path else str(name)
        yield from _complaints(part, below)
