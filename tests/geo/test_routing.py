"""Travel times from an engine that is really asked over HTTP, and without it."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
from pytest_django import Settings

from carma.geo import routing
from carma.geo.metres import Point, distance_m, moved
from carma.geo.routing import Straight, trips
from tests.geo import engine as engines
from tests.geo.engine import Engine

END = Point(50.9678, 5.4887)
ESTIMATE = Straight(winding=1.5, speed_kmh=60)
NEAR, FAR = moved(END, north_m=1000, east_m=0), moved(END, north_m=0, east_m=6000)


@pytest.fixture
def engine(settings: Settings) -> Iterator[Engine]:
    with engines.running(settings) as running:
        yield running


def test_without_an_engine_a_drive_winds_and_has_an_average_speed() -> None:
    near, far = trips([NEAR, FAR], END, estimate=ESTIMATE)

    assert (near.by_road, far.by_road) == (False, False)
    assert near.seconds == pytest.approx(90, abs=1), "a kilometre, half as much again, at one a minute"
    assert far.seconds == pytest.approx(540, abs=3)


def test_the_engine_is_asked_once_for_all(engine: Engine) -> None:
    near, far = trips([NEAR, FAR], END, estimate=ESTIMATE)

    assert (near.by_road, far.by_road) == (True, True)
    assert near.seconds == pytest.approx(120, abs=1)
    assert far.seconds == pytest.approx(720, abs=3)
    assert far.distance_m == pytest.approx(6000, abs=5)
    ((first, _second),) = engine.asked
    assert distance_m(first, NEAR) < 1


def test_where_no_road_leads_it_is_estimated(engine: Engine) -> None:
    engine.nowhere = {0}
    near, far = trips([NEAR, FAR], END, estimate=ESTIMATE)

    assert (near.by_road, far.by_road) == (False, True)


def test_of_many_the_nearest_are_asked(engine: Engine) -> None:
    starts = [moved(END, north_m=100 * (200 - number), east_m=0) for number in range(200)]
    found = trips(starts, END, estimate=ESTIMATE)

    assert [trip.by_road for trip in found] == [False] * 101 + [True] * 99
    assert [len(asked) for asked in engine.asked] == [99]


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (500, b"oops"),
        (200, b"<html>"),
        (200, b'{"code": "Ok"}'),
        (200, b'{"durations": [[60]]}'),
        (200, b'{"durations": [["soon"], [60]]}'),
        (400, b'{"code": "TooBig"}'),
    ],
)
def test_an_answer_of_no_use_leaves_the_estimate_and_the_engine_rests(
    engine: Engine, status: int, body: bytes
) -> None:
    engine.status, engine.body = status, body
    first = trips([NEAR, FAR], END, estimate=ESTIMATE)
    engine.status, engine.body = 200, None

    assert [trip.by_road for trip in first + trips([NEAR], END, estimate=ESTIMATE)] == [False] * 3
    assert len(engine.asked) == 1, "it was left alone"
    routing.wake()
    assert trips([NEAR], END, estimate=ESTIMATE)[0].by_road


def test_a_slow_engine_costs_its_time_once(engine: Engine) -> None:
    engine.waits_s = 0.6
    begun = time.perf_counter()
    first = trips([NEAR], END, estimate=ESTIMATE)
    took = time.perf_counter() - begun

    assert not first[0].by_road
    assert routing.TIMEOUT_S <= took < engine.waits_s


def test_an_engine_that_is_away_is_no_error(settings: Settings) -> None:
    settings.ROUTING_URL = "http://127.0.0.1:9/"
    routing.wake()
    try:
        assert not trips([NEAR], END, estimate=ESTIMATE)[0].by_road
    finally:
        routing.wake()
