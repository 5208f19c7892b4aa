from __future__ import annotations

import time
from argparse import ArgumentParser, ArgumentTypeError
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import connections

from interventions.simulation.running.rounds import DatabaseGone, Simulation, database_may_go
from interventions.simulation.world import NoAddresses

PACE_S = 1.0
FASTEST_PACE_S = 0.02
RETRY_S = 2.0


class Command(BaseCommand):
    help = (
        "Play the zone: calls come in and simulated teams answer them, until Ctrl-C. "
        "130 calls a day at rate 1. What a person does at the board always goes first."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--rate", type=_positive, default=1.0, help="times 130 calls a day (default 1)")
        parser.add_argument("--seed", type=int, default=1, help="another seed invents other calls")
        parser.add_argument(
            "--speed",
            type=_positive,
            default=1.0,
            help="let everything happen so many times as fast, for load",
        )
        parser.add_argument("--for", type=_positive, dest="seconds", help="stop after so many seconds")

    def handle(self, *args: Any, **options: Any) -> None:
        told = {name: options[name] for name in ("rate", "seed", "speed")}
        seconds = options["seconds"]
        try:
            self._play(told, until=time.monotonic() + seconds if seconds else None)
        except KeyboardInterrupt:
            self.stdout.write("stopped")

    def _play(self, told: dict[str, Any], *, until: float | None) -> None:
        pace = max(FASTEST_PACE_S, PACE_S / told["speed"])
        simulation: Simulation | None = None
        is_lost = False
        while until is None or time.monotonic() < until:
            try:
                simulation = simulation or self._begin(**told)
                simulation.round()
            except DatabaseGone as error:
                connections.close_all()
                if not is_lost:
                    self.stderr.write(f"the database is gone, waiting: {error}")
                is_lost = True
                time.sleep(RETRY_S)
                continue
            if is_lost:
                self.stdout.write("the database is back")
                is_lost = False
            time.sleep(pace)

    def _begin(self, *, rate: float, seed: int, speed: float) -> Simulation:
        try:
            with database_may_go():
                simulation = Simulation(rate=rate, seed=seed, speed=speed)
        except NoAddresses as error:
            raise CommandError("the zone has no addresses yet; run load_demo first") from error
        self.stdout.write(f"playing at rate {rate:g}, seed {seed}, speed {speed:g}")
        return simulation


def _positive(text: str) -> float:
    try:
        number = float(text)
    except ValueError as error:
        raise ArgumentTypeError(f"{text!r} is no number") from error
    if not 0 < number <= 10_000:
        raise ArgumentTypeError("give a number above 0, at most 10,000")
    return number
