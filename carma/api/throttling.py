"""How many requests a minute one caller may send, over all web processes together.

A process sets a small share of the minute's limit aside in PostgreSQL and spends it without asking
again: about fifty statements a minute at the very most, none on the usual request, and the limit is
never passed however many processes there are. What a process set aside and did not spend is lost to
the others until the minute ends (a fiftieth of the limit per process).
"""

from __future__ import annotations

import threading
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from carma import clock
from carma.api.models import Lease
from carma.api.tokens import Bearer

SHARES = 50

_TAKE = """
INSERT INTO api_lease (minute, caller, taken) VALUES (%s, %s, %s)
ON CONFLICT (minute, caller) DO UPDATE SET taken = api_lease.taken + EXCLUDED.taken RETURNING taken
"""


class Purse:
    """What this process has set aside of the present minute, by caller; 0 means the minute is spent."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._minute: datetime | None = None
        self._left: dict[str, int] = {}

    def pay(self, minute: datetime, caller: str) -> bool | None:
        """Take one from what is left; None when a new share must be set aside first."""
        with self._lock:
            if minute != self._minute:
                self._minute = minute
                self._left.clear()
            left = self._left.get(caller)
            if not left:
                return None if left is None else False
            if left == 1:
                del self._left[caller]
            else:
                self._left[caller] = left - 1
            return True

    def fill(self, caller: str, share: int) -> None:
        with self._lock:
            self._left[caller] = self._left.get(caller, 0) + share


purse = Purse()


class SharedRate(BaseThrottle):
    """The rate that the view's `rate` names in `API_RATES`; a token may carry a figure of its own."""

    def allow_request(self, request: Request, view: object) -> bool:
        if not request.user.is_authenticated:
            return True
        named = getattr(view, "rate", "default")
        limit = settings.API_RATES[named]
        caller = f"{named}:user:{request.user.pk}"
        if isinstance(request.auth, Bearer):
            limit = request.auth.rate_per_minute or limit
            caller = f"{named}:token:{request.auth.token_id}"
        return spend(caller, limit)

    def wait(self) -> float:
        return 60 - clock.now().second


def spend(caller: str, limit: int) -> bool:
    """Count one request of `caller`; False when the minute's limit is spent."""
    minute = clock.now().replace(second=0, microsecond=0)
    paid = purse.pay(minute, caller)
    if paid is None:
        purse.fill(caller, _set_aside(minute, caller, limit))
        paid = purse.pay(minute, caller)
    return bool(paid)


def prune() -> int:
    """Forget minutes gone by. Answers how many rows."""
    deleted, _models = Lease.objects.filter(minute__lt=clock.now() - timedelta(minutes=2)).delete()
    return deleted


def _set_aside(minute: datetime, caller: str, limit: int) -> int:
    """How many more requests this process may serve without asking; 0 when the minute is spent."""
    share = max(1, limit // SHARES)
    with connection.cursor() as cursor:
        cursor.execute(_TAKE, [minute, caller, share])
        taken = int(cursor.fetchone()[0])
    return max(0, min(share, limit - (taken - share)))
