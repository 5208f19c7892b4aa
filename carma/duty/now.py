"""Who is on duty. An alert's audience is computed here at the moment of telling."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from carma.accounts.models import User
from carma.duty.models import Turn


def on_duty(function: str, *, at: datetime) -> list[User]:
    """The active people on duty for a function at a moment (UTC), main turn before back-up."""
    turns = Turn.objects.at(at).filter(function=function, person__is_active=True).select_related("person")
    return [turn.person for turn in turns.order_by("is_backup", "starts_at", "id")]


AHEAD = timedelta(days=7)


@dataclass
class Watch:
    """One function: who holds it now, and the first turn after."""

    function: Turn.Function
    turns: list[Turn] = field(default_factory=list)
    next: Turn | None = None


def watch_list(user: User, *, at: datetime) -> list[Watch]:
    """Every function with the turns running at a moment (UTC), also those nobody holds."""
    watches = {function.value: Watch(function) for function in Turn.Function}
    known = Turn.objects.visible_to(user).select_related("person")
    for turn in known.at(at).filter(person__is_active=True).order_by("is_backup", "starts_at", "id"):
        watches[turn.function].turns.append(turn)
    for turn in known.filter(starts_at__gt=at, starts_at__lte=at + AHEAD).order_by("-starts_at", "-id"):
        watches[turn.function].next = turn
    return list(watches.values())
