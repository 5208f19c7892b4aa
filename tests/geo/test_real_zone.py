"""The real zone, where its open data is at hand (CARMA_GEODATA_TEST, or beside the repository)."""

from __future__ import annotations

import csv
import gzip
import json
from collections.abc import Iterator
from contextlib import suppress

import pytest
import shapely
from django.db import transaction
from pytest_django import DjangoDbBlocker
from shapely.geometry import shape

from carma.geo import places, zone
from carma.geo.actions import load_folder
from carma.geo.addresses import search
from carma.geo.loading.report import LayerResult
from carma.geo.metres import degree_m
from carma.geo.models import Address, Area, Street
from carma.geo.places import Located, locate
from tests.geo.conftest import REAL

pytestmark = pytest.mark.skipif(
    not (REAL / "gemeenten.geojson").is_file(), reason="no open data of the real zone (CARMA_GEODATA_TEST)"
)

Row = dict[str, str]

# What a dispatcher types → the place that has to come first.
TABLE = [
    ("stationsstraat 12 genk", "Stationsstraat 12, 3600 Genk"),
    ("12 stationstr genk", "Stationsstraat 12, 3600 Genk"),
    ("3600 stationsstraat 12", "Stationsstraat 12, 3600 Genk"),
    ("statoinsstraat 12 gnek", "Stationsstraat 12, 3600 Genk"),
    ("evence coppeelaan 91", "Evence Coppéelaan 91, 3600 Genk"),
    ("evens copelaan 91 genk", "Evence Coppéelaan 91, 3600 Genk"),
    ("marcel habetslaan 1", "Marcel Habetslaan 1, 3600 Genk"),
    ("marcel habets genk", "Marcel Habetslaan, 3600 Genk"),
    ("breeersteenweg 12", "Breeërsteenweg 12, 3640 Kinrooi"),
    ("breeerstwg 12 kinroi", "Breeërsteenweg 12, 3640 Kinrooi"),
    ("15 augustusstr 3", "15 Augustusstraat 3, 3690 Zutendaal"),
    ("st jansstr 3 houthalen", "Sint-Jansstraat 3, 3530 Houthalen-Helchteren"),
    ("mgr paredisstr 3", "Mgr. Paredisstraat 3, 3960 Bree"),
    ("monseigneur paredisstraat 3", "Mgr. Paredisstraat 3, 3960 Bree"),
    ("3960 kerkstr 4", "Kerkstraat 4, 3960 Bree"),
    ("krekstraat 4 bree", "Kerkstraat 4, 3960 Bree"),
    ("kirkstraat 4 bree", "Kerkstraat 4, 3960 Bree"),
    ("weg nr zwartberg opglabbeek", "Weg naar Zwartberg, 3660 Oudsbergen"),
    ("o.l.v.straat as", "O.L. Vrouwestraat, 3665 As"),
    ("t hert", "'t Hert, 3530 Houthalen-Helchteren"),
    ("genk", "Genk"),
    ("waterschei noord", "Waterschei-Noord, Genk"),
    ("winterslag 1", "Winterslag 1, Genk"),
    ("gruitrode", "Gruitrode, Oudsbergen"),
    ("kerkstraat / dorpsstraat as", "Kerkstraat \u00d7 Dorpsstraat, 3665 As"),
    ("hoek dorpsstr en kerkstr kinrooi", "Dorpsstraat \u00d7 Kerkstraat, 3640 Kinrooi"),
]


