from __future__ import annotations

import os
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from carma.integration.replay import mapping
from carma.integration.replay.client import Client, NotAllowed, ServerGone
from carma.integration.replay.journal import Journal
from carma.integration.replay.player import Player, Reading, rehearse
from carma.integration.replay.report import Report
from carma.integration.replay.sender import Sender
from carma.integration.replay.sketch import sketch


class Command(BaseCommand):
    help = (
        "Feed a recorded call log of any layout through the REST API. A mapping file says what its columns "
        "mean (--sketch writes a first one); every row that is refused stands in the report with its reason. "
        "Run it again to go on where it broke off."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="the log, as CSV")
        parser.add_argument("--map", type=Path, help="the mapping file (TOML)")
        parser.add_argument("--sketch", action="store_true", help="write a first mapping file and stop")
        parser.add_argument("--dry-run", action="store_true", help="say what would happen; nothing is sent")
        pace = parser.add_mutually_exclusive_group()
        pace.add_argument(
            "--speed", type=float, help="live, so many times as fast as in the log; all happens now"
        )
        pace.add_argument(
            "--as-fast", action="store_true", help="without waiting; deeds keep the log's moments"
        )
        parser.add_argument(
            "--url", default="http://localhost:8000", help="the zone (default localhost:8000)"
        )
        parser.add_argument("--token", help="service token; better in the environment as CARMA_TOKEN")
        parser.add_argument("--report", type=Path, help="where the report goes (default FILE.report.csv)")
        parser.add_argument("--state", type=Path, help="where progress is kept (default FILE.state)")

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["file"]
        if not path.is_file():
            raise CommandError(f"there is no file {path}")
        try:
            if options["sketch"]:
                self._sketch(path, options["map"] or path.with_suffix(".toml"))
                return
            self._replay(path, options)
        except mapping.MappingRefused as error:
            raise CommandError(str(error)) from error
        except (OSError, UnicodeError, LookupError) as error:
            raise CommandError(f"{path}: {error}") from error

    def _sketch(self, path: Path, target: Path) -> None:
        if target.exists():
            raise CommandError(f"{target} is there already; name another with --map")
        target.write_text(sketch(path), encoding="utf-8")
        self.stdout.write(f"wrote {target}: look it over, then try --dry-run --map {target}")

    def _replay(self, path: Path, options: dict[str, Any]) -> None:
        if options["map"] is None:
            raise CommandError("name the mapping file with --map, or write a first one with --sketch")
        told = mapping.load(options["map"])
        report = Report(options["report"] or path.with_name(f"{path.name}.report.csv"))
        reading = Reading(path, told, report)
        try:
            if options["dry_run"]:
                self._rehearse(reading, report)
            else:
                self._play(reading, report, told, options)
        finally:
            report.close()
            self.stdout.write("\n".join([*report.summary(), f"report: {report.path}"]))

    def _rehearse(self, reading: Reading, report: Report) -> None:
        for told in rehearse(reading, report):
            steps = ", ".join(f"{step.verb} {step.at:%Y-%m-%d %H:%M:%S}Z" for step in told.steps)
            self.stdout.write(f"{told.key}: {steps}")

    def _play(self, reading: Reading, report: Report, told: mapping.Map, options: dict[str, Any]) -> None:
        token = options["token"] or os.environ.get("CARMA_TOKEN", "")
        if not token:
            raise CommandError("give a service token with --token or in CARMA_TOKEN")
        speed = options["speed"]
        if speed is not None and not 0 < speed < float("inf"):
            raise CommandError("--speed: give a number above 0")
        try:
            client = Client(options["url"], token, tell=self.stderr.write)
        except ValueError as error:
            raise CommandError(f"--url: {error}") from error
        journal = Journal(options["state"] or reading.path.with_name(f"{reading.path.name}.state"))
        sender = Sender(client, told, keeps_moments=speed is None)
        player = Player(reading, sender, journal, report)
        try:
            sender.begin()
            if speed is None:
                player.as_fast_as_it_goes()
            else:
                player.paced(speed)
        except NotAllowed as error:
            raise CommandError(f"the zone refuses: {error}") from error
        except ServerGone as error:
            raise CommandError(f"the server stayed away ({error}); run the same again to go on") from error
        except KeyboardInterrupt:
            self.stderr.write("stopped; run the same again to go on")
        finally:
            journal.close()
            client.close()
