from __future__ import annotations

from carma.events.deliveries import deliver_owed
from carma.registry import each_round
from carma.timers.actions import run_due


@each_round
def fire_timers() -> int:
    return run_due()


@each_round
def run_deliveries() -> int:
    return deliver_owed()
