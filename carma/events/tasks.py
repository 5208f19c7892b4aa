from __future__ import annotations

from celery import shared_task

from carma.events import deliveries


@shared_task
def prune_events() -> int:
    """Forget old events; beat runs it every night. Answers how many."""
    return deliveries.prune()
