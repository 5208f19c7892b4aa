from __future__ import annotations

import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from carma.accounts.models import User
from carma.geo.actions import load_geography
from interventions.simulation.demo import access, history, rota, shifts, staff, teams


class Command(BaseCommand):
    help = (
        "Bring the zone to life for a demonstration: geography, people, teams, who is on duty, and three "
        "months of invented history that end now. What is there already stays as it is."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--days", type=int, default=history.DAYS, help="length of the history (default 92)"
        )
        parser.add_argument("--seed", type=int, default=1, help="another seed invents another past")

    def handle(self, *args: Any, **options: Any) -> None:
        load_geography()
        staff.create()
        teams.create()
        shifts.create(by=User.objects.get(username="team_lead"))
        turns = rota.create()
        access.create()
        self.stdout.write(
            f"{len(staff.POSTS)} people, {turns} turns of duty; logins and token in {access.path()}"
        )
        if history.exists():
            self.stdout.write("history is there already")
            return
        started = time.monotonic()
        count = history.create(seed=options["seed"], days=options["days"])
        self.stdout.write(f"{count} invented incidents in {time.monotonic() - started:.1f} s")
