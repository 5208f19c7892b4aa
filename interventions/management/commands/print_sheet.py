from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from carma import clock
from interventions import sheet


class Command(BaseCommand):
    help = "Print the sheet of open incidents and teams as HTML, or write it anew where it stands."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--write", action="store_true", help="write the file and print its path")

    def handle(self, *args: Any, **options: Any) -> None:
        at = clock.now()
        made = sheet.whole(at=at)
        if options["write"]:
            sheet.write(made, at=at)
            made = str(sheet.path())
        self.stdout.write(made)
