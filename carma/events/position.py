from __future__ import annotations

from django.db import connection


def latest() -> int:
    """The position of the newest event a page rendered now can have seen; 0 when there is none."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(max(pos), 0) FROM events_event")
        return int(cursor.fetchone()[0])
