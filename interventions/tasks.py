from __future__ import annotations

from celery import shared_task

from interventions import positions


@shared_task
def keep_position_days() -> int:
    """Make the coming days' partitions and drop what is no longer kept; beat runs it every hour.

    Answers how many partitions were made or dropped.
    """
    return positions.keep_days()
