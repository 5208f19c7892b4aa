from __future__ import annotations

from pathlib import Path

import pytest

from carma.integration.replay.rows import Row, read
from tests.integration import logs


def cells(found: list[Row], header: str) -> list[str]:
    return [row.cells.get(header, "") for row in found]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_encodings_and_separators_are_found_out(tmp_path: Path, encoding: str, separator: str) -> None:
    found = list(read(logs.write(tmp_path, encoding=encoding, separator=separator)))

    assert len(found) == len(logs.TRAPS)
    assert cells(found, "Incident_Num")[0] == "25-00001"
    assert "Café Zoë, près de l'église" in cells(found, "Comment")
    assert 'Hij zei: "kom snel", en hing op' in cells(found, "Comment")


def test_cells_beyond_the_header_are_kept_apart(tmp_path: Path) -> None:
    found = list(read(logs.write(tmp_path)))

    assert [row.surplus for row in found if row.surplus] == [("X", "Y")]


def test_a_week_with_more_columns_brings_its_own_header(tmp_path: Path) -> None:
    path = tmp_path / "weeks.csv"
    path.write_text(
        "number,start,problem\n1,10:00,A\nnumber,start,extra,problem\n2,11:00,x,B\n", encoding="utf-8"
    )
    found = list(read(path))

    assert cells(found, "problem") == ["A", "B"]
    assert cells(found, "extra") == ["", "x"]


def test_a_quote_that_never_closes_costs_one_row_at_most(tmp_path: Path) -> None:
    path = tmp_path / "open.csv"
    lines = ["number,words,end", '1,"never closed,x', *(f"{n},fine,x" for n in range(2, 100))]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    found = list(read(path))

    assert [row.cells["number"] for row in found] == [str(n) for n in range(1, 100)]
    assert [row.line for row in found] == list(range(2, 101))


def test_what_is_no_row_is_told_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "odd.csv"
    path.write_text("number,start,problem\n\n1,10:00,A\n*** end of export ***\n", encoding="utf-8")
    found = list(read(path))

    assert [(row.line, bool(row.trouble)) for row in found] == [(3, False), (4, True)]
    assert "end of export" in found[1].text


def test_a_short_row_says_what_it_lacks(tmp_path: Path) -> None:
    path = tmp_path / "short.csv"
    path.write_text("number,start,problem\n1,10:00\n", encoding="utf-8")

    assert next(iter(read(path))).lacking == 1


def test_two_columns_of_one_name_hide_nothing(tmp_path: Path) -> None:
    path = tmp_path / "twice.csv"
    path.write_text("number,time,time\n1,a,b\n", encoding="utf-8")

    assert next(iter(read(path))).cells == {"number": "1", "time": "a", "time#3": "b"}


def test_zero_bytes_and_an_empty_file_are_survived(tmp_path: Path) -> None:
    path = tmp_path / "zero.csv"
    path.write_bytes(b"number,start\n1,10\0:00\n")
    empty = tmp_path / "empty.csv"
    empty.write_bytes(b"")

    assert cells(list(read(path)), "start") == ["10:00"]
    assert list(read(empty)) == []
