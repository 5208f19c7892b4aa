from __future__ import annotations

import pytest

from carma.geo import names, typed

# What is typed → the street's words, number, box, municipalities of the likeliest reading.
TABLE = [
    ("stationsstraat 12 genk", ("stationsstraat", "12", "", {"71016"})),
    ("12 stationsstraat genk", ("stationsstraat", "12", "", {"71016"})),
    ("3600 Stationsstraat 12", ("stationsstraat", "12", "", {"71016"})),
    ("Stationsstraat 12 bus 3, 3600 Genk", ("stationsstraat", "12", "3", {"71016"})),
    ("stationsstr. 12/B2", ("stationsstraat", "12", "b2", set())),
    ("stationsstraat 12 A", ("stationsstraat", "12a", "", set())),
    ("stationsstraat 12-14", ("stationsstraat", "12", "", set())),
    ("kerkstr nr 5", ("kerkstraat", "5", "", set())),
    ("stwg 8 As", ("steenweg", "8", "", {"71002"})),
    ("kerkpl 1", ("kerkplein", "1", "", set())),
    ("lindenln 1", ("lindenlaan", "1", "", set())),
    ("St.-Jansstraat 3", ("sint jansstraat", "3", "", set())),
    ("O.L.Vrouwstraat 3", ("onze lieve vrouwstraat", "3", "", set())),
    ("olv straat 3", ("onze lieve vrouw straat", "3", "", set())),
    ("Evence Coppéelaan 91", ("evence coppeelaan", "91", "", set())),
    ("houthalen-helchteren grotebaan 12", ("grotebaan", "12", "", {"72039"})),
    ("dorpsstraat Opglabbeek", ("dorpsstraat", "", "", {"72042"})),
    ("dorpsstraat zutendal", ("dorpsstraat", "", "", {"71067"})),
    ("15 Augustusstraat 3", ("15 augustusstraat", "3", "", set())),
    ("Genk", ("genk", "", "", set())),
]


@pytest.mark.parametrize(("text", "expected"), TABLE)
def test_it_takes_an_address_apart(text: str, expected: tuple[str, str, str, set[str]]) -> None:
    first = typed.readings(text)[0]
    assert (first.words, first.number, first.box, set(first.municipalities)) == expected


def test_a_number_may_be_part_of_the_name() -> None:
    assert "15 augustusstraat" in [reading.words for reading in typed.readings("15 augustusstraat")]


def test_a_town_may_be_part_of_the_name() -> None:
    assert "weg naar as" in [reading.words for reading in typed.readings("weg naar as")]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Kerkstraat / Dorpsstraat", ("kerkstraat", "dorpsstraat")),
        ("kerkstraat x dorpsstraat", ("kerkstraat", "dorpsstraat")),
        ("kerkstraat \u00d7 dorpsstraat", ("kerkstraat", "dorpsstraat")),
        ("hoek kerkstraat en dorpsstraat", ("kerkstraat", "dorpsstraat")),
        ("kruispunt kerkstr & dorpstr, as", ("kerkstr", "dorpstr, as")),
        ("stationsstraat 12/3", None),
        ("stationsstraat", None),
        ("x", None),
        ("/", None),
    ],
)
def test_it_sees_a_crossing(text: str, expected: tuple[str, str] | None) -> None:
    assert typed.crossing(text) == expected


@pytest.mark.parametrize("text", ["", " ", "🚓🚓", "%_%", "\0\0", "!!!", "/", "Ω≈ç√"])
def test_there_may_be_nothing_to_read(text: str) -> None:
    assert len(typed.readings(text)) <= 1


def test_a_name_that_grows_when_spelt_out_is_cut() -> None:
    assert len(names.search_key("ﷺ" * 100)) <= names.LONGEST_KEY
