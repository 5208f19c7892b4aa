"""Where a deed comes from: set once per request or task, written into every audit entry."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass


@dataclass(frozen=True)
class Source:
    ip: str = ""
    request_id: str = ""
    purpose: str = ""


NOWHERE = Source()
_source: ContextVar[Source] = ContextVar("audit_source", default=NOWHERE)


def source() -> Source:
    return _source.get()


@contextmanager
def about(*, ip: str = "", request_id: str = "", purpose: str = "") -> Iterator[None]:
    token = _source.set(Source(ip, request_id, purpose))
    try:
        yield
    finally:
        _source.reset(token)