@pytest.fixture(scope="module")
def results(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[list[LayerResult]]:
    """The real zone, loaded once for all tests of this module, which only read."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield load_folder(REAL)
        transaction.set_rollback(True)


@pytest.fixture(scope="module")
def rows() -> list[Row]:
    with gzip.open(REAL / "adressen_crab2014.csv.gz", "rt", encoding="utf-8", newline="") as text:
        return list(csv.DictReader(text))


def test_every_layer_loads(results: list[LayerResult]) -> None:
    new = {result.layer: (result.new, result.refused_count, result.failure) for result in results}

    assert new["municipality"] == (8, 0, "")
    assert new["sector"] == (4, 0, "")
    assert new["wijk"] == (73, 0, "")
    assert new["locality"] == (24, 0, "")
    assert new["zone"] == (0, 0, "")
    assert new["address"] == (62_552, 4, "")  # four house numbers occur twice in the source


@pytest.mark.usefixtures("results")
def test_a_second_time_changes_nothing() -> None:
    assert [result.layer for result in load_folder(REAL) if result.touched or result.failure] == []


@pytest.mark.usefixtures("results")
def test_every_address_lies_in_exactly_one_wijk(rows: list[Row]) -> None:
    wijken = [shape(area.polygon) for area in Area.objects.in_force().filter(kind="wijk")]
    points = shapely.points([float(row["lon"]) for row in rows], [float(row["lat"]) for row in rows])
    point, _wijk = shapely.STRtree(wijken).query(points, predicate="intersects")

    assert len(rows) == len(point) == len(set(point.tolist())) == 62_556


@pytest.mark.usefixtures("results")
def test_every_address_gets_the_wijk_its_source_says(rows: list[Row]) -> None:
    located = places.zone_map().all_at(
        [float(row["lat"]) for row in rows], [float(row["lon"]) for row in rows]
    )

    assert [area.wijk if area else "" for area in located] == [row["wijk"] for row in rows]
    assert not Address.objects.filter(sector="").exists()


@pytest.mark.usefixtures("results")
def test_streets_agree_with_the_street_list() -> None:
    with (REAL / "straten_crab2014.csv").open(encoding="utf-8", newline="") as text:
        told = list(csv.DictReader(text))
    found = {(s.municipality, s.postcode, s.name): s for s in Street.objects.all()}

    assert len(told) == len(found) == 2_462
    for row in told:
        street = found[zone.nis_by_name()[row["gemeente"]], row["postcode"], row["straat"]]
        assert street.live <= int(row["adressen"]) <= street.live + 2
        if street.live == int(row["adressen"]):
            assert street.lat == pytest.approx(float(row["lat"]), abs=1e-5)


@pytest.mark.usefixtures("results")
def test_surfaces_are_those_of_lambert() -> None:
    collection = json.loads((REAL / "gemeenten.geojson").read_text(encoding="utf-8"))
    for feature in collection["features"]:
        outline = shape(feature["geometry"])
        per_lat, per_lon = degree_m(outline.centroid.y)
        km2 = outline.area * per_lat * per_lon / 1e6
        assert km2 == pytest.approx(feature["properties"]["km2"], rel=0.002)


@pytest.mark.usefixtures("results")
def test_centres_lie_in_their_municipality_and_sector() -> None:
    sectors = {nis: sector.code for sector in zone.sectors() for nis in sector.municipalities}
    for municipality in zone.municipalities():
        found = locate(municipality.lat, municipality.lon)
        assert (found.municipality, found.sector) == (municipality.nis, sectors[municipality.nis])


@pytest.mark.usefixtures("results")
def test_every_corner_of_every_wijk_lies_somewhere() -> None:
    wijken = Area.objects.in_force().filter(kind="wijk")
    corners = shapely.get_coordinates([shape(area.polygon) for area in wijken])
    codes = set(wijken.values_list("code", flat=True))
    found: list[Located] = []
    with suppress(places.PlaceOutsideZone):
        found = [locate(lat, lon) for lon, lat in corners.tolist()]

    assert len(found) == len(corners)
    assert {one.wijk for one in found} <= codes
    assert all(one.wijk.startswith(one.municipality) for one in found)


@pytest.mark.usefixtures("results")
@pytest.mark.parametrize(("typed", "label"), TABLE)
def test_the_place_that_was_meant_comes_first(typed: str, label: str) -> None:
    assert search(typed)[0].label == label


@pytest.mark.usefixtures("results")
def test_any_address_is_found_by_its_own_label() -> None:
    sample = Address.objects.order_by("id")[::401]

    missed = [label for a in sample if search(label := f"{a.label}, {a.postcode}")[0].address_id != a.pk]
    assert missed == []
