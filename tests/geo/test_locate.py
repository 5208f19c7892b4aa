from __future__ import annotations

from datetime import date
from math import inf, nan
from pathlib import Path

import pytest
import time_machine

from carma.geo import copies, places
from carma.geo.actions import load_folder
from carma.geo.metres import moved
from carma.geo.models import Area, LayerStamp
from carma.geo.places import Located, PlaceOutsideZone, locate
from tests.geo.conftest import GENK, Write, feature

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

IN_GENK = (50.95, 5.45)
IN_AS = (50.95, 5.55)
ON_THE_BORDER = (50.95, 5.50)
EAST_END = (50.95, 5.60)


def test_it_says_municipality_sector_and_wijk(two_towns: Path) -> None:
    load_folder(two_towns)

    assert locate(*IN_GENK) == Located("71016", "GENK", "71016W01")
    assert locate(*IN_AS) == Located("71002", "MIDDEN", "71002W01")


def test_on_a_border_the_lowest_code_wins_and_the_rest_follows(two_towns: Path) -> None:
    load_folder(two_towns)

    assert locate(*ON_THE_BORDER) == Located("71002", "MIDDEN", "71002W01")


def test_many_points_at_once_give_the_same(two_towns: Path) -> None:
    load_folder(two_towns)
    points = [IN_GENK, IN_AS, ON_THE_BORDER, EAST_END]

    assert places.zone_map().all_at(*zip(*points, strict=True)) == [locate(*point) for point in points]


def test_a_house_just_across_the_drawn_border_is_ours(two_towns: Path) -> None:
    load_folder(two_towns)

    assert locate(*moved(EAST_END, north_m=0, east_m=40)) == Located("71002", "MIDDEN", "71002W01")


@pytest.mark.parametrize(
    "point",
    [
        moved(EAST_END, north_m=0, east_m=60),
        (50.85, 4.35),
        (0, 0),
        (5.5, 50.95),
        (nan, 5.5),
        (inf, inf),
        (91, 0),
    ],
)
def test_a_point_outside_is_refused(two_towns: Path, point: tuple[float, float]) -> None:
    load_folder(two_towns)

    with pytest.raises(PlaceOutsideZone) as refusal:
        locate(*point)
    assert (refusal.value.status, refusal.value.code, refusal.value.field) == (
        400,
        "place_outside_zone",
        "place",
    )


def test_without_geography_every_point_is_outside() -> None:
    with pytest.raises(PlaceOutsideZone):
        locate(*IN_GENK)


def test_a_place_without_wijk_or_sector_has_none(write: Write) -> None:
    load_folder(write("gemeenten.geojson", feature(GENK, nis="71016", naam="Genk")))
    Area.objects.filter(kind=Area.Kind.SECTOR).delete()
    copies.forget()

    assert locate(*IN_GENK) == Located("71016", "", "")


def test_the_past_keeps_its_borders(two_towns: Path, write: Write) -> None:
    load_folder(two_towns)
    east = (5.45, 50.90, 5.50, 51.00)
    write("wijken.geojson", feature(east, code="71016W01", naam="Genk-Centrum", nis="71016"))
    load_folder(two_towns, since=date(2026, 3, 1))

    west_of_it = (50.95, 5.42)
    assert locate(*west_of_it, on=date(2026, 2, 28)).wijk == "71016W01"
    assert locate(*west_of_it, on=date(2026, 3, 1)).wijk == ""
    assert locate(*west_of_it).wijk == ""


def test_it_sees_within_half_a_minute_that_another_process_loaded(
    two_towns: Path, clock: time_machine.Traveller, monkeypatch: pytest.MonkeyPatch
) -> None:
    load_folder(two_towns)
    assert locate(*IN_GENK).wijk == "71016W01"

    Area.objects.filter(code="71016W01").update(code="71016W77")
    assert locate(*IN_GENK).wijk == "71016W01"

    LayerStamp.objects.filter(layer="wijk").update(version=99)
    monkeypatch.setattr(copies, "RECHECK_S", 0)
    assert locate(*IN_GENK).wijk == "71016W77"


def test_asking_again_costs_no_query(
    two_towns: Path, django_assert_num_queries: pytest.FixtureRequest
) -> None:
    load_folder(two_towns)
    locate(*IN_GENK)

    with django_assert_num_queries(0):  # type: ignore[operator]
        locate(*IN_AS)


def test_names_of_areas_in_force(two_towns: Path) -> None:
    load_folder(two_towns)

    assert places.names("wijk") == {"71002W01": "As-Dorp", "71016W01": "Genk-Centrum"}
    assert places.names("municipality")["71002"] == "As"


def test_the_database_refuses_two_areas_of_one_code_at_once(two_towns: Path) -> None:
    load_folder(two_towns)
    first = Area.objects.get(code="71016W01")
    second = Area(
        kind=first.kind, code=first.code, name="Again", polygon=first.polygon, valid_from=date(2026, 1, 1)
    )

    with pytest.raises(Exception, match="geo_area_one_at_a_time"):
        second.save()
