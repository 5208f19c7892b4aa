from __future__ import annotations

import pytest
from pytest_django import DjangoAssertNumQueries

from carma.geo.addresses import Match, nearest, search, sure
from carma.geo.metres import distance_m, moved
from carma.geo.models import Address

pytestmark = pytest.mark.usefixtures("lasting_demo_zone")

ODD = [
    "",
    " ",
    "a",
    "%",
    "%_%",
    "'",
    "\"'; DROP TABLE geo_address; --",
    "' OR 1=1 --",
    "\\",
    "\0",
    "kerk\0straat",
    "🚓🚨👮",
    "🚓" * 5_000,
    "a" * 10_000,
    "1" * 10_000,
    "kerkstraat " * 1_000,
    "/" * 500,
    "x x x x x x",
    "kerkstraat / ",
    "12/3/4/5",
    "999999999999999999999",
    "٣٤ kerkstraat",
    "\u202ekerkstraat",
    "<script>alert(1)</script>",
    "{{ 7*7 }}",
    "\ud800",
]


def first(text: str) -> Match:
    return search(text)[0]


@pytest.fixture
def door() -> Address:
    """A front door in Genk's Stationsstraat."""
    return Address.objects.filter(street="Stationsstraat", municipality="71016").order_by("number_int")[4]


@pytest.mark.parametrize(
    "typed",
    [
        "stationsstraat {n} genk",
        "{n} stationsstr genk",
        "3600 stationsstraat {n}",
        "Stationsstraat {n}, 3600 Genk",
        "STATIONSSTRAAT {n} GENK",
        "statoinsstraat {n} genk",
        "stasionsstraat {n} genk",
        "stationstraat {n} gnek",
        "station straat {n} genk",
        "stationsstr. nr {n} genk",
        "stationsstraat {n} bus 4 genk",
    ],
)
def test_it_finds_an_address_however_it_is_typed(door: Address, typed: str) -> None:
    found = first(typed.format(n=door.number))

    assert found.label == f"Stationsstraat {door.number}, 3600 Genk"
    assert (found.address_id, found.lat, found.lon, found.municipality) == (
        door.pk,
        door.lat,
        door.lon,
        "71016",
    )


def test_a_number_there_is_not_gives_the_street_and_its_neighbours(door: Address) -> None:
    found = search("stationsstraat 999 genk")

    assert found[0].label == "Stationsstraat, 3600 Genk"
    assert {match.kind for match in found} == {"street", "address"}
    assert all(match.score < 0.9 for match in found)


def test_accents_and_apostrophes_do_not_matter() -> None:
    assert first("ruinestraat bree").label == "Ruïnestraat, 3960 Bree"
    assert first("t lindeke genk").label == "'t Lindeke, 3600 Genk"
    assert first("st annastr kinrooi").label == "Sint-Annastraat, 3640 Kinrooi"


def test_it_offers_streets_while_they_are_typed() -> None:
    assert first("stationss").label.startswith("Stationsstraat")
    assert {match.label.split(",")[0] for match in search("kapelst")} == {"Kapelstraat"}


def test_the_same_name_elsewhere_comes_after_the_town_that_was_named() -> None:
    found = search("kerkstraat bocholt")

    assert found[0].label == "Kerkstraat, 3950 Bocholt"
    assert found[1].score < 0.8


def test_of_equals_the_nearest_comes_first() -> None:
    by_place = {match.label: match for match in search("kerkstraat")}
    for label, match in by_place.items():
        assert search("kerkstraat", near=(match.lat, match.lon))[0].label == label


def test_it_finds_towns_localities_wijken_and_public_places() -> None:
    assert (first("genk").label, first("genk").kind) == ("Genk", "place")
    assert first("opglabbeek").label == "Opglabbeek, Oudsbergen"
    assert first("genk-noord").label == "Genk-Noord"
    assert first("sporthal bree").label == "Sporthal Bree"


@pytest.mark.parametrize(
    "typed", ["Kerkstraat / Stationsstraat genk", "hoek stationsstr en kerkstr, 3600 genk"]
)
def test_it_finds_crossings(typed: str) -> None:
    found = first(typed)

    assert found.kind == "crossing"
    assert {"Kerkstraat", "Stationsstraat"} == set(found.label.split(",")[0].split(" \u00d7 "))
    doors = Address.objects.filter(municipality="71016")
    for street in ("Kerkstraat", "Stationsstraat"):
        points = doors.filter(street=street).values_list("lat", "lon")
        assert min(distance_m(point, (found.lat, found.lon)) for point in points) <= 75


def test_streets_that_do_not_cross_are_offered_apart() -> None:
    found = search("kerkstraat x nergensdreef")

    assert found[0].label.startswith("Kerkstraat")
    assert {match.kind for match in found} == {"street"}


@pytest.mark.parametrize("text", ODD)
def test_odd_input_never_fails(text: str) -> None:
    assert len(search(text)) <= 8
    assert Address.objects.exists()


def test_limit(door: Address) -> None:
    assert len(search("straat", limit=3)) == 3
    assert search("kerkstraat", limit=0) == []


def test_searching_takes_one_query_once_the_names_are_read(
    door: Address, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    search("kerkstraat 1")
    with django_assert_num_queries(1):
        search(f"stationsstraat {door.number} genk")
    with django_assert_num_queries(0):
        search("stationsstraat genk")


def test_only_what_leaves_no_doubt_is_sure(door: Address) -> None:
    found = sure(f"Stationsstraat {door.number}, 3600 Genk")

    assert found is not None
    assert found.address_id == door.pk
    assert sure(f"stationsstraat {door.number}") is None
    assert sure("nergens 12") is None
    assert sure("") is None


def test_a_click_finds_the_nearest_front_door(door: Address) -> None:
    found = nearest(*moved((door.lat, door.lon), north_m=2, east_m=1))

    assert found is not None
    assert (found[0].address_id, found[0].label) == (door.pk, f"Stationsstraat {door.number}, 3600 Genk")
    assert found[1] == pytest.approx(5**0.5, abs=0.2)


def test_it_agrees_with_measuring_every_door() -> None:
    points = dict(Address.objects.values_list("pk", "lat").order_by("pk"))
    rows = list(Address.objects.values_list("pk", "lat", "lon"))
    click = (50.9701, 5.4902)
    best = min(rows, key=lambda row: distance_m(click, (row[1], row[2])))

    found = nearest(*click)
    assert found is not None
    assert found[0].address_id == best[0]
    assert points


@pytest.mark.parametrize(
    "click", [(50.85, 4.35), (0, 0), (float("nan"), 5.5), (float("inf"), 5.5), (1e300, -1e300)]
)
def test_a_click_far_from_any_door_finds_none(click: tuple[float, float]) -> None:
    assert nearest(*click) is None
