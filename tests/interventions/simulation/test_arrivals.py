from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from carma import clock
from interventions.simulation.arrivals import CALLS_PER_DAY, HOUR, Arrivals, calls_per_hour, hour_of_week

MONDAY = datetime(2026, 1, 5, tzinfo=clock.ZONE)
WEEKS = 520
FORWARD, BACK = datetime(2026, 3, 29, tzinfo=clock.ZONE), datetime(2026, 10, 25, tzinfo=clock.ZONE)


def hours_between(start: datetime, end: datetime) -> Counter[int]:
    found: Counter[int] = Counter()
    hour = start.astimezone(UTC)
    while hour < end:
        found[hour_of_week(hour)] += 1
        hour += HOUR
    return found


def test_the_rates_have_the_measured_shape_and_130_calls_a_day() -> None:
    rates = calls_per_hour()

    assert len(rates) == 168
    assert sum(rates) / 7 == pytest.approx(CALLS_PER_DAY)
    assert rates[8] / rates[3] == pytest.approx(12.75 / 3.0)


def test_ten_simulated_years_come_close_to_every_hour_of_the_week() -> None:
    end = MONDAY + timedelta(weeks=WEEKS)
    found = Counter(hour_of_week(moment) for moment in Arrivals(seed=3).between(MONDAY, end))
    hours = hours_between(MONDAY, end)
    expected = [rate * hours[hour] for hour, rate in enumerate(calls_per_hour())]

    errors = [abs(found[hour] - due) / due for hour, due in enumerate(expected)]
    chi_square = sum((found[hour] - due) ** 2 / due for hour, due in enumerate(expected))
    total = sum(found.values()) / sum(expected)
    print(  # noqa: T201  the figures are what this test is for (`pytest -s`)
        f"\narrivals over {WEEKS} weeks: total {total:.4f} of expected, largest error of an hour "
        f"{max(errors):.3f}, mean {sum(errors) / 168:.3f}, chi-square {chi_square:.0f} at 168 degrees"
    )
    assert total == pytest.approx(1, abs=0.005)
    assert max(errors) < 0.10
    assert chi_square < 214  # the 99 % point at 168 degrees of freedom


def test_the_hours_are_those_of_the_clocks_on_the_wall() -> None:
    assert hour_of_week(datetime(2026, 3, 28, 22, 14, tzinfo=UTC)) == 5 * 24 + 23
    assert hour_of_week(datetime(2026, 7, 4, 22, 14, tzinfo=UTC)) == 6 * 24


def test_the_night_the_clocks_go_forward_has_no_hour_two() -> None:
    calls = list(Arrivals(rate=500, seed=1).between(FORWARD, FORWARD + timedelta(days=1)))
    by_hour = Counter(clock.local(moment).hour for moment in calls)

    assert by_hour[2] == 0
    assert by_hour[1] > 0 and by_hour[3] > 0
    assert calls == sorted(calls)


def test_the_night_the_clocks_go_back_has_hour_two_twice() -> None:
    day_after = datetime(2026, 10, 26, tzinfo=clock.ZONE)
    calls = Arrivals(rate=500, seed=1).between(BACK, day_after)
    by_hour = Counter((clock.local(moment).hour, clock.local(moment).utcoffset()) for moment in calls)
    twos = {offset: n for (hour, offset), n in by_hour.items() if hour == 2}

    assert set(twos) == {timedelta(hours=2), timedelta(hours=1)}
    assert twos[timedelta(hours=2)] == pytest.approx(twos[timedelta(hours=1)], rel=0.15)


def test_a_seed_gives_the_same_calls_wherever_one_starts() -> None:
    whole = list(Arrivals(seed=9).between(MONDAY, MONDAY + timedelta(days=2)))
    middle = MONDAY + timedelta(hours=30, minutes=20)
    later = list(Arrivals(seed=9).between(middle, MONDAY + timedelta(days=2)))

    assert later == [moment for moment in whole if moment >= middle]
    assert whole != list(Arrivals(seed=10).between(MONDAY, MONDAY + timedelta(days=2)))


def test_a_rate_of_nothing_gives_nothing() -> None:
    assert list(Arrivals(rate=0).between(MONDAY, MONDAY + timedelta(days=2))) == []
