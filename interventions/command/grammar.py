"""From a typed line to what it asks for: words only, no database, no user."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum

from django.utils.translation import gettext as _

from carma.errors import InvalidInput

LONGEST = 2000
NUMBER = re.compile(r"(?:(20\d\d)[-/])?(\d{1,7})", re.ASCII)
_WORDS = re.compile(r"\S+")
_TO_THE_END = ("text", "reason")
_MAY_LACK = ("reason", "alert")


class Takes(Enum):
    """What comes after the command, in this order."""

    TEAM_INCIDENT = ("team", "incident")
    TEAM = ("team",)
    INCIDENT_TEXT = ("incident", "text")
    INCIDENT_PRIORITY = ("incident", "priority", "reason")
    ALERT = ("alert",)
    TEXT = ("text",)
    TARGET = ("target",)
    NOTHING = ()


@dataclass(frozen=True)
class Line:
    """A line as it was understood: the name of a command, and the words given for each thing it takes."""

    command: str
    team: str = ""
    incident: str = ""
    priority: str = ""
    reason: str = ""
    alert: str = ""
    text: str = ""
    target: str = ""


class NotUnderstood(InvalidInput):
    code = "command_not_understood"


@dataclass(frozen=True)
class Grammar:
    """The words that name a command, folded, and what each command takes. `jump` takes what no word names."""

    words: Mapping[tuple[str, ...], str]
    takes: Mapping[str, Takes]
    jump: str = "jump"

    def parse(self, typed: str) -> Line:
        """Raises `NotUnderstood`, with a sentence that says what is missing or too much."""
        if len(typed) > LONGEST:
            raise NotUnderstood(_("At most %(most)s signs in one line.") % {"most": LONGEST}, field="line")
        typed = typed.replace("\0", " ")
        words = list(_WORDS.finditer(typed))
        if not words:
            raise NotUnderstood(_("Type a command, an incident or a call sign."), field="line")
        command, used = self._named(words)
        if command:
            return self._fill(command, typed[words[used - 1].end() :])
        told_after = self._told_after(words)
        if told_after:
            return Line(told_after, team=words[0].group())
        if len(words) == 1:
            return Line(self.jump, target=words[0].group())
        raise NotUnderstood(
            _("“%(word)s” is not a command. Type ? for the list.") % {"word": words[0].group()}, field="line"
        )

    def _named(self, words: list[re.Match[str]]) -> tuple[str, int]:
        """The command at the start of the line, by the longest word that fits, and how many words name it."""
        for used in range(min(len(words), max(map(len, self.words))), 0, -1):
            name = self.words.get(_folded(words[:used]))
            if name:
                return name, used
        return "", 0

    def _told_after(self, words: list[re.Match[str]]) -> str:
        """The command of "GK12 on scene": as it is said over the radio, the team first."""
        name = self.words.get(_folded(words[1:]), "")
        return name if name and self.takes[name] is Takes.TEAM else ""

    def _fill(self, command: str, rest: str) -> Line:
        told: dict[str, str] = {}
        for thing in self.takes[command].value:
            rest = rest.strip()
            first = _WORDS.match(rest)
            end = first.end() if first and thing not in _TO_THE_END else len(rest)
            told[thing], rest = rest[:end], rest[end:]
            if not told[thing] and thing not in _MAY_LACK:
                raise NotUnderstood(_missing(thing), field=thing)
        if rest.strip():
            raise NotUnderstood(
                _("“%(rest)s” is too much here. Type ? for the list.") % {"rest": rest.strip()}, field="line"
            )
        return Line(command, **told)


def vocabulary(named: Iterable[tuple[str, Iterable[str]]]) -> dict[tuple[str, ...], str]:
    """Every word with the command it names. A word that would name two is a mistake of ours, told at once."""
    words: dict[tuple[str, ...], str] = {}
    for name, spellings in named:
        for spelling in spellings:
            key = tuple(fold(word) for word in spelling.split())
            if words.setdefault(key, name) != name:
                raise ValueError(f"{spelling!r} names both {words[key]} and {name}")
    return words


def fold(word: str) -> str:
    """A word as it is compared: without capitals and accents."""
    parts = unicodedata.normalize("NFKD", word.casefold())
    return "".join(part for part in parts if not unicodedata.combining(part))


def _folded(words: list[re.Match[str]]) -> tuple[str, ...]:
    return tuple(fold(word.group()) for word in words)


def _missing(thing: str) -> str:
    return {
        "team": _("Which team? Type its call sign, or a part of it."),
        "incident": _("Which incident? Type its number, or the call sign of a team on it."),
        "priority": _("Which priority? Type 0, 1, 2, 3 or 4."),
        "text": _("Type the words after it."),
    }[thing]
