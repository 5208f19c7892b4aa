from __future__ import annotations

import csv
import gzip
import io
import zipfile
from collections.abc import Sequence
from pathlib import Path

import pytest

from carma.geo.actions import load_folder
from carma.geo.addresses import search
from carma.geo.loading.report import LayerResult
from carma.geo.models import Address, Street
from tests.geo.conftest import Write, feature

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock", "english")]

CRAB_HEADER = ("gemeente", "postcode", "straat", "nr", "lat", "lon", "wijk")
KERK_1 = ("Genk", "3600", "Kerkstraat", "1", "50.95", "5.45", "ignored")
KERK_3 = ("Genk", "3600", "Kerkstraat", "3", "50.9501", "5.4502", "ignored")
DORP_2 = ("As", "3665", "Dorpsstraat", "2", "50.95", "5.55", "ignored")

BEST_HEADER = (
    *("EPSG:31370_x", "EPSG:31370_y", "EPSG:4326_lat", "EPSG:4326_lon", "address_id", "box_number"),
    *("house_number", "municipality_id", "municipality_name_de", "municipality_name_fr"),
    *("municipality_name_nl", "postcode", "postname_fr", "postname_nl", "street_id", "streetname_de"),
    *("streetname_fr", "streetname_nl", "region_code", "status"),
)


def best(
    key: str, number: str, *, box: str = "", nis: str = "71016", lat: str = "50.95", status: str = "current"
) -> Sequence[str]:
    return (
        *("227000.1", "182000.2", lat, "5.45", key, box, number, nis, "", "", "Genk", "3600", "", "Genk"),
        *("77", "", "", "Kerkstraat", "BE-VLG", status),
    )


def table(header: Sequence[str], *rows: Sequence[str]) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text).writerows([header, *rows])
    return text.getvalue().encode()


def loaded(folder: Path) -> LayerResult:
    return next(result for result in load_folder(folder) if result.layer == "address")


def crab(folder: Path, *rows: Sequence[str]) -> LayerResult:
    (folder / "adressen_crab2014.csv").write_bytes(table(CRAB_HEADER, *rows))
    return loaded(folder)


def labels() -> list[str]:
    return [str(address) for address in Address.objects.filter(ended_on=None).order_by("id")]


def test_it_loads_addresses_with_their_sector_and_wijk(two_towns: Path) -> None:
    result = crab(two_towns, KERK_1, KERK_3, DORP_2)

    assert (result.read, result.new, result.refused) == (3, 3, {})
    address = Address.objects.get(street="Dorpsstraat")
    assert (address.municipality, address.sector, address.wijk) == ("71002", "MIDDEN", "71002W01")
    street = Street.objects.get(name="Kerkstraat")
    assert (street.live, street.south, street.north) == (2, 50.95, 50.9501)
    assert street.lat == pytest.approx(50.95005)


def test_it_reads_a_gzipped_file(two_towns: Path) -> None:
    (two_towns / "adressen_crab2014.csv.gz").write_bytes(gzip.compress(table(CRAB_HEADER, KERK_1)))

    assert loaded(two_towns).new == 1


def test_a_box_behind_the_number_is_a_box(two_towns: Path) -> None:
    crab(two_towns, (*KERK_1[:3], "21_3", *KERK_1[4:]))

    assert labels() == ["Kerkstraat 21 bus 3"]
    assert search("kerkstraat 21/3 genk")[0].label == "Kerkstraat 21 bus 3, 3600 Genk"


def test_a_second_time_changes_nothing(two_towns: Path) -> None:
    crab(two_towns, KERK_1, DORP_2)
    before = list(Address.objects.order_by("id").values())
    again = crab(two_towns, KERK_1, DORP_2)

    assert not again.touched
    assert list(Address.objects.order_by("id").values()) == before


def test_an_address_that_moved_keeps_its_id(two_towns: Path) -> None:
    crab(two_towns, KERK_1, KERK_3)
    pk = Address.objects.get(number="1").pk
    result = crab(two_towns, (*KERK_1[:4], "50.96", "5.46", ""), KERK_3)

    assert (result.new, result.changed, result.ended) == (0, 1, 0)
    assert Address.objects.get(pk=pk).lat == 50.96


def test_an_address_that_left_the_file_ends_and_comes_back(two_towns: Path) -> None:
    crab(two_towns, KERK_1, KERK_3)
    assert crab(two_towns, KERK_1).ended == 1
    assert labels() == ["Kerkstraat 1"]
    assert "Kerkstraat 3, 3600 Genk" not in [match.label for match in search("kerkstraat 3")]

    assert crab(two_towns, KERK_1, KERK_3).changed == 1
    assert labels() == ["Kerkstraat 1", "Kerkstraat 3"]


def test_a_file_of_one_municipality_leaves_the_others_alone(two_towns: Path) -> None:
    crab(two_towns, KERK_1, DORP_2)

    assert crab(two_towns, KERK_1).ended == 0


def test_a_file_that_would_end_more_than_half_is_refused(two_towns: Path) -> None:
    crab(two_towns, *((*KERK_1[:3], str(n), *KERK_1[4:]) for n in range(1, 6)))
    result = crab(two_towns, KERK_1)

    assert "4 of the 5" in result.failure
    assert len(labels()) == 5


REFUSED = [
    ((*KERK_1[:4], "", "", ""), "no position"),
    ((*KERK_1[:4], "0", "0", ""), "no position"),
    ((*KERK_1[:4], "nan", "nan", ""), "no position"),
    ((*KERK_1[:4], "50.85", "4.35", ""), "outside the zone"),
    ((*KERK_1[:4], "abc", "5.45", ""), "no position"),
    ((*KERK_1[:2], "", *KERK_1[3:]), "lacks a street"),
    ((*KERK_1[:3], "", *KERK_1[4:]), "lacks a street"),
    ((*KERK_1[:3], "1" * 21, *KERK_1[4:]), "too long"),
    ((KERK_1[0], "36OO", *KERK_1[2:]), "four digits"),
    (("Genk",), "lacks a street"),
    (KERK_3, "occurs twice"),
]


