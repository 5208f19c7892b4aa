"""Reading a log that nobody promised anything about: each row comes out once, whole or with its trouble."""

from __future__ import annotations

import codecs
import csv
import io
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path

SEPARATORS = ",;\t|"
LONGEST_RECORD_LINES = 40  # a quote that stays open for longer was never meant to open
LONGEST_CELL = 1_000_000
FALLBACK = "cp1252-where-it-is-no-utf-8"


@dataclass(frozen=True)
class Row:
    """One record. `cells` by the header in force; `line` is where it begins, from 1.

    `surplus` are cells beyond the header, `lacking` how many it has too few. `trouble` says why it could
    not be taken apart; then `cells` is empty and `text` has what stands there.
    """

    line: int
    cells: dict[str, str] = field(default_factory=dict)
    surplus: tuple[str, ...] = ()
    lacking: int = 0
    trouble: str = ""
    text: str = ""


def _as_cp1252(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return error.object[error.start : error.end].decode("cp1252", "replace"), error.end


codecs.register_error(FALLBACK, _as_cp1252)


def encoding_of(path: Path, told: str) -> tuple[str, str]:
    """The encoding and what to do with bytes outside it. `auto` is UTF-8 with single cp1252 signs in it."""
    if told != "auto":
        return told, "replace"
    with path.open("rb") as file:
        start = file.read(4)
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16", "replace"
    return "utf-8-sig", FALLBACK


def separator_of(header: str, told: str) -> str:
    """`auto` takes what stands most often in the header outside quotes."""
    if told != "auto":
        return told
    bare = "".join(header.split('"')[::2])
    counts = Counter(sign for sign in bare if sign in SEPARATORS)
    return counts.most_common(1)[0][0] if counts else ","


def read(path: Path, *, encoding: str = "auto", separator: str = "auto") -> Iterator[Row]:
    """Every record after the header. A header that comes again, also another one, changes what follows."""
    csv.field_size_limit(LONGEST_CELL)
    name, errors = encoding_of(path, encoding)
    with path.open(encoding=name, errors=errors, newline="") as file:
        lines = enumerate((line.replace("\0", "") for line in file), start=1)
        first = next(((number, line) for number, line in lines if line.strip()), None)
        if first is None:
            return
        sign = separator_of(first[1], separator)
        header: list[str] = []
        for number, text, is_whole in _records(chain([first], lines)):
            cells = _cells(text, sign, is_whole=is_whole)
            if not header or (cells and _is_header(cells, header)):
                header = _named(cells or [])
                continue
            yield _row(number, text, cells, header)


def _records(lines: Iterator[tuple[int, str]]) -> Iterator[tuple[int, str, bool]]:
    """Lines put together where a quoted cell spans several: first line, text, whether they close."""
    waiting: list[tuple[int, str]] = []
    source = lines
    while True:
        start = next(source, None)
        if start is None:
            return
        number, text = start
        if not text.strip():
            continue
        waiting = []
        while text.count('"') % 2 and len(waiting) < LONGEST_RECORD_LINES:
            following = next(source, None)
            if following is None:
                break
            waiting.append(following)
            text += following[1]
        if text.count('"') % 2:
            # The quote never closed: this line stands alone, and those after it are read again.
            source = chain(waiting, source)
            text = start[1]
        yield number, text, text.count('"') % 2 == 0


def _cells(text: str, separator: str, *, is_whole: bool) -> list[str] | None:
    """The cells of one record; None when it can't be taken apart. Open quotes are then signs like others."""
    lines = io.StringIO(text.rstrip("\r\n"), newline="")
    try:
        reader = (
            csv.reader(lines, delimiter=separator)
            if is_whole
            else csv.reader(lines, delimiter=separator, quoting=csv.QUOTE_NONE)
        )
        found = list(reader)
    except csv.Error:
        return None
    return [cell.strip() for cell in found[0]] if len(found) == 1 else None


def _named(cells: Sequence[str]) -> list[str]:
    """Header names; an empty or repeated one gets its place as a name, so that none hides another."""
    names: list[str] = []
    for place, cell in enumerate(cells, start=1):
        names.append(cell if cell and cell not in names else f"{cell}#{place}")
    return names


def _is_header(cells: Sequence[str], header: Sequence[str]) -> bool:
    """Whether a row is the header again, perhaps with other columns: most of its cells are names we know."""
    known = {name.casefold() for name in header}
    told = [cell.casefold() for cell in cells if cell]
    return len(told) > 1 and sum(cell in known for cell in told) > len(told) / 2


def _row(number: int, text: str, cells: list[str] | None, header: Sequence[str]) -> Row:
    if cells is None:
        return Row(number, trouble="its quotes can't be taken apart", text=text[:200])
    if len(cells) < 2 <= len(header):
        return Row(number, trouble="it has no columns", text=text[:200])
    return Row(
        number,
        cells=dict(zip(header, cells, strict=False)),
        surplus=tuple(cell for cell in cells[len(header) :] if cell),
        lacking=max(0, len(header) - len(cells)),
    )
