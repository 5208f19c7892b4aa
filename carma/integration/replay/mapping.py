"""The mapping file: what the columns of somebody's log mean in our words."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from carma.incidents.models import Call, Incident

MOMENTS = ("received", "qualified", "assigned", "en_route", "on_scene", "cleared", "closed", "reopened")
TEXTS = (
    *("number", "agency", "type", "priority", "channel", "result", "words"),
    *("caller_name", "caller_phone", "team", "lat", "lon", "address"),
)
SECTIONS = (
    *("file", "columns", "time", "agencies", "types", "priorities", "channels", "results"),
    *("defaults", "places", "teams"),
)
DEFAULTS = {"type": "", "priority": "", "channel": "zone", "result": "nothing_found"}
PRIORITIES = ("0", "1", "2", "3", "4")
RESULTS = (*Incident.Result.values, *Incident.Cancelled.values)
MISSING = ("", "null", "none", "n/a", "-9999", "-9999.0")
LONGEST_SOURCE = 24


class MappingRefused(ValueError):
    """The mapping file can't be used; the text says what to change in it."""


@dataclass(frozen=True)
class Place:
    label: str
    lat: float
    lon: float


class Words:
    """A table from words of the log to ours; names may be patterns such as `LARCENY*`."""

    def __init__(self, table: Mapping[str, str]) -> None:
        self._exact = {plain(name): value for name, value in table.items() if "*" not in name}
        self._patterns = [(plain(name), value) for name, value in table.items() if "*" in name]

    def of(self, word: str) -> str | None:
        """Our word, exact names before patterns in the order of the file; None when there is none."""
        wanted = plain(word)
        if wanted in self._exact:
            return self._exact[wanted] or None
        return next((value for name, value in self._patterns if fnmatchcase(wanted, name)), None) or None


def plain(word: str) -> str:
    """Capitals, accents, punctuation and double spaces make no difference."""
    bare = "".join(sign for sign in unicodedata.normalize("NFKD", word) if not unicodedata.combining(sign))
    return " ".join(re.sub(r"[^a-z0-9*]+", " ", bare.casefold()).split())


@dataclass(frozen=True)
class Map:
    """A mapping that was checked. `zone` is what the log's clocks showed; `columns` by our names."""

    source: str
    encoding: str
    separator: str
    missing: frozenset[str]
    columns: Mapping[str, tuple[str, ...]]
    zone: ZoneInfo
    formats: tuple[str, ...]
    shift_weeks: int
    long_hours: float
    agencies: frozenset[str]
    types: Words
    priorities: Words
    channels: Words
    results: Words
    defaults: Mapping[str, str]
    fallbacks: tuple[Place, ...]
    precise_decimals: int
    team_names: Words
    team_pool: tuple[str, ...]

    def is_missing(self, cell: str) -> bool:
        return cell.strip().casefold() in self.missing


