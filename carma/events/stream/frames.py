"""Events as bytes on the wire (server-sent events), made once however many clients hear them."""

from __future__ import annotations

import random
from datetime import datetime

import orjson

from carma.events.stream.feed import Told


def event(told: Told) -> bytes:
    return b"id: %d\ndata: %b\n\n" % (told.pos, orjson.dumps(told.payload))


def heartbeat(at: datetime, pos: int, engine: float | None) -> bytes:
    """Carries its position as id too: who hears no event of his own still moves along."""
    body = orjson.dumps({"at": at, "pos": pos, "engine": engine})
    return b"event: heartbeat\nid: %d\ndata: %b\n\n" % (pos, body)


def resync(pos: int) -> bytes:
    """Tell a client that it missed something: fetch everything anew, then go on from `pos`."""
    return b"event: resync\nid: %d\ndata: %b\n\n" % (pos, orjson.dumps({"pos": pos}))


def retry() -> bytes:
    """When to come back after a cut, different for each so that they don't all come at once."""
    return b"retry: %d\n\n" % random.randint(200, 1500)  # noqa: S311  nothing secret
