"""The one source of "now". All stored times are UTC; screens convert to ZONE."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import connection
from django.utils import timezone

ZONE = ZoneInfo("Europe/Brussels")
SKEW = timedelta(minutes=1)  # how far ahead of us a client may be
LATE = timedelta(minutes=2)  # a deed told later than this needs a reason


def now() -> datetime:
    return timezone.now()


def database_now() -> datetime:
    """The one clock that decides whether something is due, in UTC: those of hosts may differ."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        moment: datetime = cursor.fetchone()[0]
    return moment


def local(moment: datetime) -> datetime:
    """The same moment on the clocks of the zone."""
    return moment.astimezone(ZONE)
