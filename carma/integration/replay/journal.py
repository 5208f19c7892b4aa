"""How far each row was told, so that a replay that broke off goes on where it was."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True)
class Progress:
    """`done` counts the steps that were told; `is_over` when there is nothing left to tell."""

    done: int = 0
    incident: str = ""
    assignment: str = ""
    is_over: bool = False


class Journal:
    """One line per step, written when the server has answered; the last line of a row counts."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._known = dict(_read(path))
        self._file = path.open("a", encoding="utf-8")

    def of(self, key: str) -> Progress:
        return self._known.get(key, Progress())

    def note(self, key: str, progress: Progress) -> None:
        self._known[key] = progress
        self._file.write(json.dumps([key, asdict(progress)], ensure_ascii=False) + "\n")
        self._file.flush()

    def close(self) -> None:
        self._file.close()


def _read(path: Path) -> Iterator[tuple[str, Progress]]:
    """The good lines; the last one may be half written."""
    if not path.exists():
        return
    with path.open(encoding="utf-8", errors="replace") as file:
        for line in file:
            try:
                key, told = json.loads(line)
                yield str(key), Progress(**told)
            except (ValueError, TypeError):
                continue
