"""From one row of a log to the steps that tell it: what was called in, who went, how it ended."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from carma.integration.replay import moments
from carma.integration.replay.course import Remark, course, long_waits
from carma.integration.replay.fields import Body, Fields
from carma.integration.replay.mapping import MOMENTS, Map, plain
from carma.integration.replay.rows import Row

LONGEST_KEY = 80
HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class Step:
    """One verb of the API with what it is told; `at` is its moment in the log, in UTC."""

    verb: str
    at: datetime
    body: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Told:
    """A row that can be told. `key` is the same whenever the row is read again.

    `address` is what to look up when the row has no point; `fallback` the place to tell when that, or
    the point itself, leads nowhere in the zone; empty when the mapping has none.
    """

    key: str
    steps: tuple[Step, ...]
    remarks: tuple[Remark, ...]
    team: str
    address: str
    fallback: Mapping[str, Any]


@dataclass(frozen=True)
class NotTold:
    """A row that can't be told (`is_refused`), or is not meant to be."""

    code: str
    detail: str
    is_refused: bool = True


class Teller:
    """Reads rows by one mapping. Keeps the last call's moment: it tells apart an hour that came twice."""

    def __init__(self, mapping: Map) -> None:
        self.mapping = mapping
        self._last: datetime | None = None

    def key(self, row: Row) -> str:
        """Log, agency and the row's own number; empty without a number."""
        fields = Fields(self.mapping, row)
        number = fields.text("number")
        return ":".join(filter(None, (self.mapping.source, fields.text("agency"), number))) if number else ""

    def tell(self, row: Row) -> Told | NotTold:
        fields = Fields(self.mapping, row)
        key = self.key(row)
        if refusal := self._refusal(fields, key):
            return refusal
        fields.shape()
        known = self._moments(fields)
        if "received" not in known:
            return NotTold("no_received", f"no moment of the call in {fields.text('received')!r}")
        place, fallback = fields.point(), fields.fallback(key)
        address = "" if place else fields.text("address")
        if not (place or address or fallback):
            return NotTold("no_place", "neither coordinates nor an address, and the mapping has no fallback")
        if not (place or address):
            fields.remark("no_place", "told at the fallback place")
        take = {
            **fields.call(),
            "type": fields.type_code(),
            "import_key": key,
            "received_at": known["received"].isoformat(),
            "place": place or ({} if address else fallback),
        }
        steps, repairs = self._steps(fields, known, take)
        self._last = known["received"]
        remarks = (*fields.remarks, *repairs)
        return Told(key, steps, remarks, team=fields.text("team"), address=address, fallback=fallback)

    def _refusal(self, fields: Fields, key: str) -> NotTold | None:
        row, agency = fields.row, fields.text("agency")
        if row.trouble:
            return NotTold("unreadable_row", f"{row.trouble}: {row.text.strip()[:120]}")
        if self.mapping.agencies and plain(agency) not in self.mapping.agencies:
            return NotTold("other_agency", agency or "no agency", is_refused=False)
        if not key or len(key) > LONGEST_KEY:
            return NotTold("no_number", f"the row's own number is missing or too long: {key[:120]!r}")
        if not fields.type_code():
            return NotTold("unknown_type", fields.text("type") or "no type")
        return None

    def _steps(
        self, fields: Fields, known: Mapping[str, datetime], take: Body
    ) -> tuple[tuple[Step, ...], list[Remark]]:
        legs, repairs = course(known)
        endings = fields.endings()
        first = Step("take", max(known["received"], known.get("qualified", known["received"])), take)
        steps = (first, *(Step(verb, at, endings.get(verb, {})) for verb, at in legs))
        return steps, [*repairs, *long_waits(known, timedelta(hours=self.mapping.long_hours))]

    def _moments(self, fields: Fields) -> dict[str, datetime]:
        """The moments that can be read, in UTC, moved by the mapping's whole weeks."""
        known: dict[str, datetime] = {}
        for name in MOMENTS:
            text = fields.text(name)
            written = moments.parse(text, self.mapping.formats) if text else None
            if written is not None:
                known[name] = self._settled(fields, name, written, known)
            elif text:
                fields.remark("unreadable_moment", f"{name}: {text!r} is no moment; taken as missing")
        return known

    def _settled(
        self, fields: Fields, name: str, written: datetime, known: Mapping[str, datetime]
    ) -> datetime:
        zone, shift = self.mapping.zone, timedelta(weeks=self.mapping.shift_weeks)
        after = max(known.values()) - shift if known else self._just_before(written)
        settled = moments.settle(written, zone, after=after)
        if moments.is_twofold(written, zone) or moments.is_skipped(written, zone):
            fields.remark("clock_change", f"{name}: {written:%Y-%m-%d %H:%M:%S} taken as {settled:%H:%M:%S}Z")
        return settled + shift

    def _just_before(self, written: datetime) -> datetime | None:
        """The last call's moment, if it shows that this one fell in the second of two equal hours."""
        if self._last is None:
            return None
        last = self._last - timedelta(weeks=self.mapping.shift_weeks)
        first = moments.settle(written, self.mapping.zone, after=None)
        return last if timedelta(0) < last - first < HOUR else None
