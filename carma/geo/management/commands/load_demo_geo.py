from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from carma.geo import actions, demo


class Command(BaseCommand):
    help = "Load the generated geography: true municipality names, invented streets and addresses."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--addresses", type=int, default=demo.ADDRESSES, help="about how many addresses")

    def handle(self, *args: Any, **options: Any) -> None:
        for result in actions.load_demo(addresses=options["addresses"]):
            for line in result.lines():
                self.stdout.write(line)
