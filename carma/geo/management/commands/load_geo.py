from __future__ import annotations

from argparse import ArgumentParser
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from carma.errors import InvalidInput
from carma.geo import actions


class Command(BaseCommand):
    help = "Load municipalities, sectors, wijken and addresses from a folder of open data."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path)
        parser.add_argument(
            "--since",
            type=date.fromisoformat,
            help="day from which changed borders hold, such as 2027-01-01 (default: today)",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            results = actions.load_folder(options["folder"], since=options["since"])
        except InvalidInput as refusal:
            raise CommandError(refusal.detail) from refusal
        for result in results:
            for line in result.lines():
                self.stdout.write(line)
        failed = [result.layer for result in results if result.failure]
        if failed:
            raise CommandError(f"Not loaded: {', '.join(failed)}.")
