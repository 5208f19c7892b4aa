"""Checking the hash chain, and anchoring its tip outside the database so that a cut tail is found."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection

from carma import clock

_CHECK = """
SELECT seq, why FROM (
    SELECT e.seq, CASE
        WHEN e.seq <> lag(e.seq, 1, 0::bigint) OVER w + 1 THEN 'entries are missing before this one'
        WHEN e.prev <> lag(e.hash, 1, '\\x00'::bytea) OVER w THEN 'it does not follow the entry before'
        WHEN e.hash <> audit_digest(e, e.seq, e.prev) THEN 'its content was changed'
    END AS why
    FROM audit_entry e WHERE e.seq IS NOT NULL WINDOW w AS (ORDER BY e.seq)
) checked WHERE why IS NOT NULL ORDER BY seq LIMIT 100
"""
_TIP = "SELECT seq, encode(hash, 'hex') FROM audit_entry WHERE seq IS NOT NULL ORDER BY seq DESC LIMIT 1"
TAIL = 4096  # bytes, some twenty anchors
_AT = "SELECT encode(hash, 'hex') FROM audit_entry WHERE seq = %s"


@dataclass(frozen=True)
class Break:
    """Where the chain does not hold, and why."""

    seq: int
    why: str


def anchors_file() -> Path:
    return Path(settings.VAR_DIR) / "audit-anchors.jsonl"


def breaks() -> Iterator[Break]:
    """Every place, at most a hundred, where the chain or an anchor does not hold."""
    with connection.cursor() as cursor:
        cursor.execute(_CHECK)
        yield from (Break(seq, why) for seq, why in cursor.fetchall())
    yield from _lost_anchors()


def anchor() -> bool:
    """Append the chain's tip to the anchor file; False when it did not move since the last one."""
    with connection.cursor() as cursor:
        cursor.execute(_TIP)
        tip = cursor.fetchone()
    file = anchors_file()
    last = _last_anchored(file)
    if tip is None or (last and last["seq"] == tip[0]):
        return False
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("a", encoding="utf-8") as lines:
        lines.write(json.dumps({"at": clock.now().isoformat(), "seq": tip[0], "hash": tip[1]}) + "\n")
    return True


def _anchored(lines: Iterable[str]) -> Iterator[dict[str, Any]]:
    """The anchors in these lines; one that a full disk cut off half-way is no anchor."""
    for line in lines:
        with suppress(ValueError):
            yield json.loads(line)


def _last_anchored(file: Path) -> dict[str, Any] | None:
    """The newest anchor, from the end of a file that grows for years."""
    if not file.exists():
        return None
    with file.open("rb") as lines:
        lines.seek(max(0, file.stat().st_size - TAIL))
        tail = lines.read().decode(errors="replace").splitlines()
    return next(_anchored(reversed(tail)), None)


def _lost_anchors() -> Iterator[Break]:
    if not anchors_file().exists():
        return
    with connection.cursor() as cursor:
        for told in _anchored(anchors_file().read_text(encoding="utf-8").splitlines()):
            cursor.execute(_AT, [told["seq"]])
            found = cursor.fetchone()
            if found is None or found[0] != told["hash"]:
                yield Break(told["seq"], "it is not the entry that was anchored")
