from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from carma.audit.models import Entry
from carma.geo.actions import load_folder
from carma.geo.loading.report import LayerResult
from carma.geo.models import Area, LayerStamp
from tests.geo.conftest import AS, GENK, Feature, Write, feature, ring

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

BOW_TIE = [[5.4, 50.9], [5.5, 51.0], [5.5, 50.9], [5.4, 51.0], [5.4, 50.9]]


def of(results: list[LayerResult], layer: str) -> LayerResult:
    return next(result for result in results if result.layer == layer)


def genk(**properties: str) -> Feature:
    return feature(GENK, **{"nis": "71016", "naam": "Genk", **properties})


def with_geometry(geometry: Any, **properties: str) -> Feature:
    return {
        "type": "Feature",
        "properties": {"nis": "71002", "naam": "As", **properties},
        "geometry": geometry,
    }


def test_it_loads_what_is_recognised_and_leaves_a_trace(two_towns: Path) -> None:
    results = load_folder(two_towns)

    counts = [(r.layer, r.read, r.new, r.refused_count) for r in results if r.new]
    assert counts == [("municipality", 2, 2, 0), ("sector", 2, 2, 0), ("wijk", 2, 2, 0), ("place", 4, 4, 0)]
    entry = Entry.objects.get(action="geo.layer_loaded", subject_id="wijk")
    assert (entry.actor, entry.changes["new"], entry.changes["source"]) == (None, 2, "wijken.geojson")


def test_a_second_time_changes_nothing(two_towns: Path) -> None:
    load_folder(two_towns)
    stamps = list(LayerStamp.objects.values_list("layer", "version"))
    again = load_folder(two_towns)

    assert not any(result.touched for result in again)
    assert list(LayerStamp.objects.values_list("layer", "version")) == stamps


def test_a_moved_border_ends_the_old_polygon_and_keeps_it(two_towns: Path, write: Write) -> None:
    load_folder(two_towns)
    write("wijken.geojson", feature(AS, code="71002W01", naam="As-Dorp", nis="71002"), genk_wijk(5.45))
    result = of(load_folder(two_towns), "wijk")

    assert (result.new, result.changed, result.ended) == (0, 1, 0)
    old, new = Area.objects.filter(code="71016W01").order_by("valid_from")
    assert (old.valid_from, old.valid_to) == (date(2019, 1, 1), date(2026, 3, 28))
    assert (new.valid_from, new.valid_to) == (date(2026, 3, 28), None)


def genk_wijk(east: float) -> Feature:
    return feature((5.40, 50.90, east, 51.00), code="71016W01", naam="Genk-Centrum", nis="71016")


def test_a_correction_on_the_same_day_leaves_no_empty_period(two_towns: Path, write: Write) -> None:
    load_folder(two_towns)
    for east in (5.45, 5.46):
        write("wijken.geojson", genk_wijk(east))
        load_folder(two_towns)

    assert Area.objects.filter(code="71016W01").count() == 2


def test_a_wijk_that_left_the_file_ends(two_towns: Path, write: Write) -> None:
    halves = [
        feature((5.40, 50.90, 5.45, 51.00), code="71016W01", naam="West", nis="71016"),
        feature((5.45, 50.90, 5.50, 51.00), code="71016W02", naam="Oost", nis="71016"),
    ]
    load_folder(write("wijken.geojson", *halves))
    result = of(load_folder(write("wijken.geojson", halves[0])), "wijk")

    assert result.ended == 1
    assert Area.objects.get(code="71016W02").valid_to == date(2026, 3, 28)


def test_a_file_of_one_municipality_leaves_the_others_alone(two_towns: Path, write: Write) -> None:
    load_folder(two_towns)
    result = of(load_folder(write("wijken.geojson", genk_wijk(5.50))), "wijk")

    assert result.ended == 0
    assert Area.objects.get(code="71002W01").valid_to is None


@pytest.mark.usefixtures("english")
def test_a_file_that_would_end_more_than_half_is_refused(two_towns: Path, write: Write) -> None:
    thirds = [
        feature((5.40 + i / 50, 50.90, 5.42 + i / 50, 51.00), code=f"71016W0{i}", naam=f"W{i}", nis="71016")
        for i in range(3)
    ]
    load_folder(write("wijken.geojson", *thirds))
    result = of(load_folder(write("wijken.geojson", thirds[0])), "wijk")

    assert "2 of the 3" in result.failure
    assert Area.objects.in_force().filter(kind="wijk").count() == 3


