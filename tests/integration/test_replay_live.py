from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core.management import CommandError, call_command
from pytest_django.live_server_helper import LiveServer

from carma import clock
from carma.accounts.models import User
from carma.api import tokens
from carma.geo import copies
from carma.geo.models import Address, Street
from carma.incidents.models import Call, Incident
from carma.integration.replay import mapping
from carma.integration.replay.client import Answer, Client, ServerGone
from carma.integration.replay.journal import Journal
from carma.integration.replay.player import Player, Reading
from carma.integration.replay.report import Report
from carma.integration.replay.sender import Sender
from interventions.models import Assignment, Team
from tests.cast import START, Member
from tests.integration import logs

TOLD = sum(
    trap.code not in {"unknown_type", "other_agency", "no_number", "no_received"} for trap in logs.TRAPS
)
LONG_AGO = START - timedelta(days=500)
Replay = Callable[..., str]


@pytest.fixture
def token(committed: None, geography: None, member: Member) -> Iterator[str]:
    """A service token for dispatch and field work, in a zone with two teams."""
    with time_machine.travel(START, tick=False):
        owner = member("import", "dispatcher", "team_lead")
        for call_sign in ("Genk 01", "Genk 02"):
            Team.objects.create(call_sign=call_sign, base="Genk", sector="GENK", status_since=LONG_AGO)
        _row, raw = tokens.make(
            User.objects.get(pk=owner.pk),
            name="replay",
            scopes=owner.role_permissions,
            expires_at=clock.now() + timedelta(days=30),
            by=None,
        )
        yield raw


@pytest.fixture
def replay(live_server: LiveServer, token: str, tmp_path: Path) -> Replay:
    """Run the command on the log with every trap; answers what it wrote."""
    log, told = logs.write(tmp_path), logs.write_mapping(tmp_path)

    def run(*options: str) -> str:
        out = StringIO()
        call_command(
            "replay",
            str(log),
            f"--map={told}",
            f"--url={live_server.url}",
            f"--token={token}",
            *options,
            stdout=out,
        )
        return out.getvalue()

    return run


def header_and_usual() -> list[str]:
    lines = logs.text().splitlines()
    return [lines[0], lines[1 + [trap.name for trap in logs.TRAPS].index("usual")]]


