from __future__ import annotations

import logging
import time
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import Error, connection

from carma.timers.engine import run_round

log = logging.getLogger(__name__)


class Command(BaseCommand):
    help = (
        "Run the engine's round every two seconds, without Redis: what the Celery tick missed is done here."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--every", type=float, default=2.0, help="seconds between rounds")

    def handle(self, *args: Any, **options: Any) -> None:
        while True:
            started = time.monotonic()
            try:
                run_round("watchdog")
            except Error as error:
                log.warning("database not reachable, trying again: %s", str(error).strip().splitlines()[0])
                connection.close()
            time.sleep(max(0.0, options["every"] - (time.monotonic() - started)))