@pytest.mark.parametrize(("row", "reason"), REFUSED)
def test_a_row_that_can_t_be_used_is_refused_and_the_others_load(
    two_towns: Path, row: Sequence[str], reason: str
) -> None:
    result = crab(two_towns, KERK_3, row)

    assert (result.new, result.refused_count) == (1, 1)
    assert reason in next(iter(result.refused))


def test_a_refused_row_leaves_what_is_known_of_it(two_towns: Path) -> None:
    crab(two_towns, KERK_1, KERK_3)
    result = crab(two_towns, KERK_1, (*KERK_3[:4], "", "", ""))

    assert (result.ended, result.refused_count) == (0, 1)
    assert labels() == ["Kerkstraat 1", "Kerkstraat 3"]


UNUSABLE = [
    (b"", "is empty"),
    (table(("gemeente", "straat")), "no column postcode, nr, lat, lon"),
    (table(CRAB_HEADER), "no usable address"),
    (table(CRAB_HEADER, KERK_1).replace(b"Kerk", b"K\xe9rk"), "not UTF-8"),
    (b'gemeente,postcode,straat,nr,lat,lon\n"' + b"x" * 200_000, "not a readable CSV"),
]


@pytest.mark.parametrize(("content", "reason"), UNUSABLE)
def test_an_unusable_file_changes_nothing_and_says_why(two_towns: Path, content: bytes, reason: str) -> None:
    crab(two_towns, KERK_1)
    (two_towns / "adressen_crab2014.csv").write_bytes(content)
    result = loaded(two_towns)

    assert reason in result.failure
    assert labels() == ["Kerkstraat 1"]


def test_addresses_need_municipalities(tmp_path: Path) -> None:
    assert "load gemeenten.geojson first" in crab(tmp_path, KERK_1).failure


def test_half_a_file_changes_nothing(two_towns: Path) -> None:
    rows = [(*KERK_1[:3], str(n), *KERK_1[4:]) for n in range(5_000)]
    whole = gzip.compress(table(CRAB_HEADER, *rows))
    (two_towns / "adressen_crab2014.csv.gz").write_bytes(whole[: len(whole) // 2])

    assert "was not downloaded whole" in loaded(two_towns).failure
    assert labels() == []


def test_it_loads_the_federal_file_for_the_zone_alone(two_towns: Path) -> None:
    rows = [
        best("1", "12"),
        best("2", "12", box="3"),
        best("3", "14", status="retired"),
        best("4", "16", nis="71022"),
        best("5", "18", lat="0.00000"),
    ]
    (two_towns / "openaddress-bevlg.csv").write_bytes(table(BEST_HEADER, *rows))
    result = loaded(two_towns)

    assert (result.new, result.elsewhere, result.not_current, result.refused_count) == (2, 1, 1, 1)
    assert labels() == ["Kerkstraat 12", "Kerkstraat 12 bus 3"]


def test_it_reads_the_federal_file_from_its_zip_without_lambert_columns(two_towns: Path) -> None:
    keep = [i for i, column in enumerate(BEST_HEADER) if not column.startswith("EPSG:31370")]
    row = best("1", "12")
    content = table([BEST_HEADER[i] for i in keep], [row[i] for i in keep])
    with zipfile.ZipFile(two_towns / "openaddress-bevlg.zip", "w") as archive:
        archive.writestr("openaddress-bevlg.csv", content)

    assert loaded(two_towns).new == 1


@pytest.mark.parametrize("names", [[], ["a.csv", "b.csv"]])
def test_a_zip_has_to_hold_one_table(two_towns: Path, names: list[str]) -> None:
    with zipfile.ZipFile(two_towns / "openaddress-bevlg.zip", "w") as archive:
        for name in names:
            archive.writestr(name, table(BEST_HEADER))

    assert f"{len(names)} CSV files" in loaded(two_towns).failure


def test_what_is_no_zip_is_refused(two_towns: Path) -> None:
    (two_towns / "openaddress-bevlg.zip").write_bytes(b"<html>404</html>")

    assert "damaged" in loaded(two_towns).failure


def test_the_federal_file_takes_the_place_of_crab(two_towns: Path) -> None:
    crab(two_towns, KERK_1, DORP_2)
    (two_towns / "openaddress-bevlg.csv").write_bytes(table(BEST_HEADER, best("1", "12")))
    result = loaded(two_towns)

    assert (result.new, result.ended) == (1, 1)
    assert labels() == ["Dorpsstraat 2", "Kerkstraat 12"]


def test_addresses_follow_a_border_that_moves(two_towns: Path, write: Write) -> None:
    crab(two_towns, KERK_1)
    halves = [
        feature((5.40, 50.90, 5.44, 51.00), code="71016W01", naam="West", nis="71016"),
        feature((5.44, 50.90, 5.50, 51.00), code="71016W02", naam="Oost", nis="71016"),
    ]
    write("wijken.geojson", *halves)
    (two_towns / "adressen_crab2014.csv").unlink()
    load_folder(two_towns)

    assert Address.objects.get().wijk == "71016W02"


def test_odd_signs_are_stored_as_they_are(two_towns: Path) -> None:
    crab(two_towns, (*KERK_1[:2], '\'; DROP \\N "x"\t', "1\\", *KERK_1[4:]), KERK_3)

    assert labels() == ['\'; DROP \\N "x" 1\\', "Kerkstraat 3"]
