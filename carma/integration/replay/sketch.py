"""A first mapping file for a log nobody described: columns guessed by name and by what is in them."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from carma.integration.replay import moments, rows
from carma.integration.replay.mapping import MISSING, MOMENTS, TEXTS

SAMPLE = 5_000
MOST_WORDS = 200
# Our name, and what its column tends to be called; the first column that fits is taken, in this order.
NAMES: tuple[tuple[str, str], ...] = (
    ("number", r"master.*inc|(incident|call|event|case).*(num|no|id|#)|^(id|nr|nummer|number)$"),
    ("agency", r"agency|jurisdiction|korps|zone"),
    ("received", r"(call.*(receiv|start|time|creat|pick)|receiv|start|created|ontvangen|oproep)"),
    ("qualified", r"queue|wachtrij|entered|qualified"),
    ("assigned", r"assign|dispatch|sent|uitgestuurd"),
    ("en_route", r"en.?route|respond|vertrek|onderweg"),
    ("on_scene", r"arriv|on.?scene|at.?scene|aankomst|ter.?plaatse"),
    ("cleared", r"first.*(close|clear)|clear|avail"),
    ("closed", r"final.*close|close|einde|afgesloten|complete"),
    ("reopened", r"re.?open|heropend"),
    ("type", r"problem|nature|type|descr|aard"),
    ("priority", r"prior|prio"),
    ("channel", r"recept|source|channel|how.*receiv|kanaal|bron"),
    ("result", r"dispo|result|outcome|afloop"),
    ("words", r"comment|remark|narrat|notes|omschrijving|vrije.?tekst"),
    ("caller_name", r"caller.*name|melder"),
    ("caller_phone", r"phone|tel"),
    ("team", r"unit|team|ploeg|vehicle"),
    ("lat", r"^lat|latitude|_lat$|breedte"),
    ("lon", r"^lon|^lng|longitude|_lon$|_lng$|lengte"),
    ("address", r"address|adres|street|straat|location|block"),
)
FORMATS = (
    "%m/%d/%Y %H:%M:%S.%f", "%m/%d/%Y %H:%M:%S", "%m/%d/%Y %I:%M:%S %p", "%m/%d/%Y %H:%M",
    "%d/%m/%Y %H:%M:%S.%f", "%d/%m/%Y %H:%M:%S", "%d/%m/%Y %H:%M", "%d-%m-%Y %H:%M:%S", "%d-%m-%Y %H:%M",
    "%Y/%m/%d %H:%M:%S", "%Y%m%d%H%M%S",
)  # fmt: skip


@dataclass
class Sample:
    """What stands in the columns of a log's first rows."""

    headers: list[str] = field(default_factory=list)
    values: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))

    def moments(self, header: str) -> list[str]:
        return [text for text in self.values[header] if text.casefold() not in MISSING]


def sketch(path: Path) -> str:
    """The text of a mapping file to look over and complete."""
    sample = _sample(path)
    columns = _columns(sample)
    times = [header for name, header in columns.items() if name in MOMENTS]
    text = ["# A first guess: look over every line; what is not guessed stays empty or out.", ""]
    text += ["[file]", 'source = "log"', 'encoding = "auto"', 'separator = "auto"']
    text += [f"missing = {_list(MISSING)}", "", "[columns]"]
    text += [f"{name} = {_quote(columns.get(name, ''))}" for name in (*MOMENTS, *TEXTS)]
    text += ["", "[time]", 'zone = ""  # the clocks of the log, such as "America/New_York"']
    text += [f"formats = {_list(_formats(sample, times))}", "shift_weeks = 0", "long_hours = 24"]
    if "agency" in columns:
        text += ["", "[agencies]", f"keep = {_list(_words(sample, columns['agency']))}"]
    for section, name in (
        ("types", "type"),
        ("priorities", "priority"),
        ("channels", "channel"),
        ("results", "result"),
    ):
        text += ["", f"[{section}]"]
        text += [f'{_quote(word)} = ""' for word in _words(sample, columns.get(name, ""))]
    text += ["", "[defaults]", 'type = ""', 'priority = ""', 'channel = "zone"', 'result = "nothing_found"']
    text += ["", "[places]", "precise_decimals = 4", "fallback = []  # { label = …, lat = …, lon = … }"]
    text += ["", "[teams]", "pool = []  # call signs; empty: every team on shift", "", "[teams.names]"]
    text += [f'{_quote(word)} = ""' for word in _words(sample, columns.get("team", ""))]
    return "\n".join(text) + "\n"


def _sample(path: Path) -> Sample:
    sample = Sample()
    for row in islice(rows.read(path), SAMPLE):
        if row.trouble:
            continue
        sample.headers = list(dict.fromkeys([*sample.headers, *row.cells]))
        for header, cell in row.cells.items():
            sample.values[header][cell] += 1
    return sample


def _columns(sample: Sample) -> dict[str, str]:
    """Our names by the headers that fit; moments only where moments stand, and the other way about."""
    columns: dict[str, str] = {}
    for name, pattern in NAMES:
        for header in sample.headers:
            fits = re.search(pattern, header.replace("_", " ").casefold()) or re.search(
                pattern, header.casefold()
            )
            if (
                fits
                and header not in columns.values()
                and _holds_moments(sample, header) == (name in MOMENTS)
            ):
                columns[name] = header
                break
    return columns


def _holds_moments(sample: Sample, header: str) -> bool:
    told = list(islice(sample.moments(header), 50))
    good = sum(
        moments.parse(text, FORMATS) is not None and len(text) > 8 and not text.isdigit() for text in told
    )
    return bool(told) and good > len(told) / 2


def _formats(sample: Sample, headers: Iterable[str]) -> list[str]:
    """The formats that read the most; those that read nothing more are left out."""
    told = {text for header in headers for text in sample.moments(header)}
    chosen: list[str] = []
    while told:
        read = {one: {text for text in told if moments.parse(text, (one,)) is not None} for one in FORMATS}
        if all(moments.parse(text, ()) is not None for text in told):
            break  # ISO 8601 needs no format
        best = max(read, key=lambda one: len(read[one]))
        if not read[best]:
            break
        chosen.append(best)
        told -= read[best]
    return chosen


def _words(sample: Sample, header: str) -> list[str]:
    """The words of a column, the most frequent first."""
    counts: Mapping[str, int] = sample.values.get(header, Counter())
    words = [word for word in counts if word.casefold() not in MISSING]
    return sorted(words, key=lambda word: -counts[word])[:MOST_WORDS]


def _quote(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", " ") + '"'


def _list(texts: Iterable[str]) -> str:
    return "[" + ", ".join(_quote(text) for text in texts) + "]"
