"""The round that keeps the zone awake: the Celery tick and the watchdog loop both run it."""

from __future__ import annotations

import logging

from django.db import InterfaceError, OperationalError, connection

from carma import registry

log = logging.getLogger(__name__)

_BEAT = """
INSERT INTO timers_heartbeat (name, at) VALUES (%s, clock_timestamp())
ON CONFLICT (name) DO UPDATE SET at = EXCLUDED.at
"""


def run_round(name: str) -> int:
    """Do every piece of registered work once and note the heartbeat of `name`; answers how much.

    One piece that fails is logged and does not keep the others from running.
    """
    done = 0
    for work in registry.rounds():
        try:
            done += work()
        except (InterfaceError, OperationalError) as error:
            log.warning("round: %s could not use the database: %s", work.__qualname__, first_line(error))
            connection.close()
        except Exception:
            log.exception("round: %s failed", work.__qualname__)
            connection.close()
    with connection.cursor() as cursor:
        cursor.execute(_BEAT, [name])
    return done


def first_line(error: Exception) -> str:
    """What an error says, without the hints and traces that follow it in a log of one line per fact."""
    return (str(error).strip().splitlines() or [type(error).__name__])[0]