def report(folder: Path) -> list[dict[str, str]]:
    with (folder / "calls.csv.report.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def the(name: str) -> Incident:
    number = next(n for n, trap in enumerate(logs.TRAPS, start=1) if trap.name == name)
    return Call.objects.get(import_key=f"demo-cad:POLICE:25-{number:05}").incident


def test_every_row_is_told_at_its_moments_or_stands_in_the_report(replay: Replay, tmp_path: Path) -> None:
    out = replay("--as-fast")
    rows = report(tmp_path)
    named = {trap.code for trap in logs.TRAPS if trap.code}

    assert Incident.objects.count() == TOLD
    assert f"{len(logs.TRAPS)} rows" in out
    assert named <= {row["code"] for row in rows}
    assert {row["outcome"] for row in rows} == {"told with remarks", "refused", "left out"}
    assert Counter(row["code"] for row in rows if row["outcome"] == "refused") == {
        "unknown_type": 1,
        "no_number": 1,
        "no_received": 1,
    }
    usual = the("usual")
    assert usual.status == Incident.Status.CLOSED
    assert usual.received_at.isoformat() == "2025-11-03T15:00:00+00:00"
    assert usual.on_scene_at is not None and usual.qualified_at is not None and usual.closed_at is not None
    assert usual.qualified_at - usual.received_at == timedelta(seconds=40)
    assert usual.on_scene_at - usual.received_at == timedelta(minutes=6)
    assert usual.closed_at - usual.received_at == timedelta(minutes=55)
    assert the("across the clock change").closed_at.isoformat() == "2025-11-02T07:20:00+00:00"  # type: ignore[union-attr]
    assert the("missing arrival").status == Incident.Status.CANCELLED
    assert the("never closed").status == Incident.Status.ON_SCENE
    assert the("a result with a document").result == Incident.Result.PV
    assert the("first close before arrival").assignments.count() == 2


def test_a_second_time_tells_nothing_again(replay: Replay, tmp_path: Path) -> None:
    replay("--as-fast")
    before = (Incident.objects.count(), Assignment.objects.count(), Call.objects.count())
    out = replay("--as-fast")
    (tmp_path / "calls.csv.state").unlink()
    replay("--as-fast")

    assert f"told before: {TOLD}" in out
    assert (Incident.objects.count(), Assignment.objects.count(), Call.objects.count()) == before


def test_after_breaking_off_it_goes_on_where_it_was(replay: Replay, monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[str] = []
    post = Client.post

    def breaks_off(client: Client, path: str, body: Any, *, key: str) -> Answer:
        sent.append(key)
        if len(sent) == 40:
            raise ServerGone("no connection")
        return post(client, path, body, key=key)

    monkeypatch.setattr(Client, "post", breaks_off)
    with pytest.raises(CommandError, match="run the same again"):
        replay("--as-fast")
    told = Incident.objects.count()
    replay("--as-fast")

    assert 0 < told < TOLD
    assert Incident.objects.count() == TOLD
    assert the("never closed").status == Incident.Status.ON_SCENE
    assert Assignment.objects.filter(incident=the("usual")).count() == 1
    assert len(sent) == len(set(sent)) + 1  # only the one that was lost was sent again


def test_a_dry_run_sends_nothing(replay: Replay, tmp_path: Path) -> None:
    out = replay("--dry-run")

    assert Incident.objects.count() == 0
    assert "demo-cad:POLICE:25-00003: take 2025-11-03 15:00:40Z, assign" in out
    assert {row["code"] for row in report(tmp_path)} >= {"unknown_type", "clock_change", "no_arrival"}
    assert not (tmp_path / "calls.csv.state").exists()


def test_at_a_pace_everything_happens_now_and_as_far_apart_as_in_the_log(
    live_server: LiveServer, token: str, tmp_path: Path
) -> None:
    log = tmp_path / "two.csv"
    log.write_text("\n".join(header_and_usual()) + "\n", encoding="utf-8")
    told = mapping.load(logs.write_mapping(tmp_path))
    waits: list[float] = []
    client = Client(live_server.url, token)
    sender = Sender(client, told, keeps_moments=False)
    sender.begin()
    written, journal = Report(tmp_path / "report.csv"), Journal(tmp_path / "state")
    player = Player(
        Reading(log, told, written), sender, journal, written, now=lambda: sum(waits), sleep=waits.append
    )
    player.paced(speed=60)
    for one in (client, written, journal):
        one.close()

    incident = Incident.objects.get()
    assert incident.status == Incident.Status.CLOSED
    assert incident.received_at == incident.on_scene_at == START
    assert sum(waits) == pytest.approx((54 * 60 + 20) / 60, abs=0.1)


def test_a_place_outside_the_zone_is_told_at_the_fallback(
    live_server: LiveServer, token: str, tmp_path: Path
) -> None:
    log = tmp_path / "calls.csv"
    log.write_text("\n".join(header_and_usual()).replace("50.96781", "40.71280") + "\n", encoding="utf-8")
    with_fallback = logs.write_mapping(tmp_path)
    options = [str(log), f"--url={live_server.url}", f"--token={token}"]
    call_command("replay", *options, f"--map={with_fallback}", stdout=StringIO())

    assert Incident.objects.get().place == "Demoplein, Genk"
    assert [row["code"] for row in report(tmp_path)] == ["place_outside_zone"]


def test_an_address_without_a_point_is_looked_up_in_the_zone(
    live_server: LiveServer, token: str, tmp_path: Path
) -> None:
    street = Street.objects.create(
        municipality="71016",
        postcode="3600",
        name="Demostraat",
        key="demostraat",
        lat=50.97,
        lon=5.49,
        live=1,
    )
    house = Address.objects.create(
        street="Demostraat",
        street_ref=street,
        postcode="3600",
        municipality="71016",
        number="1",
        number_key="1",
        number_int=1,
        lat=50.971,
        lon=5.491,
        source="test",
        source_id="1",
    )
    copies.forget()
    header, usual = header_and_usual()
    unknown = usual.replace("25-00003", "25-99999").replace("Demostraat 1", "Nergensstraat 7")
    log = tmp_path / "calls.csv"
    lines = [line.replace("50.96781,5.48872", "NULL,NULL") for line in (header, usual, unknown)]
    log.write_text("\n".join(lines) + "\n", encoding="utf-8")
    mapped = logs.write_mapping(tmp_path)
    call_command(
        "replay",
        str(log),
        f"--map={mapped}",
        f"--url={live_server.url}",
        f"--token={token}",
        stdout=StringIO(),
    )

    assert Incident.objects.get(calls__import_key__endswith="00003").address_id == house.pk
    assert Incident.objects.get(calls__import_key__endswith="99999").place == "Demoplein, Genk"
    assert [row["code"] for row in report(tmp_path)] == ["address_unknown"]


def test_a_duplicate_number_is_refused_and_a_repeated_row_left_out(
    live_server: LiveServer, token: str, tmp_path: Path
) -> None:
    lines = header_and_usual()
    log = tmp_path / "calls.csv"
    log.write_text(
        "\n".join([*lines, lines[1], lines[1].replace("MVC INJURY", "TRAFFIC STOP")]) + "\n", encoding="utf-8"
    )
    mapped = logs.write_mapping(tmp_path)
    call_command(
        "replay",
        str(log),
        f"--map={mapped}",
        f"--url={live_server.url}",
        f"--token={token}",
        stdout=StringIO(),
    )

    assert Incident.objects.count() == 1
    assert [(row["line"], row["code"]) for row in report(tmp_path)] == [
        ("3", "repeated_row"),
        ("4", "duplicate_number"),
    ]


def test_a_refused_token_and_a_missing_file_are_told_in_a_sentence(
    live_server: LiveServer, token: str, tmp_path: Path
) -> None:
    log, told = logs.write(tmp_path), logs.write_mapping(tmp_path)
    with pytest.raises(CommandError, match="the zone refuses"):
        call_command(
            "replay",
            str(log),
            f"--map={told}",
            f"--url={live_server.url}",
            "--token=wrong",
            stdout=StringIO(),
        )
    with pytest.raises(CommandError, match="there is no file"):
        call_command("replay", str(tmp_path / "none.csv"), f"--map={told}")
    with pytest.raises(CommandError, match="name the mapping file"):
        call_command("replay", str(log))
