from __future__ import annotations

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from pytest_django import Settings

from carma.geo import zone
from carma.geo.actions import load_demo, load_folder, load_geography
from carma.geo.loading.report import LayerRefused
from carma.geo.models import Address, Area, Municipality
from tests.geo.test_load_addresses import KERK_1, crab

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock", "english")]


def test_without_a_folder_it_loads_the_generated_zone_once(settings: Settings) -> None:
    settings.GEODATA = ""

    assert all(result.touched for result in load_geography())
    assert load_geography() == []
    assert set(Address.objects.values_list("source", flat=True)) == {"demo"}


def test_with_a_folder_it_loads_that_once(settings: Settings, two_towns: Path) -> None:
    crab(two_towns, KERK_1)
    Address.objects.all().delete()
    settings.GEODATA = str(two_towns)

    assert load_geography() != []
    assert load_geography() == []


def test_the_real_zone_takes_the_place_of_the_generated_one(settings: Settings, two_towns: Path) -> None:
    load_demo(addresses=600)
    (two_towns / "adressen.csv").write_text("gemeente,postcode,straat,nr,lat,lon\n" + ",".join(KERK_1[:6]))
    settings.GEODATA = str(two_towns)
    load_geography()

    live = Address.objects.filter(ended_on=None)
    assert live.get(source="crab").street == "Kerkstraat"
    assert not live.filter(source="demo", municipality="71016").exists()
    assert Area.objects.in_force().get(kind="wijk", municipality="71016").name == "Genk-Centrum"


def test_a_folder_that_is_not_there_is_refused(settings: Settings, tmp_path: Path) -> None:
    settings.GEODATA = str(tmp_path / "nowhere")

    with pytest.raises(LayerRefused, match="There is no folder"):
        load_geography()


def test_a_folder_with_nothing_to_load_is_refused(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("hello")

    with pytest.raises(LayerRefused, match=r"gemeenten\.geojson"):
        load_folder(tmp_path)


def test_the_command_reports_each_layer(two_towns: Path) -> None:
    (two_towns / "roads.geojson").write_text("{}")
    out = StringIO()
    call_command("load_geo", two_towns, stdout=out)

    assert "wijk           wijken.geojson: read 2, new 2, changed 0, ended 0, refused 0" in out.getvalue()
    assert "not used: roads.geojson" in out.getvalue()


def test_the_command_shows_what_was_refused(two_towns: Path) -> None:
    (two_towns / "adressen.csv").write_text(
        "gemeente,postcode,straat,nr,lat,lon\nGenk,3600,Kerkstraat,1,50.95,5.45\nGenk,3600,Kerkstraat,3,,\n"
    )
    out = StringIO()
    call_command("load_geo", two_towns, stdout=out)

    assert "refused 1: it has no position (Kerkstraat 3, 3600)" in out.getvalue()


def test_the_command_fails_when_a_layer_failed(two_towns: Path) -> None:
    (two_towns / "wijken.geojson").write_text("")
    out = StringIO()

    with pytest.raises(CommandError, match="wijk"):
        call_command("load_geo", two_towns, stdout=out)
    assert "REFUSED. wijken.geojson is empty." in out.getvalue()


def test_the_command_refuses_a_missing_folder() -> None:
    with pytest.raises(CommandError, match="There is no folder"):
        call_command("load_geo", "nowhere")


def test_municipalities_follow_the_reference_data(two_towns: Path) -> None:
    load_folder(two_towns)
    Municipality.objects.filter(nis="71016").update(name="Gent")
    zone.store_municipalities()

    genk = Municipality.objects.get(nis="71016")
    assert (genk.name, genk.postcodes, genk.pv_prefix) == ("Genk", ["3600"], "TG")
    assert Municipality.objects.get(name="Houthalen-Helchteren").pv_prefix == "HA"
    assert Municipality.objects.count() == 8


def test_the_default_sectors_hold_every_municipality_once() -> None:
    grouped = [nis for sector in zone.sectors() for nis in sector.municipalities]

    assert len(zone.sectors()) == 4
    assert sorted(grouped) == sorted(zone.nis_codes())
