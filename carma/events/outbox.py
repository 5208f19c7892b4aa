"""The outbox: an event, and what it owes, are rows of the transaction that caused them.

Nothing is sent from here: the commit itself wakes the stream (NOTIFY), and the engine's rounds run
what is owed. A request never waits for a broker.
"""

from __future__ import annotations

from datetime import datetime

from django.db.models import Model

from carma import registry, rows
from carma.events.models import Event

_OWED = """
INSERT INTO events_delivery (event_id, subscriber, due_at, tries, error)
SELECT event.id, subscriber, statement_timestamp(), 0, '' FROM event, unnest(%s::text[]) AS subscriber
"""  # due by the database's clock


def emit(kind: str, subject: Model, *, at: datetime) -> None:
    """Store an event with one delivery per subscriber, in the order of the telling."""
    event = Event(
        kind=kind,
        at=at,
        subject_type=subject._meta.label_lower,
        subject_id=str(subject.pk),
        version=getattr(subject, "version", None),
        topic=getattr(subject, "topic", ""),
    )
    statement, values = rows.insertion(event)
    subscribers = registry.subscribers(kind)
    if subscribers:
        statement = f"WITH event AS ({statement} RETURNING id) {_OWED}"
        values = [*values, list(subscribers)]
    rows.at_the_end(statement, values)
