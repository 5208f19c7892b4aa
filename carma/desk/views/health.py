"""For whoever watches the machines: yes or no and what fails, no data, no sign-in."""

from __future__ import annotations

from datetime import timedelta

from django.contrib.auth.decorators import login_not_required
from django.db import Error, connection
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from carma import clock
from carma.timers.models import Heartbeat, Timer

ENGINE_SILENT = timedelta(seconds=15)
TIMER_LATE = timedelta(seconds=30)


@login_not_required
@never_cache
@require_safe
def live(request: HttpRequest) -> JsonResponse:
    """The process answers."""
    return _answer({"process": True})


@login_not_required
@never_cache
@require_safe
def ready(request: HttpRequest) -> JsonResponse:
    """It can do its work: PostgreSQL answers. Redis is not asked, for nothing waits for it."""
    return _answer({"database": _database_answers()})


@login_not_required
@never_cache
@require_safe
def deep(request: HttpRequest) -> JsonResponse:
    """The engine is awake: a round in the last 15 s, and no timer more than 30 s overdue."""
    if not _database_answers():
        return _answer({"database": False})
    now = clock.database_now()
    awake = Heartbeat.objects.filter(at__gte=now - ENGINE_SILENT).exists()
    overdue = Timer.objects.overdue_by(TIMER_LATE, at=now).exists()
    return _answer({"database": True, "engine": awake, "timers": not overdue})


def _database_answers() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except Error:
        return False
    return True


def _answer(checks: dict[str, bool]) -> JsonResponse:
    healthy = all(checks.values())
    return JsonResponse({"healthy": healthy, **checks}, status=200 if healthy else 503)
