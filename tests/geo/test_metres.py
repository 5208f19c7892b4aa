from __future__ import annotations

from math import cos, radians, sin, sqrt

import pytest

from carma.geo.metres import ECCENTRICITY_2, SEMI_MAJOR_M, distance_m, moved

GENK = (50.9678, 5.4887)


def geodesic_m(a: tuple[float, float], b: tuple[float, float]) -> float:
    """Another way to the same figure: through the earth in a straight line, then bent back over it."""
    chord = sqrt(sum((p - q) ** 2 for p, q in zip(_from_the_centre(a), _from_the_centre(b), strict=True)))
    return chord * (1 + (chord / SEMI_MAJOR_M) ** 2 / 24)


def _from_the_centre(point: tuple[float, float]) -> tuple[float, float, float]:
    lat, lon = radians(point[0]), radians(point[1])
    radius = SEMI_MAJOR_M / sqrt(1 - ECCENTRICITY_2 * sin(lat) ** 2)
    flat = radius * cos(lat)
    return flat * cos(lon), flat * sin(lon), radius * (1 - ECCENTRICITY_2) * sin(lat)


@pytest.mark.parametrize(
    ("there", "within_m"),
    [((50.9679, 5.4888), 0.001), ((51.0092, 5.5889), 0.01), ((51.1522, 5.7696), 0.1), ((50.9678, 5.95), 0.1)],
)
def test_it_agrees_with_the_ellipsoid(there: tuple[float, float], within_m: float) -> None:
    assert distance_m(GENK, there) == pytest.approx(geodesic_m(GENK, there), abs=within_m)


def test_a_point_moved_lies_that_far_away() -> None:
    assert distance_m(GENK, moved(GENK, north_m=300, east_m=400)) == pytest.approx(500, abs=0.1)


def test_a_point_is_nowhere_from_itself() -> None:
    assert distance_m(GENK, GENK) == 0
