"""Records that hold until a moment and are then over by themselves: a warning of a place, a wanted notice."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Self, TypeVar, Unpack

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from carma import clock, rows
from carma.accounts.models import User
from carma.audit import trail
from carma.errors import MoveNotAllowed
from carma.events import outbox
from carma.lifecycle import How, Lifecycle
from carma.timers.actions import cancel_timers, set_timer
from carma.timers.models import Timer
from carma.visibility import VisibleQuerySet

L = TypeVar("L", bound="Lasting", covariant=True)


class LastingQuerySet(VisibleQuerySet[L]):
    def in_force(self) -> Self:
        """Also between its end and the round that ends it, one that is over is not in force."""
        return self.filter(status=Lasting.Status.ACTIVE, until_at__gt=clock.now())


class Lasting(Lifecycle):
    """Base of what somebody sets, until `until_at` (UTC). A subclass has a `kind` and registers `is_over`."""

    class Status(models.TextChoices):
        ACTIVE = "active", _("In force")
        WITHDRAWN = "withdrawn", _("Withdrawn")
        EXPIRED = "expired", _("Over")

    MOVES = {Status.ACTIVE: {Status.WITHDRAWN, Status.EXPIRED}}

    kind: Any
    status = models.CharField(max_length=9, choices=Status, default=Status.ACTIVE)
    set_at = models.DateTimeField()
    set_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", db_index=False)
    until_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        abstract = True

    @property
    def is_in_force(self) -> bool:
        return self.status == self.Status.ACTIVE and self.until_at > clock.now()

    def withdraw(self, **how: Unpack[How]) -> None:
        self._move(self.Status.WITHDRAWN, stamp="ended_at", **how)

    def expire(self, **how: Unpack[How]) -> None:
        self._move(self.Status.EXPIRED, stamp="ended_at", **how)


def until(model: type[Lasting]) -> str:
    """The kind of the timer that ends its records."""
    return f"{model._meta.model_name}.until"


@rows.one_transaction()
def begin(record: Lasting, *, by: User) -> None:
    """Store a new record with its trace, and have it end in time."""
    rows.insert(record)
    kind, at = f"{record._meta.model_name}.set", record.set_at
    changes = {"status": [None, record.status], "kind": [None, record.kind]}
    trail.record(kind, record, by=by, at=at, changes=changes)
    outbox.emit(kind, record, at=at)
    set_timer(until(type(record)), record, due_at=record.until_at)


def hold_in_force(record: Lasting, *, expect: int | None, over: str) -> None:
    """Lock a record that is to go on. Raises `Stale`, and `MoveNotAllowed` with `over` when it is over."""
    record.hold()
    record.expect_version(expect)
    if not record.is_in_force:
        raise MoveNotAllowed(over)


def go_on(
    record: Lasting, deed: str, *, by: User, at: datetime, until_at: datetime, reason: str, **also: Any
) -> None:
    """Have a record that is held go on until another moment (UTC); `deed` names that in its trace."""
    kind = f"{record._meta.model_name}.{deed}"
    record._change(kind, by=by, at=at, reason=reason, until_at=until_at, **also)
    set_timer(until(type(record)), record, due_at=until_at)


@rows.one_transaction()
def withdraw(record: Lasting, **how: Unpack[How]) -> None:
    """It does not hold any more."""
    record.withdraw(**how)
    cancel_timers(record, until(type(record)), at=record.status_since)


def is_over(timer: Timer, record: Any) -> None:
    """Its end has come; nothing when it was withdrawn or went on meanwhile."""
    if record.status == Lasting.Status.ACTIVE and record.until_at <= timer.due_at:
        record.expire(by=None)
