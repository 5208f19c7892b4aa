"""The clock of the simulation: real time, or a multiple of it for load."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True)
class Tempo:
    """From `start` (UTC) on, simulated time passes `speed` times as fast as real time."""

    start: datetime
    speed: float = 1.0

    def simulated(self, real: datetime) -> datetime:
        return self.start + (real - self.start) * self.speed

    def real(self, simulated: datetime) -> datetime:
        return self.start + (simulated - self.start) / self.speed

    def wait(self, seconds: float) -> timedelta:
        """How long so many simulated seconds take."""
        return timedelta(seconds=seconds / self.speed)
