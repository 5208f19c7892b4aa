"""Filling the zone's geography."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from django.conf import settings

from carma.geo import demo
from carma.geo.loading import folder
from carma.geo.loading.report import LayerResult
from carma.geo.models import Address


def load_geography() -> list[LayerResult]:
    """Give a zone without geography one: the folder in CARMA_GEODATA, else the generated one.

    Does nothing (and answers an empty list) when it is already there. A zone that shows the generated
    geography gets the real one as soon as CARMA_GEODATA is set. Raises `LayerRefused` when that folder
    can't be used.
    """
    live = Address.objects.filter(ended_on=None)
    if settings.GEODATA:
        loaded = live.exclude(source=folder.DEMO).exists()
        return [] if loaded else load_folder(Path(settings.GEODATA))
    return [] if live.exists() else load_demo()


def load_folder(path: Path, *, since: date | None = None) -> list[LayerResult]:
    """Load open data from a folder; see `loading.folder.load`."""
    return folder.load(path, since=since)


def load_demo(*, addresses: int = demo.ADDRESSES) -> list[LayerResult]:
    """Load the generated geography; the same number of addresses gives the same zone every time."""
    return demo.load(addresses=addresses)
