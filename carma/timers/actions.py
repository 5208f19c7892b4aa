"""Setting, cancelling and firing timers. Deadlines are rows; only the database's clock decides."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from django.apps import apps
from django.db import models, transaction

from carma import clock, registry, rows
from carma.events import outbox
from carma.timers.models import Timer

log = logging.getLogger(__name__)

MAX_ATTEMPTS = 5
LONGEST_WAIT = timedelta(seconds=60)

# Each verb sets and cancels timers: one statement each, without the price of composing it anew.
_SET = """
INSERT INTO timers_timer
    (kind, subject_type, subject_id, about, step, due_at, outcome, attempts, last_error)
VALUES (%s, %s, %s, %s, %s, %s, '', 0, '')
ON CONFLICT (subject_type, subject_id, kind, about) WHERE ended_at IS NULL
DO UPDATE SET due_at = EXCLUDED.due_at, step = EXCLUDED.step, not_before = NULL, attempts = 0
"""

_CANCEL = """
UPDATE timers_timer SET ended_at = %s, outcome = 'cancelled'
WHERE subject_type = %s AND subject_id = %s AND ended_at IS NULL
  AND kind = ANY(coalesce(%s::text[], ARRAY[kind])) AND about = coalesce(%s, about)
"""


def set_timer(kind: str, subject: models.Model, *, due_at: datetime, about: str = "", step: int = 0) -> None:
    """Have `kind` happen to the record at `due_at` (UTC); an open one of the kind is moved there."""
    registry.timer_handler(kind)  # a kind nobody answers to is the caller's mistake, told at once
    rows.at_the_end(_SET, [kind, subject._meta.label_lower, str(subject.pk), about, step, due_at])


def cancel_timers(subject: models.Model, *kinds: str, at: datetime, about: str | None = None) -> None:
    """Cancel the record's open timers of these kinds, all when none is named."""
    rows.at_the_end(_CANCEL, [at, subject._meta.label_lower, str(subject.pk), list(kinds) or None, about])


def run_due(at: datetime | None = None, *, limit: int = 200) -> int:
    """Fire what is due at `at` (UTC; default the database's clock); answers how many fired.

    Safe in any number of processes. One row, one transaction: a row that fails is put off, later set
    apart, and holds up no other.
    """
    now = at or clock.database_now()
    ids = list(Timer.objects.due(now).values_list("pk", flat=True)[:limit])
    return sum(_fire(pk, now) for pk in ids)


@transaction.atomic
def _fire(pk: int, now: datetime) -> bool:
    """Fire one timer, unless another process holds it or its subject. The subject is locked first."""
    timer = Timer.objects.get(pk=pk)
    model = apps.get_model(timer.subject_type)
    locked = model._base_manager.select_for_update(skip_locked=True, of=("self",))
    subject = locked.filter(pk=timer.subject_id).first()
    if subject is None and model._base_manager.filter(pk=timer.subject_id).exists():
        return False  # someone is at work on the record; the next round looks again
    due = Timer.objects.due(now).select_for_update(skip_locked=True).filter(pk=pk).first()
    if due is None:
        return False
    try:
        with transaction.atomic():
            _end(due, Timer.Outcome.FIRED, now)  # first: what it does may set the next timer of its kind
            registry.timer_handler(due.kind)(due, subject)
    except Exception as error:
        log.exception("timer %s failed", due)
        _put_off(due, error, now)
        return False
    return True


def _end(timer: Timer, outcome: str, at: datetime) -> None:
    timer.outcome = outcome
    timer.ended_at = at
    timer.save(update_fields=["outcome", "ended_at", "attempts", "last_error"])


def _put_off(timer: Timer, error: Exception, at: datetime) -> None:
    """Try again after 2, 4, 8, 16 s; then set the row apart and have a supervisor told."""
    timer.attempts += 1
    timer.last_error = repr(error)[:2000]
    if timer.attempts >= MAX_ATTEMPTS:
        _end(timer, Timer.Outcome.DEAD, at)
        outbox.emit("timer.dead", timer, at=at)
        return
    timer.not_before = at + min(timedelta(seconds=2**timer.attempts), LONGEST_WAIT)
    timer.save(update_fields=["attempts", "last_error", "not_before"])
