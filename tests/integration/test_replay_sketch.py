from __future__ import annotations

import tomllib
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from carma.integration.replay import mapping
from carma.integration.replay.sketch import sketch
from tests.integration import logs


def test_it_guesses_the_columns_of_the_log_with_every_trap(tmp_path: Path) -> None:
    told = tomllib.loads(sketch(logs.write(tmp_path)))

    guessed = {name: header for name, header in told["columns"].items() if header}
    assert guessed == tomllib.loads(logs.MAPPING)["columns"]
    assert told["time"]["formats"] == ["%m/%d/%Y %H:%M:%S", "%m/%d/%Y %H:%M:%S.%f"]
    assert "MVC INJURY" in told["types"]
    assert told["agencies"]["keep"] == ["POLICE", "FIRE"]


def test_a_dutch_log_is_guessed_too(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    path.write_text(
        "Nummer;Oproep;Vertrek;Aankomst;Aard;Prioriteit;Adres\n"
        "1;10/11/2025 10:00:00;10/11/2025 10:02:00;10/11/2025 10:09:00;Nachtlawaai;3;Demostraat 1\n",
        encoding="cp1252",
    )
    columns = tomllib.loads(sketch(path))["columns"]

    assert (columns["number"], columns["received"], columns["on_scene"]) == ("Nummer", "Oproep", "Aankomst")
    assert (columns["type"], columns["priority"], columns["address"]) == ("Aard", "Prioriteit", "Adres")


def test_the_sketch_is_a_mapping_once_the_zone_is_named(tmp_path: Path) -> None:
    text = sketch(logs.write(tmp_path)).replace('zone = ""', 'zone = "America/New_York"')

    assert mapping.parse(tomllib.loads(text)).columns["number"] == ("Incident_Num",)


def test_the_command_writes_the_file_and_never_over_another(tmp_path: Path) -> None:
    log, out = logs.write(tmp_path), StringIO()
    call_command("replay", str(log), "--sketch", stdout=out)

    assert (tmp_path / "calls.toml").exists()
    assert "--dry-run" in out.getvalue()
    with pytest.raises(CommandError, match="is there already"):
        call_command("replay", str(log), "--sketch")
