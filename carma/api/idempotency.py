"""A write sent twice with the same `Idempotency-Key` happens once and is answered twice."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import timedelta

import orjson
from django.db import connection
from django.http import HttpResponse
from django.utils.translation import gettext as _
from rest_framework.request import Request

from carma import clock, rows
from carma.api import wire
from carma.api.models import Answer
from carma.errors import DomainError, InvalidInput

KEPT = timedelta(days=7)
_KEPT_HEADERS = ("ETag", "Location")

# A second request with the key waits here until the first has committed or failed.
_CLAIM = """
INSERT INTO api_answer (user_id, key, request_hash, status, headers, body, at)
VALUES (%s, %s, %s, 0, '{}', '', %s) ON CONFLICT (user_id, key) DO NOTHING RETURNING id
"""
_KEEP = "UPDATE api_answer SET status = %s, headers = %s, body = %s WHERE id = %s"


class KeyUsedDifferently(DomainError):
    """The key was used before, with another address or body."""

    status = 422
    code = "idempotency_mismatch"


def answer_once(request: Request, deed: Callable[[], HttpResponse]) -> HttpResponse:
    """Run a deed in one transaction; with an `Idempotency-Key`, at most once per user and key.

    The same request again gets the stored answer with `Idempotency-Replayed: true`; while the first
    is under way, it waits for it. Refusals are not kept: nothing happened, so it may be tried again.
    Raises `KeyUsedDifferently` when the key came before with another request.
    """
    key = request.headers.get("Idempotency-Key")
    if key is not None and not (0 < len(key) <= 255 and key.isascii() and key.isprintable()):
        raise InvalidInput(_("Give a key of 1 to 255 plain signs, such as a UUID."), field="Idempotency-Key")
    with rows.one_transaction():
        return deed() if key is None else _once(request, key, deed)


def prune() -> int:
    """Forget answers past `KEPT`; a key that comes back after that counts as new. Answers how many."""
    deleted, _models = Answer.objects.filter(at__lt=clock.now() - KEPT).delete()
    return deleted


def _once(request: Request, key: str, deed: Callable[[], HttpResponse]) -> HttpResponse:
    fingerprint = _fingerprint(request)
    with connection.cursor() as cursor:
        cursor.execute(_CLAIM, [request.user.pk, key, fingerprint, clock.now()])
        claimed = cursor.fetchone()
    if claimed is None:
        return _replay(request, key, fingerprint)
    response = deed()
    kept = {name: response[name] for name in _KEPT_HEADERS if name in response}
    with connection.cursor() as cursor:
        cursor.execute(
            _KEEP, [response.status_code, orjson.dumps(kept).decode(), response.content, claimed[0]]
        )
    return response


def _replay(request: Request, key: str, fingerprint: bytes) -> HttpResponse:
    stored = Answer.objects.get(user=request.user.pk, key=key)
    if bytes(stored.request_hash) != fingerprint:
        raise KeyUsedDifferently(_("This key was used for another request. Take a new key for a new deed."))
    headers = {**stored.headers, "Idempotency-Replayed": "true"}
    return HttpResponse(bytes(stored.body), status=stored.status, content_type=wire.JSON, headers=headers)


def _fingerprint(request: Request) -> bytes:
    told = f"{request.method} {request.path}\n".encode() + wire.canonical(request.data)
    return hashlib.sha256(told).digest()