def load(path: Path) -> Map:
    """Raises `MappingRefused`, also for names it does not know: a misspelt one would be lost otherwise."""
    try:
        told = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise MappingRefused(f"{path} can't be read: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise MappingRefused(f"{path} is no TOML: {error}") from error
    return parse(told)


def parse(told: Mapping[str, Any]) -> Map:
    _only(told, SECTIONS, "the file")
    for name in told:
        if not isinstance(told[name], Mapping):
            raise MappingRefused(f"[{name}] must be a table")
    file, time, places = (told.get(name, {}) for name in ("file", "time", "places"))
    _only(file, ("source", "encoding", "separator", "missing"), "[file]")
    _only(time, ("zone", "formats", "shift_weeks", "long_hours"), "[time]")
    _only(places, ("fallback", "precise_decimals"), "[places]")
    teams = told.get("teams", {})
    _only(teams, ("names", "pool"), "[teams]")
    return Map(
        source=_source(file),
        encoding=str(file.get("encoding", "auto")),
        separator=str(file.get("separator", "auto")),
        missing=frozenset(str(mark).strip().casefold() for mark in file.get("missing", MISSING)) | {""},
        columns=_columns(told.get("columns", {})),
        zone=_zone(time),
        formats=tuple(map(str, time.get("formats", ()))),
        shift_weeks=_number(time, "shift_weeks", 0),
        long_hours=_number(time, "long_hours", 24),
        agencies=frozenset(plain(str(name)) for name in _list(told.get("agencies", {}), "keep")),
        types=_words(told, "types"),
        priorities=_words(told, "priorities", PRIORITIES),
        channels=_words(told, "channels", Call.Channel.values),
        results=_words(told, "results", RESULTS),
        defaults=_defaults(told.get("defaults", {})),
        fallbacks=_fallbacks(places),
        precise_decimals=_number(places, "precise_decimals", 4),
        team_names=Words({str(name): str(value) for name, value in teams.get("names", {}).items()}),
        team_pool=tuple(map(str, _list(teams, "pool"))),
    )


def _only(told: Mapping[str, Any], known: Sequence[str], where: str) -> None:
    unknown = [name for name in told if name not in known]
    if unknown:
        raise MappingRefused(f"{where}: unknown {', '.join(unknown)}; known are {', '.join(known)}")


def _source(file: Mapping[str, Any]) -> str:
    source = str(file.get("source", "log"))
    if not re.fullmatch(rf"[\w.-]{{1,{LONGEST_SOURCE}}}", source):
        raise MappingRefused(f"[file] source: give a short name of the log, up to {LONGEST_SOURCE} letters")
    return source


def _columns(told: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    _only(told, (*MOMENTS, *TEXTS), "[columns]")
    columns = {
        name: tuple(map(str, value)) if isinstance(value, list) else (str(value),)
        for name, value in told.items()
    }
    columns = {name: headers for name, headers in columns.items() if any(headers)}
    lacking = [name for name in ("number", "received", "type") if name not in columns]
    if lacking:
        raise MappingRefused(f"[columns]: say which column holds {', '.join(lacking)}")
    return columns


def _zone(time: Mapping[str, Any]) -> ZoneInfo:
    name = str(time.get("zone", ""))
    if not name:
        raise MappingRefused('[time] zone: name the zone of the log\'s clocks, such as "Europe/Brussels"')
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise MappingRefused(f"[time] zone: {name!r} is no time zone") from error


def _number(told: Mapping[str, Any], name: str, default: int) -> int:
    value = told.get(name, default)
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise MappingRefused(f"{name}: {value!r} is no number")
    return int(value)


def _list(told: Mapping[str, Any], name: str) -> list[Any]:
    value = told.get(name, [])
    if not isinstance(value, list):
        raise MappingRefused(f"{name}: give a list, such as [{value!r}]")
    return value


def _words(told: Mapping[str, Any], name: str, known: Sequence[str] = ()) -> Words:
    table = {str(word): str(value) for word, value in told.get(name, {}).items()}
    _known(name, table.values(), known)
    return Words(table)


def _defaults(told: Mapping[str, Any]) -> dict[str, str]:
    _only(told, tuple(DEFAULTS), "[defaults]")
    values = {**DEFAULTS, **{name: str(value) for name, value in told.items()}}
    _known("defaults", [values["priority"]], PRIORITIES)
    _known("defaults", [values["channel"]], Call.Channel.values)
    _known("defaults", [values["result"]], RESULTS)
    return values


def _known(section: str, values: Iterable[str], known: Sequence[str]) -> None:
    unknown = sorted({value for value in values if value and known and value not in known})
    if unknown:
        raise MappingRefused(f"[{section}]: unknown {', '.join(unknown)}; known are {', '.join(known)}")


def _fallbacks(places: Mapping[str, Any]) -> tuple[Place, ...]:
    value = places.get("fallback", [])
    rows = value if isinstance(value, list) else [value]
    try:
        return tuple(Place(str(row["label"]), float(row["lat"]), float(row["lon"])) for row in rows)
    except (KeyError, TypeError, ValueError) as error:
        raise MappingRefused("[places] fallback: give { label = …, lat = …, lon = … }") from error
