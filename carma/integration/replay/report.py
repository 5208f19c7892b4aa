"""What became of every row: a CSV with each that was not simply told, and a summary."""

from __future__ import annotations

import csv
from collections import Counter
from enum import StrEnum
from pathlib import Path

COLUMNS = ("line", "row", "outcome", "code", "detail")


class Outcome(StrEnum):
    TOLD = "told"
    REMARKED = "told with remarks"
    DONE_BEFORE = "told before"
    LEFT_OUT = "left out"
    REFUSED = "refused"
    STOPPED = "stopped on the way"


class Report:
    """Rows are written as they come; only counts are kept."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.outcomes: Counter[Outcome] = Counter()
        self.codes: Counter[tuple[Outcome, str]] = Counter()
        self._file = path.open("w", encoding="utf-8", newline="")
        self._writer = csv.writer(self._file)
        self._writer.writerow(COLUMNS)

    def count(self, outcome: Outcome) -> None:
        """Once for every row of the log."""
        self.outcomes[outcome] += 1

    def write(self, line: int, key: str, outcome: Outcome, code: str, detail: str) -> None:
        """Once for everything there is to say of a row."""
        self.codes[outcome, code] += 1
        self._writer.writerow((line, key, outcome.value, code, detail))
        self._file.flush()

    def close(self) -> None:
        self._file.close()

    def summary(self) -> list[str]:
        rows = [f"{self.outcomes.total()} rows"]
        for outcome in Outcome:
            if not (self.outcomes[outcome] or any(kind is outcome for kind, _ in self.codes)):
                continue
            rows.append(f"  {outcome.value}: {self.outcomes[outcome]}")
            counts = [(n, code) for (kind, code), n in self.codes.items() if kind is outcome]
            rows += [f"    {code}: {n}" for n, code in sorted(counts, reverse=True)]
        return rows
