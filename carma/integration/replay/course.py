"""From the moments of a row to the verbs that tell it, in an order that could have happened."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

Moments = Mapping[str, datetime]
Leg = tuple[str, datetime]
CHAIN = ("received", "qualified", "assigned", "en_route", "on_scene", "cleared", "closed")


@dataclass(frozen=True)
class Remark:
    """Something in a row that was not as it should be, and what was made of it."""

    code: str
    detail: str


def course(known: Moments) -> tuple[list[Leg], list[Remark]]:
    """The verbs after the call was taken, each with its moment, and what had to be put right.

    Without an end in the log the incident stays open. A first close before the arrival, which logs
    have when a call was closed too soon, is told as it went: called back or cancelled, then sent again.
    """
    remarks: list[Remark] = []
    sent = known.get("assigned")
    if sent is None:
        sent = min((known[name] for name in ("en_route", "on_scene") if name in known), default=None)
        if sent is not None:
            remarks.append(Remark("no_assignment", f"sent no later than {_show(sent)}"))
    legs = _without_team(known) if sent is None else _with_team(known, sent, remarks)
    if not legs or legs[-1][0] not in ("finish", "cancel"):
        remarks.append(Remark("no_end", "stays open"))
    return _in_order(known, legs, remarks), remarks


def long_waits(known: Moments, longest: timedelta) -> list[Remark]:
    """Remarks on intervals of days; they are told as they are."""
    told = sorted((known[name], name) for name in CHAIN if name in known)
    return [
        Remark("long_interval", f"{late - early} from {was} to {name}")
        for (early, was), (late, name) in pairwise(told)
        if late - early > longest
    ]


def _without_team(known: Moments) -> list[Leg]:
    first, last = _closes(known)
    if first is None or last is None:
        return []
    if "reopened" in known:
        return [("cancel", first), ("reopen_to_queue", known["reopened"]), ("cancel", last)]
    return [("cancel", last)]


def _with_team(known: Moments, sent: datetime, remarks: list[Remark]) -> list[Leg]:
    first, last = _closes(known)
    arrived = known.get("on_scene")
    legs: list[Leg] = []
    if first is not None and first < sent:
        remarks.append(Remark("closed_before_sent", f"first closed {_show(first)}, sent {_show(sent)}"))
        legs += [("cancel", first), ("reopen_to_queue", sent)]
        first = last if last is not None and last >= sent else None
    legs.append(("assign", sent))
    if first is not None and arrived is not None and first < arrived:
        remarks.append(
            Remark("closed_before_arrival", f"first closed {_show(first)}, arrived {_show(arrived)}")
        )
        legs += [
            *_drive(known, until=first),
            ("abort", first),
            ("assign", first),
            *_drive(known, since=first),
        ]
        first = last if last is not None and last >= arrived else None
    else:
        legs += _drive(known)
    if arrived is None:
        return legs + _no_arrival(first, last, remarks)
    legs.append(("arrive", arrived))
    if first is None or last is None:
        return legs
    if "reopened" in known and first < last:
        remarks.append(Remark("reopened", f"closed {_show(first)}, again {_show(last)}"))
        return [*legs, ("clear", first), ("finish", first), ("reopen", known["reopened"]), ("finish", last)]
    return [*legs, ("clear", first), ("finish", last)]


def _no_arrival(first: datetime | None, last: datetime | None, remarks: list[Remark]) -> list[Leg]:
    remarks.append(Remark("no_arrival", "called back and cancelled at the close"))
    if first is None or last is None:
        return []
    return [("abort", first), ("cancel", last)]


def _drive(known: Moments, *, since: datetime | None = None, until: datetime | None = None) -> list[Leg]:
    """The departure, if it lies after `since` and no later than `until`."""
    departed = known.get("en_route")
    if departed is None or (since and departed <= since) or (until and departed > until):
        return []
    return [("depart", departed)]


def _closes(known: Moments) -> tuple[datetime | None, datetime | None]:
    """The first and the final close; a log with one of them has both there."""
    return known.get("cleared", known.get("closed")), known.get("closed", known.get("cleared"))


def _in_order(known: Moments, legs: list[Leg], remarks: list[Remark]) -> list[Leg]:
    """Move what lies before its predecessor to the predecessor's moment."""
    ordered: list[Leg] = []
    last = known["received"]
    if "qualified" in known:
        legs = [("take", known["qualified"]), *legs]
    for verb, at in legs:
        if at < last:
            remarks.append(
                Remark("negative_interval", f"{verb} {_show(at)} lies {last - at} before what it follows")
            )
        last = max(at, last)
        ordered.append((verb, last))
    return [leg for leg in ordered if leg[0] != "take"]


def _show(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S}Z"
