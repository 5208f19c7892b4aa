"""Raising an alert, repeating it, and climbing the ladder until a person acknowledges."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, models

from carma import clock, rows
from carma.accounts.models import User
from carma.alerts import kinds
from carma.alerts.models import REPEAT, Alert
from carma.audit import trail
from carma.duty.now import on_duty
from carma.events import outbox
from carma.norms import figures
from carma.timers.actions import set_timer

# Asked with every verb of a team. The lock: who acknowledges at this moment goes first.
_RAISED = """
SELECT id FROM alerts_alert
WHERE subject_type = %(type)s AND subject_id = %(id)s AND status = 'raised' AND kind = ANY(%(kinds)s)
  AND (%(about)s::text IS NULL OR about = %(about)s)
ORDER BY id FOR UPDATE
"""


@rows.one_transaction()
def raise_alert(
    kind: str,
    subject: models.Model,
    *,
    priority: int,
    text: str,
    facts: Mapping[str, Any],
    at: datetime,
    about: str = "",
) -> Alert:
    """Tell whom the kind names, on screen, until somebody acknowledges; once per kind and subject.

    Nobody on duty on a step of the ladder: the next step is told at once. Whoever watches the zone
    sees every alert, so that it never goes nowhere.
    """
    told = {"raised_at": at, "told_at": at, "status_since": at, "facts": dict(facts)}
    alert, is_new = Alert.objects.get_or_create(
        kind=kind,
        subject_type=subject._meta.label_lower,
        subject_id=str(subject.pk),
        about=about,
        status=Alert.Status.RAISED,
        defaults={"priority": priority, "text": text, **told},
    )
    if is_new:
        _climb(alert, 0, at)
        changes = {"kind": kind, "subject": alert.subject_id, "level": alert.level}
        trail.record("alert.raised", alert, by=None, at=at, changes=changes)
        outbox.emit("alert.raised", alert, at=at)
        _again(alert, at)
    return alert


def repeat(alert: Alert, *, at: datetime) -> None:
    """Tell it once more, those who are on duty by now; the next step of the ladder joins in its time."""
    if alert.status != Alert.Status.RAISED:
        return
    due_level = int((at - alert.raised_at) / figures.span("alert_next_level"))
    ladder = kinds.of(alert.kind).ladder
    if due_level > alert.level and alert.level < len(ladder) - 1:
        was = alert.level
        _climb(alert, was + 1, at)
        trail.record("alert.climbed", alert, by=None, at=at, changes={"level": [was, alert.level]})
    for step in ladder[: alert.level + 1]:
        alert.recipients.add(*_on(step, at))
    alert.told_at = at
    alert.times_told += 1
    alert.save(update_fields=["told_at", "times_told"])
    outbox.emit("alert.repeated", alert, at=at)
    _again(alert, at)


@rows.one_transaction()
def tell_again(subject: models.Model, kind: str, *, at: datetime, about: str = "") -> bool:
    """Tell the alert of this kind on a record once more; False when none is raised now."""
    alert = Alert.objects.raised_on(subject, kind).filter(about=about).select_for_update().first()
    if alert is None:
        return False
    repeat(alert, at=at)
    return True


def settle(subject: models.Model, *of_kinds: str, by: User | None = None, about: str | None = None) -> None:
    """End the raised alerts of these kinds on a record: what they warned of is over."""
    asked = {
        "type": subject._meta.label_lower,
        "id": str(subject.pk),
        "kinds": list(of_kinds),
        "about": about,
    }
    with connection.cursor() as cursor:
        cursor.execute(_RAISED, asked)
        keys = [key for (key,) in cursor.fetchall()]
    for alert in Alert.objects.filter(pk__in=keys) if keys else ():
        alert.settle(by=by)


def _climb(alert: Alert, level: int, at: datetime) -> None:
    """Have the people of `level` told, or of the first step above it where somebody is on duty."""
    ladder = kinds.of(alert.kind).ladder
    for step in range(level, len(ladder)):
        alert.level = step
        people = _on(ladder[step], at)
        if people:
            alert.recipients.add(*people)
            break
    alert.save(update_fields=["level"])


def _on(step: tuple[str, ...], at: datetime) -> list[User]:
    """Who is on duty now for the functions of one step."""
    return [person for function in step for person in on_duty(function, at=at)]


def _again(alert: Alert, at: datetime) -> None:
    """Set the next repeat. A host whose clock runs ahead puts it off no further than the database's says."""
    wait: timedelta = figures.span("alert_repeat")
    set_timer(REPEAT, alert, due_at=min(at, clock.database_now()) + wait)
