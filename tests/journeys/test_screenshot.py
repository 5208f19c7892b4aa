"""The board on an invented evening; with CARMA_SCREENSHOTS=1 the README's picture of it is made anew."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from django.conf import settings
from playwright.sync_api import expect

from carma import clock
from carma.accounts.models import User
from carma.actionfields.models import IncidentType
from carma.geo import actions as geography
from carma.geo import copies
from carma.geo.models import Address
from carma.incidents.actions import CallTold, PlaceTold, queue, take_call
from carma.incidents.models import Incident
from carma.timers.engine import run_round
from interventions import actions as dispatch
from interventions.models import Team
from interventions.simulation.demo import teams
from tests.browser import BrowserPage, axe
from tests.cast import Member
from tests.events.streaming import InThread
from tests.journeys.conftest import MS, is_live

pytestmark = pytest.mark.journey

PICTURE = settings.BASE_DIR / "docs" / "screenshots" / "board.png"

# Minutes ago, type, what was said, and what the teams did since.
EVENING: tuple[tuple[float, str, str, tuple[str, ...]], ...] = (
    (41, "VKR-103", "Aanrijding met twee wagens, één bestuurder klaagt over de nek", ("arrive", "arrive")),
    (24, "CRI-205", "Kwamen thuis en vonden de achterdeur open, kasten doorzocht", ("arrive",)),
    (17, "ORD-106", "Luide muziek en geroep in de tuin, al sinds acht uur", ()),
    (13, "CRI-107", "Buurvrouw hoort ruzie en glas breken, er zijn kinderen in huis", ("depart",)),
    (9, "HLP-108", "Dochter krijgt haar vader van 81 niet aan de lijn", ("depart",)),
    (6, "ORD-106", "Feestje op het plein, flessen op straat", ()),
    (5, "VKR-104", "Wagen tegen paal, niemand gewond", ("accept",)),
    (3, "CRI-204", "Twee mannen in de tuin van de buren, ze prutsen aan de schuifdeur", ()),
    (1, "", "Beller onduidelijk, roept om hulp, de lijn valt weg", ()),
)


@pytest.fixture
def evening(member: Member, committed: None) -> Iterator[User]:
    """Calls and teams over the generated zone; answers the dispatcher who took them."""
    geography.load_demo(addresses=600)
    teams.create()
    dispatcher = member("nele.vliet", "dispatcher")
    dispatcher.first_name, dispatcher.last_name = "Nele", "Vliet"
    dispatcher.save(update_fields=["first_name", "last_name"])
    _begin_shift(dispatcher)
    houses = iter(Address.objects.order_by("source_id")[::257])
    free = iter(Team.objects.order_by("sector", "call_sign"))
    for minutes, code, words, deeds in EVENING:
        with time_machine.travel(clock.now() - timedelta(minutes=minutes)) as traveller:
            incident = _call(dispatcher, code, words, next(houses))
            for deed in deeds:
                traveller.shift(timedelta(minutes=min(minutes / 4, 3)))
                _send(next(free), incident, deed, dispatcher, traveller)
    waiting = Incident.objects.filter(status="qualified").order_by("received_at").first()
    assert waiting is not None
    queue(
        waiting, deferred_reason="dringender werk eerst, binnen het uur", told_at=clock.now(), by=dispatcher
    )
    for _ in ("warn", "escalate"):
        run_round("test")
    yield dispatcher
    copies.forget()


def _begin_shift(by: User) -> None:
    """The teams came on one after the other, some hours ago."""
    for number, team in enumerate(Team.objects.order_by("call_sign")):
        with time_machine.travel(clock.now() - timedelta(hours=3, minutes=7 * number)):
            team.go_out_of_service(by=by)
            team.come_back(by=by)


def _call(by: User, code: str, words: str, house: Address) -> Incident:
    kind = IncidentType.objects.select_related("default_priority").get(code=code) if code else None
    place = PlaceTold(f"{house.label}, {house.postcode}", house.lat, house.lon, house.pk) if kind else None
    return take_call(CallTold(words=words), by=by, type=kind, place=place)


def _send(team: Team, incident: Incident, deed: str, by: User, traveller: time_machine.Traveller) -> None:
    assignment = dispatch.assign(team, incident, by=by)
    for verb in ("accept", "depart", "arrive"):
        traveller.shift(timedelta(seconds=40))
        getattr(dispatch, verb)(assignment, by=by)
        if verb == deed:
            break


def test_the_board_of_an_evening(
    evening: User, stream: InThread, browser_page: BrowserPage, tmp_path: Path
) -> None:
    page = browser_page(evening, "/board/")
    is_live(page)
    expect(page.locator("#queue-rows .row-work")).to_have_count(4, timeout=MS)
    expect(page.locator("#running-rows .work")).to_have_count(5, timeout=MS)
    expect(page.locator("[data-alarm]")).not_to_have_count(0, timeout=MS)
    expect(page.locator(".map-mark")).not_to_have_count(0, timeout=MS)
    page.locator("[data-sound-start]").click()
    expect(page.locator(".toast-line")).to_have_count(0, timeout=MS)
    assert axe(page) == []
    picture = PICTURE if os.environ.get("CARMA_SCREENSHOTS") else tmp_path / "board.png"
    picture.parent.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=picture, caret="initial")

    assert picture.stat().st_size > 50_000
