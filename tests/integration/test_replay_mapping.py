from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from carma.integration.replay import mapping
from carma.integration.replay.mapping import MappingRefused, Words
from tests.integration import logs


def told(**changes: Any) -> dict[str, Any]:
    return {**tomllib.loads(logs.MAPPING), **changes}


def test_words_are_known_whatever_their_capitals_accents_and_spaces() -> None:
    words = Words({"NOISE*": "ORD-106", "Noise Café": "ORD-109"})

    assert words.of("noise   complaint (in prog)") == "ORD-106"
    assert words.of("NOISE CAFE") == "ORD-109"
    assert words.of("quiet") is None


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"colums": {}}, "unknown colums"),
        ({"columns": {"number": "A", "received": "B", "type": "C", "arrival": "D"}}, "unknown arrival"),
        ({"columns": {"number": "A", "received": ""}}, "received, type"),
        ({"time": {}}, "name the zone"),
        ({"time": {"zone": "Mars/Phobos"}}, "no time zone"),
        ({"time": {"zone": "UTC", "shift_weeks": "two"}}, "no number"),
        ({"priorities": {"1": 9}}, "unknown 9"),
        ({"channels": {"PHONE": "telephone"}}, "unknown telephone"),
        ({"results": {"X": "solved"}}, "unknown solved"),
        ({"places": {"fallback": [{"label": "x"}]}}, "lat"),
        ({"teams": {"pool": "P12"}}, "give a list"),
        ({"file": {"source": "a name that is much too long"}}, "short name"),
        ({"types": "VKR-112"}, "must be a table"),
    ],
)
def test_a_mistake_in_the_file_is_named(changes: dict[str, Any], says: str) -> None:
    with pytest.raises(MappingRefused, match=says):
        mapping.parse(told(**changes))


def test_a_file_that_is_no_toml_or_not_there_is_told(tmp_path: Path) -> None:
    broken = logs.write_mapping(tmp_path, "[file\n")

    with pytest.raises(MappingRefused, match="no TOML"):
        mapping.load(broken)
    with pytest.raises(MappingRefused, match="can't be read"):
        mapping.load(tmp_path / "none.toml")
