from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
import shapely
from shapely.geometry import shape

from carma.geo import demo_streets, zone
from carma.geo.actions import load_demo
from carma.geo.addresses import search
from carma.geo.demo_borders import generate
from carma.geo.models import Address, Area, Street
from carma.geo.places import locate
from tests.geo.conftest import DEMO_ADDRESSES


def test_two_machines_generate_the_same_zone() -> None:
    once, again = generate(), generate.__wrapped__()

    assert [wijk.outline.wkt for wijk in once[1]] == [wijk.outline.wkt for wijk in again[1]]
    doors = [list(demo_streets.addresses(wijken, plane, 900)) for plane, wijken in (once, again)]
    assert doors[0] == doors[1]


def test_wijken_tile_municipalities_of_about_their_true_size() -> None:
    _plane, wijken = generate()
    outlines = np.array([wijk.outline for wijk in wijken])

    assert len(wijken) == 46
    assert shapely.coverage_is_valid(outlines)
    assert Counter(wijk.municipality.name for wijk in wijken)["Genk"] == 17
    for municipality in zone.municipalities():
        km2 = sum(wijk.outline.area for wijk in wijken if wijk.municipality == municipality) / 1e6
        assert km2 == pytest.approx(municipality.area_km2, rel=0.12)


def test_names_and_codes_are_unique() -> None:
    _plane, wijken = generate()

    assert len({wijk.name for wijk in wijken}) == len({wijk.code for wijk in wijken}) == 46


def test_about_as_many_addresses_as_asked() -> None:
    plane, wijken = generate()
    doors = list(demo_streets.addresses(wijken, plane, 15_000))

    assert len(doors) == pytest.approx(15_000, rel=0.1)
    assert len({door.source_id for door in doors}) == len(doors)


@pytest.mark.usefixtures("lasting_demo_zone")
def test_every_centre_lies_in_its_own_municipality() -> None:
    for municipality in zone.municipalities():
        assert locate(municipality.lat, municipality.lon).municipality == municipality.nis


@pytest.mark.usefixtures("lasting_demo_zone")
def test_all_is_marked_as_generated_and_lies_somewhere() -> None:
    assert set(Address.objects.values_list("source", flat=True)) == {"demo"}
    assert not Address.objects.filter(wijk="").exists()
    assert not Address.objects.filter(sector="").exists()
    assert Area.objects.filter(kind="sector").count() == 4
    assert all(shape(area.polygon).is_valid for area in Area.objects.all())


@pytest.mark.usefixtures("lasting_demo_zone")
def test_streets_of_a_wijk_cross_and_village_names_come_back() -> None:
    first, second = Street.objects.filter(municipality="71016", name__in=["Kerkstraat", "Stationsstraat"])

    assert search(f"{first.name} x {second.name} genk")[0].kind == "crossing"
    assert Street.objects.filter(name="Kerkstraat").count() == 8


@pytest.mark.usefixtures("lasting_demo_zone")
def test_a_second_time_changes_nothing() -> None:
    assert not any(result.touched for result in load_demo(addresses=DEMO_ADDRESSES))
