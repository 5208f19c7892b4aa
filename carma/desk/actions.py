"""What a person does for themselves, and what the engine's keeper does for it."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from carma import clock
from carma.accounts.models import User
from carma.audit import trail
from carma.errors import MoveNotAllowed
from carma.events.models import Delivery
from carma.timers.models import Timer


@transaction.atomic
def choose(user: User, **chosen: str | bool) -> User:
    """Keep how a person wants their screens: `language`, `theme`, `single_keys`."""
    held = User.objects.select_for_update().get(pk=user.pk)
    was = {name: getattr(held, name) for name in chosen}
    changes = {name: [was[name], value] for name, value in chosen.items() if was[name] != value}
    for name, value in chosen.items():
        setattr(user, name, value)
    if changes:
        user.save(update_fields=list(changes))
        trail.record("user.preferences", user, by=user, at=clock.now(), changes=changes)
    return user


@transaction.atomic
def retry_delivery(pk: int, *, by: User) -> None:
    """Have an owed delivery tried at the next round. Raises `MoveNotAllowed` when it is done."""
    delivery = Delivery.objects.select_for_update().filter(pk=pk, done_at=None).first()
    if delivery is None:
        raise MoveNotAllowed(_("This delivery is done meanwhile: nothing needs to be retried."))
    now = clock.now()
    changes = {"due_at": [delivery.due_at.isoformat(), now.isoformat()]}
    delivery.due_at = now
    delivery.save(update_fields=["due_at"])
    trail.record("delivery.retried", delivery, by=by, at=now, changes=changes)


@transaction.atomic
def set_timer_again(pk: int, *, by: User) -> None:
    """Give a timer that was given up another five tries.

    Raises `MoveNotAllowed` when it is not given up, or when the record got a new timer of its kind.
    """
    timer = Timer.objects.select_for_update().filter(pk=pk, outcome=Timer.Outcome.DEAD).first()
    if timer is None or _has_successor(timer):
        raise MoveNotAllowed(_("This timer runs again already, or its record has a newer one."))
    changes = {"outcome": [timer.outcome, ""], "attempts": [timer.attempts, 0]}
    timer.outcome = ""
    timer.ended_at = timer.not_before = None
    timer.attempts = 0
    timer.save(update_fields=["outcome", "ended_at", "not_before", "attempts"])
    trail.record("timer.set_again", timer, by=by, at=clock.now(), changes=changes)


def _has_successor(timer: Timer) -> bool:
    same = Timer.objects.open().filter(
        kind=timer.kind,
        subject_type=timer.subject_type,
        subject_id=timer.subject_id,
        about=timer.about,
    )
    return same.exists()
