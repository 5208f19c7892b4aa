"""The outbox: an event, and what it owes, are rows of the transaction that caused them.

Nothing is sent from here: the commit itself wakes the stream (NOTIFY), and the engine's rounds run
what is owed. A request never waits for a broker.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db.models import Model
from django.db.models.functions import Now

from carma import registry
from carma.events.models import Delivery, Event


def emit(kind: str, subject: Model, *, at: datetime) -> Event:
    """Store an event with one delivery per subscriber."""
    return emit_all([(kind, subject)], at=at)[0]


def emit_all(told: Sequence[tuple[str, Model]], *, at: datetime) -> list[Event]:
    """Store several events of one deed, in the order given, and what they owe."""
    events = Event.objects.bulk_create(
        Event(
            kind=kind,
            at=at,
            subject_type=subject._meta.label_lower,
            subject_id=str(subject.pk),
            version=getattr(subject, "version", None),
            topic=getattr(subject, "topic", ""),
        )
        for kind, subject in told
    )
    owed = [
        Delivery(event=event, subscriber=name, due_at=Now())  # by the database's clock
        for event in events
        for name in registry.subscribers(event.kind)
    ]
    if owed:
        Delivery.objects.bulk_create(owed)
    return events
