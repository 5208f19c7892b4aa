"""When calls come in: a Poisson stream whose rate follows the measured hours of the week."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from carma import clock
from interventions.simulation import reference
from interventions.simulation.dice import seeded

CALLS_PER_DAY = 130  # at rate 1: what a zone of 183,000 inhabitants registers
HOUR = timedelta(hours=1)


def hour_of_week(moment: datetime) -> int:
    """0 is Monday 00:00 to 01:00 on the clocks of the zone."""
    local = clock.local(moment)
    return local.weekday() * 24 + local.hour


def calls_per_hour() -> list[float]:
    """The 168 hourly rates at rate 1: the measured shape, scaled to CALLS_PER_DAY."""
    measured = [0.0] * 168
    for row in reference.rows("rate_by_hour_of_week.csv"):
        measured[int(row["weekday_0_monday"]) * 24 + int(row["hour"])] = float(row["calls_per_hour"])
    scale = CALLS_PER_DAY * 7 / sum(measured)
    return [rate * scale for rate in measured]


class Arrivals:
    """The moments of all calls, the same for a seed wherever one starts to look.

    Every hour that really passes has its own draw by the local hour it falls in, so the night
    the clocks go back has two hours "02" and the one they go forward has none.
    """

    def __init__(self, *, rate: float = 1, seed: int = 0) -> None:
        self.seed = seed
        self.per_hour = [rate * hourly for hourly in calls_per_hour()]

    def between(self, start: datetime, end: datetime) -> Iterator[datetime]:
        """Moments in UTC, in order, from `start` up to but not including `end`."""
        hour = start.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
        while hour < end:
            yield from (moment for moment in self._within(hour) if start <= moment < end)
            hour += HOUR

    def _within(self, hour: datetime) -> Iterator[datetime]:
        rate = self.per_hour[hour_of_week(hour)]
        dice = seeded(self.seed, "arrivals", hour.isoformat())
        elapsed = dice.expovariate(rate) if rate else 1.0
        while elapsed < 1:
            yield hour + elapsed * HOUR
            elapsed += dice.expovariate(rate)
