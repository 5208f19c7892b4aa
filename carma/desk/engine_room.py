"""The state of the machinery, as the operations page shows it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Min
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from carma import clock
from carma.alerts.models import Alert
from carma.events import position
from carma.events.models import Delivery, Event
from carma.timers.models import Heartbeat, Timer

SHOWN = 25
WARN_AFTER = timedelta(seconds=15)
LATE_AFTER = timedelta(seconds=60)

# Beat has no heartbeat of its own: the worker's round happens because beat sent it.
PARTS: dict[str, Promise] = {
    "worker": _("Beat and worker (through Redis)"),
    "watchdog": _("Watchdog (without Redis)"),
}


@dataclass(frozen=True)
class Part:
    """One part of the engine; `health` is ok, warn or late."""

    name: str
    label: str | Promise
    at: datetime | None
    health: str


@dataclass(frozen=True)
class State:
    now: datetime
    parts: list[Part]
    owed: int
    failing: list[Delivery]
    overdue: int
    dead: list[Timer]
    sounding: int
    sounding_since: datetime | None
    position: int
    newest_event_at: datetime | None


def state() -> State:
    """Everything at one moment, by the database's clock."""
    now = clock.database_now()
    owed = Delivery.objects.filter(done_at=None)
    alerts = Alert.objects.sounding()
    newest = Event.objects.order_by("-pk").values_list("at", flat=True).first()
    return State(
        now=now,
        parts=_parts(now),
        owed=owed.count(),
        failing=list(owed.exclude(error="").select_related("event").order_by("due_at", "pk")[:SHOWN]),
        overdue=Timer.objects.overdue_by(timedelta(seconds=30), at=now).count(),
        dead=list(Timer.objects.filter(outcome=Timer.Outcome.DEAD).order_by("-ended_at", "-pk")[:SHOWN]),
        sounding=alerts.count(),
        sounding_since=alerts.aggregate(first=Min("raised_at"))["first"],
        position=position.latest(),
        newest_event_at=newest,
    )


def _parts(now: datetime) -> list[Part]:
    beats = dict(Heartbeat.objects.values_list("name", "at"))
    names = [*PARTS, *sorted(beats.keys() - PARTS.keys())]
    return [_part(name, beats.get(name), now) for name in names]


def _part(name: str, at: datetime | None, now: datetime) -> Part:
    return Part(name, PARTS.get(name, name), at, _health(at, now))


def _health(at: datetime | None, now: datetime) -> str:
    silent = now - at if at else None
    if silent is None or silent > LATE_AFTER:
        return "late"
    return "warn" if silent > WARN_AFTER else "ok"
