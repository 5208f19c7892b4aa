from __future__ import annotations

import json
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse
from shapely.geometry import shape

from carma.accounts.models import User
from carma.geo.actions import load_folder
from carma.geo.metres import moved
from carma.geo.models import Address, LayerStamp
from tests.cast import Browse
from tests.geo.conftest import Write, feature

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


@pytest.fixture
def page(browse: Browse, dispatcher: User) -> Client:
    return browse(dispatcher)


@pytest.mark.parametrize(
    "url", ["/geo/search/?q=genk", "/geo/nearest/?lat=51&lon=5.5", "/geo/layers/wijk.geojson"]
)
def test_nobody_gets_in_without_signing_in(client: Client, url: str) -> None:
    assert client.get(url).status_code == 302


@pytest.mark.usefixtures("demo_zone")
def test_the_options_carry_what_the_form_needs(page: Client) -> None:
    door = Address.objects.filter(street="Kerkstraat", municipality="71016").order_by("id")[0]
    answer = page.get(reverse("geo:search"), {"q": f"kerkstraat {door.number} genk"}).content.decode()
    option = answer.split("<li", 2)[1]

    assert 'role="option"' in option
    assert f'data-label="Kerkstraat {door.number}, 3600 Genk"' in option
    assert f'data-lat="{door.lat}"' in option
    assert f'data-lon="{door.lon}"' in option
    assert f'data-address-id="{door.pk}"' in option
    assert 'data-municipality="71016"' in option


@pytest.mark.usefixtures("demo_zone")
def test_what_is_typed_is_not_taken_for_markup(page: Client) -> None:
    answer = page.get(reverse("geo:search"), {"q": "<script>genk"})

    assert answer.status_code == 200
    assert b"<script" not in answer.content


@pytest.mark.parametrize(
    "query", ["", "?q=", "?q=%00", "?q=%FF", "?q=x&lat=abc&lon=", "?q=genk&lat=nan&lon=inf"]
)
def test_odd_questions_get_an_empty_list(page: Client, query: str) -> None:
    assert page.get(f"/geo/search/{query}").status_code == 200


@pytest.mark.usefixtures("demo_zone")
def test_a_click_answers_one_option(page: Client) -> None:
    door = Address.objects.order_by("id")[0]
    lat, lon = moved((door.lat, door.lon), north_m=1, east_m=1)
    answer = page.get(reverse("geo:nearest"), {"lat": str(lat), "lon": str(lon)}).content.decode()

    assert answer.count("<li") == 1
    assert f'data-address-id="{door.pk}"' in answer


@pytest.mark.parametrize("query", ["", "?lat=51", "?lat=x&lon=y", "?lat=0&lon=0", "?lat=nan&lon=nan"])
def test_a_click_nowhere_answers_none(page: Client, query: str) -> None:
    answer = page.get(f"/geo/nearest/{query}")

    assert (answer.status_code, answer.content.strip()) == (200, b"")


def test_a_layer_is_drawn_once_and_then_known(page: Client, two_towns: Path) -> None:
    load_folder(two_towns)
    url = reverse("geo:layer", args=["wijk"])
    answer = page.get(url)
    layer = json.loads(answer.content)

    assert answer["Content-Type"] == "application/geo+json"
    assert [one["properties"]["name"] for one in layer["features"]] == ["As-Dorp", "Genk-Centrum"]
    assert all(shape(one["geometry"]).is_valid for one in layer["features"])
    assert "Vlaamse provincies" in layer["attribution"]
    assert page.get(url, headers={"If-None-Match": answer["ETag"]}).status_code == 304


def test_a_layer_that_changed_is_sent_again(page: Client, two_towns: Path, write: Write) -> None:
    load_folder(two_towns)
    url = reverse("geo:layer", args=["wijk"])
    before = page.get(url)["ETag"]
    write("wijken.geojson", feature((5.40, 50.90, 5.45, 51.00), code="71016W01", naam="Anders", nis="71016"))
    load_folder(two_towns)

    answer = page.get(url, headers={"If-None-Match": before})
    assert (answer.status_code, b"Anders" in answer.content) == (200, True)


def test_neighbours_on_the_map_keep_sharing_their_border(page: Client, two_towns: Path) -> None:
    load_folder(two_towns)
    layer = json.loads(page.get(reverse("geo:layer", args=["municipality"])).content)
    one, other = (shape(feature["geometry"]) for feature in layer["features"])

    assert one.intersection(other).length == pytest.approx(0.1)


def test_there_is_no_other_layer(page: Client) -> None:
    assert page.get("/geo/layers/secret.geojson").status_code == 404
    assert page.post("/geo/layers/wijk.geojson").status_code == 405


def test_an_empty_layer_is_empty(page: Client) -> None:
    assert json.loads(page.get(reverse("geo:layer", args=["wijk"])).content)["features"] == []
    assert LayerStamp.objects.count() == 0
