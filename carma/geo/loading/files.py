"""Opening the files of open data: what is unreadable is refused in a sentence that names the file."""

from __future__ import annotations

import csv
import gzip
import io
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from django.utils.translation import gettext as _

from carma.geo.loading.report import LayerRefused


@contextmanager
def opened(path: Path) -> Iterator[TextIO]:
    """The text of a plain, gzipped or zipped file; of a zip, the one CSV in it.

    Raises `LayerRefused` for what is damaged, not UTF-8 or not there, also while it is being read.
    """
    try:
        if path.suffix == ".zip":
            with zipfile.ZipFile(path) as archive, archive.open(_only_csv(archive, path)) as member:
                yield io.TextIOWrapper(member, encoding="utf-8-sig", newline="")
        elif path.suffix == ".gz":
            with gzip.open(path, "rt", encoding="utf-8-sig", newline="") as text:
                yield text
        else:
            with path.open(encoding="utf-8-sig", newline="") as text:
                yield text
    except UnicodeDecodeError as error:
        raise LayerRefused(
            _("%(file)s is not UTF-8 text (byte %(at)d). Save it as UTF-8 and load it again.")
            % {"file": path.name, "at": error.start}
        ) from error
    except (zipfile.BadZipFile, gzip.BadGzipFile, zlib.error, EOFError) as error:
        raise LayerRefused(
            _("%s is damaged or was not downloaded whole. Download it again.") % path.name
        ) from error
    except OSError as error:
        raise LayerRefused(
            _("%(file)s can't be read: %(why)s.") % {"file": path.name, "why": error.strerror or error}
        ) from error


def _only_csv(archive: zipfile.ZipFile, path: Path) -> str:
    names = [name for name in archive.namelist() if name.lower().endswith(".csv")]
    if len(names) != 1:
        raise LayerRefused(
            _("%(file)s holds %(count)d CSV files; one is expected.")
            % {"file": path.name, "count": len(names)}
        )
    return names[0]


def rows(text: TextIO, name: str, needed: Sequence[str]) -> Iterator[dict[str, str]]:
    """The needed columns of every row of a CSV with a header line.

    Raises `LayerRefused` for an empty file or one that lacks a column. A row that is too short gives
    empty values, for the caller to refuse.
    """
    reader = csv.reader(_without_nul(text))
    try:
        header = [column.strip() for column in next(reader, [])]
        if not header:
            raise LayerRefused(_("%s is empty.") % name)
        missing = [column for column in needed if column not in header]
        if missing:
            raise LayerRefused(
                _("%(file)s has no column %(columns)s. Its columns are: %(found)s.")
                % {"file": name, "columns": ", ".join(missing), "found": ", ".join(header)[:300]}
            )
        places = [(column, header.index(column)) for column in needed]
        for row in reader:
            if row:
                width = len(row)
                yield {column: row[i].strip() if i < width else "" for column, i in places}
    except csv.Error as error:
        raise LayerRefused(
            _("%(file)s is not a readable CSV at line %(line)d: %(why)s.")
            % {"file": name, "line": reader.line_num, "why": error}
        ) from error


def _without_nul(lines: Iterable[str]) -> Iterator[str]:
    return (line.replace("\0", "") for line in lines)
