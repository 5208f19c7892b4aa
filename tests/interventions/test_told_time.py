"""A time of day, told over the radio, becomes a moment: also in the nights the clocks change."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
import time_machine

from carma.errors import InvalidInput
from interventions.forms import HowForm

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


def moment(told: str, *, now: datetime) -> datetime | None:
    with time_machine.travel(now, tick=False):
        at: datetime | None = HowForm({"at": told}).how(since=LONG_AGO)["at"]
    return at


def test_nothing_told_is_now() -> None:
    assert moment("", now=datetime(2026, 3, 28, 22, 14, tzinfo=UTC)) is None


@pytest.mark.parametrize("told", ["23:05", "23:05:00", "23h05"])
def test_it_is_the_last_time_it_was_so_late(told: str) -> None:
    now = datetime(2026, 3, 28, 22, 14, tzinfo=UTC)  # 23:14 in Brussels

    assert moment(told, now=now) == datetime(2026, 3, 28, 22, 5, tzinfo=UTC)


def test_after_midnight_it_was_yesterday() -> None:
    now = datetime(2026, 3, 28, 23, 10, tzinfo=UTC)  # 00:10 on the 29th

    assert moment("23:50", now=now) == datetime(2026, 3, 28, 22, 50, tzinfo=UTC)


def test_a_clock_that_runs_a_minute_ahead_is_believed() -> None:
    now = datetime(2026, 3, 28, 22, 14, 30, tzinfo=UTC)

    assert moment("23:15", now=now) == datetime(2026, 3, 28, 22, 15, tzinfo=UTC)


def test_an_hour_that_was_skipped_is_of_the_night_before() -> None:
    now = datetime(2026, 3, 29, 1, 20, tzinfo=UTC)  # 03:20, twenty minutes after 01:59

    assert moment("02:30", now=now) == datetime(2026, 3, 28, 1, 30, tzinfo=UTC)
    assert moment("01:50", now=now) == datetime(2026, 3, 29, 0, 50, tzinfo=UTC)


def test_an_hour_that_comes_twice_is_the_later() -> None:
    once = datetime(2026, 10, 25, 0, 40, tzinfo=UTC)  # 02:40, still summer time
    twice = datetime(2026, 10, 25, 1, 40, tzinfo=UTC)  # 02:40 again, winter time

    assert moment("02:30", now=once) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    assert moment("02:30", now=twice) == datetime(2026, 10, 25, 1, 30, tzinfo=UTC)


@pytest.mark.parametrize("told", ["25:00", "kwart na", "12", "23:05:61"])
def test_what_is_no_time_is_refused(told: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        moment(told, now=datetime(2026, 3, 28, 22, 14, tzinfo=UTC))
    assert refused.value.field == "at"
