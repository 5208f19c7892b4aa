from __future__ import annotations

import logging

from celery import shared_task
from django.db import InterfaceError, OperationalError, connection

from carma.timers.engine import first_line, run_round

log = logging.getLogger(__name__)


@shared_task
def tick() -> int:
    """Run one round of the engine; beat sends this every two seconds. Answers how much was done."""
    try:
        return run_round("worker")
    except (InterfaceError, OperationalError) as error:
        log.warning("tick: no database, trying again at the next: %s", first_line(error))
        connection.close()
        return 0
