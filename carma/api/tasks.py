from __future__ import annotations

from celery import shared_task

from carma.api import idempotency, throttling


@shared_task
def prune_answers() -> int:
    """Forget old answers and past minutes; beat runs it every night. Answers how many."""
    return idempotency.prune() + throttling.prune()
