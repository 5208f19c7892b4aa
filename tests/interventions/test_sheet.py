"""The sheet for on paper: to a file every five minutes, to the screen, and from the command line."""

from __future__ import annotations

import stat
from collections.abc import Callable
from datetime import timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from pytest_django import Settings
from time_machine import Traveller

from carma import clock as time_now
from carma.accounts.models import User
from carma.audit.models import Entry
from carma.incidents.models import Incident
from interventions import sheet
from interventions.contributions import renew_sheet
from interventions.models import Assignment, Team
from tests.cast import Browse

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock", "geography")]
Take = Callable[..., Incident]
URL = "/board/sheet/"


@pytest.fixture(autouse=True)
def file(tmp_path: Path, settings: Settings) -> Path:
    settings.CARMA_SHEET = str(tmp_path / "sheet.html")
    return tmp_path / "sheet.html"


def test_the_round_writes_it_and_again_after_five_minutes(
    file: Path, take: Take, assignment: Assignment, second_team: Team, clock: Traveller
) -> None:
    waiting = take("CRI-204", words="<b>ruit</b> stuk", caller_name="An Peeters", caller_phone="089 12 34 56")
    assert renew_sheet() == 1
    written = file.read_text()
    for told in (
        waiting.reference,
        "An Peeters",
        "089 12 34 56",
        assignment.incident.reference,
        "GK12",
        "BR21",
    ):
        assert told in written
    assert "&lt;b&gt;ruit" in written
    assert "za 28 mrt 23:14" in written and "<script" not in written
    assert stat.S_IMODE(file.stat().st_mode) == 0o600

    clock.shift(timedelta(minutes=4, seconds=59))
    assert renew_sheet() == 0
    clock.shift(timedelta(seconds=1))
    assert renew_sheet() == 1
    assert "za 28 mrt 23:19" in file.read_text()
    assert [each.name for each in file.parent.iterdir()] == ["sheet.html"]


def test_a_sheet_that_can_not_be_written_leaves_the_former(
    file: Path,
) -> None:
    renew_sheet()
    before = file.read_text()

    with pytest.raises(UnicodeEncodeError):
        sheet.write("half of it, then \ud800", at=time_now.now())
    assert (file.read_text(), len(list(file.parent.iterdir()))) == (before, 1)


def test_a_place_that_is_not_there_does_not_hold_up_the_round(settings: Settings) -> None:
    settings.CARMA_SHEET = "/nonexistent/sheet.html"
    assert renew_sheet() == 0


def test_the_screen_shows_it_and_that_is_recorded(
    browse: Browse, dispatcher: User, wijkinspecteur: User, policy_maker: User, incident: Incident
) -> None:
    r = browse(dispatcher).get(URL)
    assert incident.reference in r.content.decode()
    assert sheet.STYLE_HASH in r["Content-Security-Policy"]
    entry = Entry.objects.get(action="sheet.read")
    assert (entry.actor, entry.changes) == (dispatcher, {"found": [str(incident.pk)]})

    assert incident.reference not in browse(wijkinspecteur).get(URL).content.decode()
    assert browse(policy_maker).get(URL).status_code == 403


def test_it_is_printed_from_the_command_line(file: Path, incident: Incident) -> None:
    out = StringIO()
    call_command("print_sheet", stdout=out)
    assert incident.reference in out.getvalue()
    assert not file.exists()
    call_command("print_sheet", "--write", stdout=out)
    assert incident.reference in file.read_text()
