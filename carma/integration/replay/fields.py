"""The cells of one row in our words. What was not as it should be is kept as remarks."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from zlib import crc32

from carma.incidents.models import Incident
from carma.integration.replay.course import Remark
from carma.integration.replay.mapping import Map
from carma.integration.replay.rows import Row

LONGEST_LABEL = 200
LONGEST = {"words": 8_000, "caller_name": 120, "caller_phone": 30}
NO_DOCUMENT = "the document stays where the log comes from"
Body = dict[str, Any]


@dataclass
class Fields:
    mapping: Map
    row: Row
    remarks: list[Remark] = field(default_factory=list)

    def remark(self, code: str, detail: str) -> None:
        self.remarks.append(Remark(code, detail))

    def shape(self) -> None:
        """Remark on a row that has other columns than the header."""
        if self.row.surplus:
            self.remark("extra_cells", "not read: " + " | ".join(self.row.surplus)[:200])
        if self.row.lacking:
            self.remark("short_row", f"{self.row.lacking} columns fewer than the header")

    def text(self, name: str) -> str:
        """The text of a column of ours, empty when missing; several columns are joined by a space."""
        cells = (self.row.cells.get(header, "") for header in self.mapping.columns.get(name, ()))
        return " ".join(cell for cell in cells if not self.mapping.is_missing(cell))

    def word(self, name: str) -> str:
        """Our word for a cell, or the default, with a remark when the mapping does not know the cell."""
        tables = {
            "channel": self.mapping.channels,
            "priority": self.mapping.priorities,
            "result": self.mapping.results,
        }
        text, default = self.text(name), self.mapping.defaults[name]
        found = tables[name].of(text) if text else None
        if text and found is None:
            self.remark(f"unknown_{name}", f"{text!r}, told as {default or 'the type has it'}")
        return found or default

    def type_code(self) -> str:
        """Empty when neither the mapping nor its default knows the row's type."""
        return self.mapping.types.of(self.text("type")) or self.mapping.defaults["type"]

    def call(self) -> Body:
        """Who called and what was said."""
        body: Body = {"channel": self.word("channel")}
        for name, longest in LONGEST.items():
            text = self.text(name)
            if len(text) > longest:
                self.remark("cut", f"{name}: {len(text)} signs, {longest} told")
            if text:
                body[name] = text[:longest]
        if priority := self.word("priority"):
            body["priority"] = int(priority)
        return body

    def point(self) -> Body:
        """The place at the row's coordinates; empty without any that can be used."""
        told = [self.text(name).replace(",", ".") for name in ("lat", "lon")]
        if not all(told):
            return {}
        try:
            lat, lon = map(float, told)
        except ValueError:
            lat = lon = 0.0
        if not (-90 <= lat <= 90 and -180 <= lon <= 180) or (lat, lon) == (0, 0):
            self.remark("unreadable_point", " ".join(told)[:80])
            return {}
        if min(len(text.partition(".")[2]) for text in told) < self.mapping.precise_decimals:
            self.remark("rounded_point", " ".join(told))
        return {"label": self.text("address")[:LONGEST_LABEL] or f"{lat}, {lon}", "lat": lat, "lon": lon}

    def fallback(self, key: str) -> Body:
        """The place for a row without one: of several always the same for the same row."""
        choices = self.mapping.fallbacks
        if not choices:
            return {}
        chosen = choices[crc32(key.encode()) % len(choices)]
        return {"label": chosen.label, "lat": chosen.lat, "lon": chosen.lon}

    def endings(self) -> dict[str, Body]:
        """What each verb that ends or takes up something is told."""
        told = self.word("result")
        result = told if told in Incident.Result.values else Incident.Result.NOTHING_FOUND.value
        finish: Body = {"result": result, "otherwise": True}  # a log does not say what was proposed
        if finish["result"] in Incident.WITH_DOCUMENT:
            finish["no_pv_reason"] = NO_DOCUMENT
        because = told if told in Incident.Cancelled.values else Incident.Cancelled.ADVICE_BY_PHONE.value
        why = f"log: {self.text('result') or 'no result'}"[:400]
        return {
            "finish": finish,
            "cancel": {"cancelled_because": because, "reason": why},
            "abort": {"reason": "log: closed before the team arrived"},
            "reopen": {"to_queue": False, "reason": "log: closed again later"},
            "reopen_to_queue": {"to_queue": True, "reason": "log: a team was sent after the first close"},
        }
