"""The replay itself: every row of the log read, told step by step, and accounted for."""

from __future__ import annotations

import heapq
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import blake2b
from pathlib import Path

from carma.integration.replay import rows
from carma.integration.replay.journal import Journal, Progress
from carma.integration.replay.mapping import Map
from carma.integration.replay.report import Outcome, Report
from carma.integration.replay.rows import Row
from carma.integration.replay.sender import Sender
from carma.integration.replay.telling import NotTold, Teller, Told


@dataclass
class Open:
    """A row on its way."""

    line: int
    told: Told
    progress: Progress
    is_remarked: bool = False


class Reading:
    """The rows of a log that can be told. The others go to the report at once."""

    def __init__(self, path: Path, mapping: Map, report: Report) -> None:
        self.path = path
        self.mapping = mapping
        self.report = report
        self._seen: dict[str, tuple[int, bytes]] = {}

    def __iter__(self) -> Iterator[tuple[int, Told]]:
        teller = Teller(self.mapping)
        for row in rows.read(self.path, encoding=self.mapping.encoding, separator=self.mapping.separator):
            told = teller.tell(row)
            if isinstance(told, Told):
                told = self._again(row, told.key) or told
            if isinstance(told, NotTold):
                outcome = Outcome.REFUSED if told.is_refused else Outcome.LEFT_OUT
                self.report.count(outcome)
                self.report.write(row.line, teller.key(row), outcome, told.code, told.detail)
            else:
                yield row.line, told

    def _again(self, row: Row, key: str) -> NotTold | None:
        """A number that came before: the same row once more, or another that would be lost under it."""
        content = blake2b(repr(sorted(row.cells.items())).encode(), digest_size=8).digest()
        first_line, first = self._seen.setdefault(key, (row.line, content))
        if first_line == row.line:
            return None
        if first == content:
            return NotTold("repeated_row", f"the same as line {first_line}", is_refused=False)
        return NotTold("duplicate_number", f"line {first_line} has this number with other contents")


def rehearse(reading: Reading, report: Report) -> list[Told]:
    """Read everything and tell nobody; answers the first rows, to show."""
    shown: list[Told] = []
    for line, told in reading:
        _remarks(report, line, told)
        report.count(Outcome.REMARKED if told.remarks else Outcome.TOLD)
        if len(shown) < 3:
            shown.append(told)
    return shown


class Player:
    def __init__(
        self,
        reading: Reading,
        sender: Sender,
        journal: Journal,
        report: Report,
        *,
        now: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.reading = reading
        self.sender = sender
        self.journal = journal
        self.report = report
        self._now = now
        self._sleep = sleep

    def as_fast_as_it_goes(self) -> None:
        """Row after row, each to its end."""
        for row in self._rows():
            while self._step(row):
                pass

    def paced(self, speed: float) -> None:
        """All rows side by side, as far apart as in the log, `speed` times as fast."""
        agenda = [
            (row.told.steps[row.progress.done].at, order, row) for order, row in enumerate(self._rows())
        ]
        if not agenda:
            return
        heapq.heapify(agenda)
        first, started = agenda[0][0], self._now()
        while agenda:
            at, order, row = heapq.heappop(agenda)
            wait = (at - first).total_seconds() / speed - (self._now() - started)
            if wait > 0:
                self._sleep(wait)
            if self._step(row):
                heapq.heappush(agenda, (self._next_at(row, at), order, row))

    def _next_at(self, row: Open, at: datetime) -> datetime:
        return max(at, row.told.steps[row.progress.done].at)

    def _rows(self) -> Iterator[Open]:
        for line, told in self.reading:
            progress = self.journal.of(told.key)
            if progress.is_over or progress.done >= len(told.steps):
                self.report.count(Outcome.DONE_BEFORE)
                continue
            _remarks(self.report, line, told)
            yield Open(line, told, progress, is_remarked=bool(told.remarks))

    def _step(self, row: Open) -> bool:
        """Tell the next step; whether there is one after it."""
        result = self.sender.send(row.told, row.progress)
        if result.remark:
            row.is_remarked = True
            self._write(row, Outcome.REMARKED, result.remark.code, result.remark.detail)
        if result.refusal:
            outcome = Outcome.STOPPED if row.progress.done else Outcome.REFUSED
            detail = f"{result.refusal.verb}: {result.refusal.detail}"
            self._write(row, outcome, result.refusal.code, detail)
            self.report.count(outcome)
            return False
        row.progress = result.progress
        if row.progress.done >= len(row.told.steps):
            row.progress = replace(row.progress, is_over=True)
        self.journal.note(row.told.key, row.progress)
        if row.progress.is_over:
            self.report.count(Outcome.REMARKED if row.is_remarked else Outcome.TOLD)
        return not row.progress.is_over

    def _write(self, row: Open, outcome: Outcome, code: str, detail: str) -> None:
        self.report.write(row.line, row.told.key, outcome, code, detail)


def _remarks(report: Report, line: int, told: Told) -> None:
    for remark in told.remarks:
        report.write(line, told.key, Outcome.REMARKED, remark.code, remark.detail)
