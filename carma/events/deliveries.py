"""Running what events owe: each delivery at least once, in a transaction of its own."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from carma import clock, registry
from carma.events.models import Delivery, Event

log = logging.getLogger(__name__)

FIRST_WAIT = timedelta(seconds=5)
LONGEST_WAIT = timedelta(minutes=15)
KEPT = timedelta(days=7)
BATCH = 5000


def deliver_next(at: datetime) -> bool:
    """Run one delivery that is due at `at` (UTC) and that no other process holds; False when there is none.

    A failing subscriber is put off (5 s, doubling to 15 min) and stays owed with its error; the
    deed that caused the event stands.
    """
    with transaction.atomic():
        owed = Delivery.objects.filter(done_at=None, due_at__lte=at).order_by("due_at", "id")
        delivery = owed.select_for_update(skip_locked=True, of=("self",)).select_related("event").first()
        if delivery is None:
            return False
        delivery.tries += 1
        try:
            with transaction.atomic():
                registry.handler_named(delivery.subscriber)(delivery.event)
        except Exception as error:
            log.exception("delivery %s to %s failed", delivery.pk, delivery.subscriber)
            delivery.error = repr(error)[:2000]
            wait = FIRST_WAIT * 2 ** min(delivery.tries - 1, 12)
            delivery.due_at = at + min(wait, LONGEST_WAIT)
        else:
            delivery.error = ""
            delivery.done_at = at
        delivery.save(update_fields=["tries", "error", "due_at", "done_at"])
    return True


def deliver_owed(at: datetime | None = None, *, limit: int = 500) -> int:
    """Run what is due at `at` (UTC; default the database's clock), `limit` at most; answers how many."""
    now = at or clock.database_now()
    for done in range(limit):
        if not deliver_next(now):
            return done
    return limit


def prune() -> int:
    """Forget events past `KEPT` that owe nothing, a batch at a time; run daily. Answers how many."""
    old = Event.objects.filter(recorded_at__lt=clock.now() - KEPT)
    settled = old.exclude(Q(deliveries__done_at=None) & Q(deliveries__isnull=False))
    pruned = 0
    while batch := list(settled.values_list("pk", flat=True)[:BATCH]):
        Event.objects.filter(pk__in=batch).delete()
        pruned += len(batch)
    return pruned
