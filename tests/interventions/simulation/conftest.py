from __future__ import annotations

from collections.abc import Iterator

import pytest
import time_machine

from carma.geo.models import Address, Street
from interventions.simulation.demo import rota, staff, teams
from tests.cast import BREE_BOX, GENK_BOX, START

HOUSES = 40


@pytest.fixture
def zone(geography: None) -> Iterator[time_machine.Traveller]:
    """A street in each of two municipalities, and a clock that stands still."""
    for nis, sector, (west, south, east, north) in (
        ("71016", "GENK", GENK_BOX),
        ("72004", "NOORD", BREE_BOX),
    ):
        street = Street.objects.create(
            municipality=nis, postcode="3600", name="Demostraat", key="demostraat", live=HOUSES
        )
        Address.objects.bulk_create(
            Address(
                street="Demostraat",
                street_ref=street,
                number=str(number),
                number_key=str(number),
                number_int=number,
                postcode="3600",
                municipality=nis,
                lat=south + (north - south) * number / (HOUSES + 1),
                lon=west + (east - west) * number / (HOUSES + 1),
                sector=sector,
                wijk=f"{sector}-1",
                source="test",
                source_id=f"{nis}-{number}",
            )
            for number in range(1, HOUSES + 1)
        )
    with time_machine.travel(START, tick=False) as traveller:
        yield traveller


@pytest.fixture
def manned(zone: time_machine.Traveller) -> time_machine.Traveller:
    """The same with teams on shift and people on duty; answers the clock."""
    staff.create()
    teams.create()
    rota.create()
    return zone
