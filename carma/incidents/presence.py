"""Who has an incident open now. A page says so every few seconds; what is not said again expires."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import connection

from carma import clock
from carma.accounts.models import User
from carma.incidents.models import Presence

LASTS = timedelta(seconds=30)

# One row per person and page, whatever the pages say; those of others that expired go along.
_SAY = """
WITH gone AS (
    DELETE FROM incidents_presence WHERE (incident_id, person_id) IN (
        SELECT incident_id, person_id FROM incidents_presence
        WHERE seen_at < %(oldest)s AND person_id <> %(person)s FOR UPDATE SKIP LOCKED
    )
)
INSERT INTO incidents_presence (incident_id, person_id, seen_at, verb)
VALUES (%(incident)s, %(person)s, %(now)s, %(verb)s)
ON CONFLICT (incident_id, person_id) DO UPDATE SET seen_at = excluded.seen_at, verb = excluded.verb
"""


def say(incident: UUID, *, by: User, verb: str = "") -> None:
    """Have it known for half a minute that somebody has the incident open, and is busy with a verb."""
    now = clock.now()
    told: dict[str, Any] = {
        "incident": incident,
        "person": by.pk,
        "now": now,
        "oldest": now - LASTS,
        "verb": verb,
    }
    with connection.cursor() as cursor:
        cursor.execute(_SAY, told)


def leave(incident: UUID, *, by: User) -> None:
    Presence.objects.filter(incident=incident, person=by).delete()


def others(incident: UUID, *, than: User) -> list[Presence]:
    """Who else has it open, by name."""
    here = Presence.objects.filter(incident=incident, seen_at__gt=clock.now() - LASTS)
    known = here.exclude(person=than).select_related("person")
    return sorted(known, key=lambda one: one.person.display_name)
