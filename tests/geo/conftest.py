from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import transaction
from pytest_django import DjangoDbBlocker

from carma.geo import copies
from carma.geo.actions import load_demo

REAL = Path(os.environ.get("CARMA_GEODATA_TEST") or settings.BASE_DIR.parent / "shared" / "geo")

DEMO_ADDRESSES = 3_000

Square = tuple[float, float, float, float]  # west, south, east, north
GENK: Square = (5.40, 50.90, 5.50, 51.00)
AS: Square = (5.50, 50.90, 5.60, 51.00)  # shares Genk's eastern border

Feature = dict[str, Any]
Write = Callable[..., Path]


@pytest.fixture(autouse=True)
def _fresh_copies() -> Iterator[None]:
    """No test answers from the layers of another."""
    copies.forget()
    yield
    copies.forget()


@pytest.fixture
def demo_zone(db: None, clock: object) -> None:
    """A small generated zone for one test that also writes."""
    load_demo(addresses=600)


@pytest.fixture(scope="module")
def lasting_demo_zone(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """A generated zone for all tests of a module, which only read; none of them may ask for `db`."""
    with django_db_blocker.unblock(), transaction.atomic():
        load_demo(addresses=DEMO_ADDRESSES)
        yield
        transaction.set_rollback(True)


def ring(square: Square) -> list[list[float]]:
    west, south, east, north = square
    return [[west, south], [east, south], [east, north], [west, north], [west, south]]


def feature(square: Square | None, **properties: str) -> Feature:
    """A square with properties, or a feature without geometry."""
    geometry = {"type": "Polygon", "coordinates": [ring(square)]} if square else None
    return {"type": "Feature", "properties": properties, "geometry": geometry}


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write a GeoJSON file of features: `write("wijken.geojson", feature(…), …)`; answers the folder."""

    def do(name: str, *features: Feature, **more: Any) -> Path:
        collection = {"type": "FeatureCollection", "features": list(features), **more}
        (tmp_path / name).write_text(json.dumps(collection), encoding="utf-8")
        return tmp_path

    return do


@pytest.fixture
def two_towns(write: Write) -> Path:
    """A folder with Genk and As as neighbouring squares, one wijk each."""
    write("gemeenten.geojson", feature(GENK, nis="71016", naam="Genk"), feature(AS, nis="71002", naam="As"))
    return write(
        "wijken.geojson",
        feature(GENK, code="71016W01", naam="Genk-Centrum", nis="71016"),
        feature(AS, code="71002W01", naam="As-Dorp", nis="71002"),
    )
