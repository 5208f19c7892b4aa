"""What callers say: invented sentences by incident type, mostly Dutch."""

from __future__ import annotations

from random import Random
from string import Formatter

from interventions.simulation import reference

LANGUAGES = {"nl": 88, "fr": 5, "en": 7}


def language(dice: Random) -> str:
    return dice.choices(list(LANGUAGES), weights=list(LANGUAGES.values()))[0]


def first_call(dice: Random, type_code: str, spoken: str) -> str:
    """What the first caller says of an incident of this type."""
    table = reference.words()
    lines = table["types"][type_code] if spoken == "nl" else table["groups"][type_code[:5]][spoken]
    return _fill(dice, dice.choice(lines))


def second_call(dice: Random, type_code: str, spoken: str) -> str:
    """What someone says who calls about what was told already."""
    if dice.random() < 0.5:
        return first_call(dice, type_code, spoken)
    line: str = dice.choice(reference.words()["second"][spoken])
    return line


def _fill(dice: Random, line: str) -> str:
    slots = reference.words()["slots"]
    names = [name for _, name, _, _ in Formatter().parse(line) if name]
    text = line.format(**{name: dice.choice(slots[name]) for name in names})
    return text[0].upper() + text[1:]
