from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from carma.integration.replay import mapping, moments
from carma.integration.replay.course import course
from carma.integration.replay.rows import read
from carma.integration.replay.telling import NotTold, Teller, Told
from tests.integration import logs

NEW_YORK = ZoneInfo("America/New_York")


@pytest.fixture
def told(tmp_path: Path) -> dict[str, Told | NotTold]:
    """What came of each trap, by its name."""
    teller = Teller(mapping.load(logs.write_mapping(tmp_path)))
    rows = read(logs.write(tmp_path))
    return {name: teller.tell(row) for (name, _), row in zip(logs.rows(), rows, strict=True)}


def the(told: Told | NotTold) -> Told:
    assert isinstance(told, Told), told
    return told


def verbs(told: Told | NotTold) -> list[str]:
    return [step.verb for step in the(told).steps]


def codes(told: Told | NotTold) -> set[str]:
    return {remark.code for remark in told.remarks} if isinstance(told, Told) else {told.code}


def at(told: Told | NotTold, verb: str) -> datetime:
    return next(step.at for step in the(told).steps if step.verb == verb)


@pytest.mark.parametrize("trap", logs.TRAPS, ids=[trap.name for trap in logs.TRAPS])
def test_no_trap_is_swallowed(told: dict[str, Told | NotTold], trap: logs.Trap) -> None:
    found = codes(told[trap.name])

    assert trap.code in found if trap.code else found == set()


def test_the_usual_row_tells_call_team_and_end(told: dict[str, Told | NotTold]) -> None:
    usual = the(told["usual"])

    assert verbs(usual) == ["take", "assign", "depart", "arrive", "clear", "finish"]
    assert usual.steps[0].body == {
        "channel": "cic_112",
        "words": "Invented",
        "priority": 2,
        "type": "VKR-102",
        "import_key": "demo-cad:POLICE:25-00003",
        "received_at": "2025-11-03T15:00:00+00:00",
        "place": {"label": "Demostraat 1", "lat": 50.96781, "lon": 5.48872},
    }
    assert at(usual, "depart") == datetime(2025, 11, 3, 15, 1, 33, 456700, tzinfo=UTC)
    assert usual.steps[-1].body == {"result": "nothing_found", "otherwise": True}


def test_moments_are_in_order_whatever_the_row_says(told: dict[str, Told | NotTold]) -> None:
    for name, one in told.items():
        if isinstance(one, Told):
            order = [step.at for step in one.steps]
            assert order == sorted(order), name


def test_an_interval_across_the_clock_change_is_not_negative(told: dict[str, Told | NotTold]) -> None:
    night = told["across the clock change"]

    assert at(night, "assign") - at(night, "take") == timedelta(minutes=14)
    assert at(night, "clear") - at(night, "arrive") == timedelta(minutes=55)
    assert "negative_interval" not in codes(night)


def test_a_missing_arrival_ends_with_the_team_called_back(told: dict[str, Told | NotTold]) -> None:
    assert verbs(told["missing arrival"]) == ["take", "assign", "depart", "abort", "cancel"]
    assert verbs(told["missing as a number"]) == ["take", "assign", "abort", "cancel"]


def test_without_a_team_it_is_cancelled_with_its_reason(told: dict[str, Told | NotTold]) -> None:
    alone = the(told["no team sent"])

    assert verbs(alone) == ["take", "cancel"]
    assert alone.steps[1].body == {"cancelled_because": "advice_by_phone", "reason": "log: ADVISED"}


def test_a_close_before_the_arrival_is_told_as_sent_twice(told: dict[str, Told | NotTold]) -> None:
    early = told["first close before arrival"]

    assert verbs(early) == ["take", "assign", "depart", "abort", "assign", "arrive", "clear", "finish"]
    assert verbs(told["first close before anyone was sent"])[1:4] == ["cancel", "reopen_to_queue", "assign"]


def test_a_document_stays_where_it_is(told: dict[str, Told | NotTold]) -> None:
    ending = the(told["a result with a document"]).steps[-1]

    assert ending.body["result"] == "pv"
    assert ending.body["no_pv_reason"]


def test_an_own_observation_keeps_its_zero_intervals(told: dict[str, Told | NotTold]) -> None:
    own = the(told["own observation"])

    assert own.steps[0].body["channel"] == "own_initiative"
    assert at(own, "arrive") == at(own, "take")


def test_without_a_fallback_a_row_without_place_is_refused(tmp_path: Path) -> None:
    path = logs.write_mapping(tmp_path, logs.MAPPING.replace("fallback =", "# fallback ="))
    teller = Teller(mapping.load(path))
    found = {
        name: teller.tell(row) for (name, _), row in zip(logs.rows(), read(logs.write(tmp_path)), strict=True)
    }

    assert codes(found["no address and no point"]) == {"no_place"}
    assert isinstance(found["no address and no point"], NotTold)


def test_whole_weeks_move_every_moment_and_keep_the_intervals(tmp_path: Path) -> None:
    path = logs.write_mapping(tmp_path, logs.MAPPING.replace("[agencies]", "shift_weeks = 20\n[agencies]"))
    row = next(iter(read(logs.write(tmp_path))))
    moved, usual = (
        the(Teller(mapping.load(path)).tell(row)),
        the(Teller(mapping.load(logs.write_mapping(tmp_path))).tell(row)),
    )

    assert {m.at - u.at for m, u in zip(moved.steps, usual.steps, strict=True)} == {timedelta(weeks=20)}


def test_a_reopening_is_told_as_one() -> None:
    start = datetime(2026, 1, 1, tzinfo=UTC)
    names = ("received", "assigned", "on_scene", "cleared", "reopened", "closed")
    legs, remarks = course({name: start + timedelta(minutes=n) for n, name in enumerate(names)})

    assert [verb for verb, _ in legs] == ["assign", "arrive", "clear", "finish", "reopen", "finish"]
    assert [remark.code for remark in remarks] == ["reopened"]


@pytest.mark.parametrize(
    ("written", "after", "settled"),
    [
        ("2025-07-01T10:00:00", None, "2025-07-01T14:00:00+00:00"),
        ("2025-11-02T01:30:00", None, "2025-11-02T05:30:00+00:00"),
        ("2025-11-02T01:30:00", "2025-11-02T05:45:00+00:00", "2025-11-02T06:30:00+00:00"),
        ("2025-03-09T02:30:00", None, "2025-03-09T07:30:00+00:00"),
        ("2025-11-02T01:30:00-05:00", None, "2025-11-02T06:30:00+00:00"),
    ],
)
def test_a_local_time_becomes_one_moment(written: str, after: str | None, settled: str) -> None:
    parsed = moments.parse(written, ())
    assert parsed is not None
    found = moments.settle(parsed, NEW_YORK, after=datetime.fromisoformat(after) if after else None)

    assert found == datetime.fromisoformat(settled)