REFUSED = [
    (with_geometry({"type": "Polygon", "coordinates": [BOW_TIE]}), "Self-intersection"),
    (with_geometry({"type": "Polygon", "coordinates": []}), "no geometry"),
    (with_geometry(None), "no geometry"),
    (with_geometry({"type": "Polygon", "coordinates": "nonsense"}), "can't be read"),
    (with_geometry({"type": "Polygon"}), "can't be read"),
    (with_geometry({"type": "Polygon", "coordinates": [[[5.5, 51], [5.6, 51]]]}), "can't be read"),
    (with_geometry("nonsense"), "can't be read"),
    (with_geometry({"type": "Point", "coordinates": [5.5, 51]}), "it is a Point"),
    (
        with_geometry({"type": "Polygon", "coordinates": [ring((230e3, 180e3, 240e3, 190e3))]}),
        "look like metres",
    ),
    (with_geometry({"type": "Polygon", "coordinates": [ring((50.9, 5.5, 51.0, 5.6))]}), "swapped"),
    (with_geometry({"type": "Polygon", "coordinates": [ring((13.3, 52.4, 13.4, 52.5))]}), "outside Belgium"),
    (feature(AS, naam="As"), "no code"),
    (feature(AS, nis="71002", naam="A" * 101), "too long"),
    (feature(GENK, nis="71002", naam="As"), "overlaps Genk"),
    (feature(AS, nis="71016", naam="Genk"), "occurs twice"),
]


@pytest.mark.parametrize(("broken", "reason"), REFUSED)
@pytest.mark.usefixtures("english")
def test_a_broken_feature_is_refused_by_name(write: Write, broken: Feature, reason: str) -> None:
    result = of(load_folder(write("gemeenten.geojson", genk(), broken)), "municipality")

    assert (result.new, result.refused_count) == (1, 1)
    told, names = next(iter(result.refused.items()))
    assert reason in told
    assert names[0][:1] in {"A", "G"}  # its name, not a number
    assert list(Area.objects.filter(kind="municipality").values_list("code", flat=True)) == ["71016"]


def test_a_refused_feature_leaves_its_old_polygon_in_force(two_towns: Path, write: Write) -> None:
    load_folder(two_towns)
    write("gemeenten.geojson", genk(), with_geometry({"type": "Polygon", "coordinates": [BOW_TIE]}))
    result = of(load_folder(two_towns), "municipality")

    assert (result.refused_count, result.ended) == (1, 0)
    assert Area.objects.get(code="71002", kind="municipality").valid_to is None


def test_other_municipalities_of_the_country_are_passed_over(write: Write) -> None:
    hasselt = feature(AS, nis="71022", naam="Hasselt")
    result = of(load_folder(write("gemeenten.geojson", genk(), hasselt)), "municipality")

    assert (result.read, result.new, result.elsewhere, result.refused_count) == (1, 1, 1, 0)


UNUSABLE = [
    (b"", "is empty"),
    (b"   \n", "is empty"),
    (b"{not json", "not valid JSON"),
    (b"[1, 2]", "not a GeoJSON FeatureCollection"),
    (b'{"type": "FeatureCollection", "features": []}', "holds no features"),
    (json.dumps({"features": [genk()]}).replace("Genk", "Gênk").encode("utf-16"), "not UTF-8"),
    ('{"features": ["é"]}'.encode("latin-1"), "not UTF-8"),
    (
        json.dumps({"features": [genk()], "crs": {"properties": {"name": "EPSG:31370"}}}).encode(),
        "EPSG:31370",
    ),
    (json.dumps({"features": [genk()], "crs": {"type": "?"}}).encode(), "unnamed reference system"),
    (json.dumps({"features": [with_geometry(None)]}).encode(), "no usable area"),
]


@pytest.mark.parametrize(("content", "reason"), UNUSABLE)
@pytest.mark.usefixtures("english")
def test_an_unusable_file_changes_nothing_and_says_why(two_towns: Path, content: bytes, reason: str) -> None:
    load_folder(two_towns)
    before = list(Area.objects.order_by("id").values())
    (two_towns / "gemeenten.geojson").write_bytes(content)
    result = of(load_folder(two_towns), "municipality")

    assert reason in result.failure
    assert result.failure.endswith((".", "?"))
    assert list(Area.objects.order_by("id").values()) == before


def test_one_failed_layer_does_not_hold_up_the_others(two_towns: Path) -> None:
    (two_towns / "wijken.geojson").write_bytes(b"")
    results = load_folder(two_towns)

    assert of(results, "wijk").failure
    assert of(results, "municipality").new == 2


def test_sectors_of_our_own_replace_the_default_ones_and_stay(two_towns: Path, write: Write) -> None:
    load_folder(two_towns)
    assert set(Area.objects.filter(kind="sector").values_list("code", flat=True)) == {"GENK", "MIDDEN"}

    own = write("sectoren.geojson", feature(GENK, code="A", naam="Alfa"), feature(AS, code="B", naam="Bravo"))
    result = of(load_folder(own), "sector")
    assert (result.new, result.ended) == (2, 2)

    (own / "sectoren.geojson").unlink()
    results = load_folder(own)
    assert "sector" not in [result.layer for result in results]
    assert set(Area.objects.in_force().filter(kind="sector").values_list("code", flat=True)) == {"A", "B"}


def test_the_outline_of_the_zone_has_to_fit(two_towns: Path, write: Write) -> None:
    write("politiezone.geojson", feature((5.40, 50.90, 5.60, 51.00), code="x", naam="PZ"))
    assert of(load_folder(two_towns), "zone").refused == {}

    write("politiezone.geojson", feature((5.40, 50.90, 5.70, 51.00), code="x", naam="PZ"))
    assert of(load_folder(two_towns), "zone").refused_count == 1
