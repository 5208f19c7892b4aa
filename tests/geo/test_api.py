from __future__ import annotations

from collections.abc import Iterator
from io import StringIO

import pytest
from django.core.management import call_command

from carma.accounts.models import User
from carma.geo import places
from carma.geo.models import Address
from tests.cast import Login

URL = "/api/v1/addresses/"


@pytest.fixture
def demo(db: None) -> Iterator[None]:
    call_command("load_demo_geo", stdout=StringIO())
    places.forget()
    yield
    places.forget()


def test_what_is_typed_finds_an_address(api: Login, dispatcher: User, demo: None) -> None:
    client = api(dispatcher)
    known = Address.objects.filter(box="")[0]
    (best, *_others) = client.get(URL, {"q": f"{known.street} {known.number}, {known.postcode}"}).json()[
        "results"
    ]

    assert best["address_id"] == known.pk
    assert client.get(f"{URL}{known.pk}/").json()["street"] == known.street


def test_a_point_finds_the_nearest(api: Login, dispatcher: User, demo: None) -> None:
    known = Address.objects.filter(box="")[0]
    (found,) = api(dispatcher).get(f"{URL}nearest/", {"lat": known.lat, "lon": known.lon}).json()["results"]

    assert (round(found["lat"], 4), round(found["lon"], 4)) == (round(known.lat, 4), round(known.lon, 4))
    assert api(dispatcher).get(f"{URL}nearest/?lat=0&lon=0").json()["results"] == []


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("", "q"),
        ("q=" + "x" * 201, "q"),
        ("q=kerk&limit=51", "limit"),
        ("q=kerk&lat=north", "lat"),
        ("q=kerk&lon=181", "lon"),
        ("q=kerk&near=here", "near"),
    ],
)
def test_what_makes_no_sense_is_refused(api: Login, dispatcher: User, query: str, field: str) -> None:
    r = api(dispatcher).get(f"{URL}?{query}")

    assert (r.status_code, r.json()["code"]) == (400, "invalid_input")
    assert r.json()["errors"].keys() == {field}


@pytest.mark.parametrize("text", ["'; DROP TABLE x; --", "\0", "%", "(((", "  ", "é" * 200])
def test_odd_texts_find_nothing_and_break_nothing(api: Login, dispatcher: User, text: str) -> None:
    assert api(dispatcher).get(URL, {"q": text}).status_code in (200, 400)
