"""The only writer of audit entries."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db.models import Model

from carma import clock
from carma.accounts.models import User
from carma.audit.context import source
from carma.audit.models import Entry


def entry(
    action: str,
    subject: Model,
    *,
    by: User | None,
    at: datetime,
    changes: Mapping[str, Any],
    reason: str = "",
    purpose: str = "",
) -> Entry:
    """An entry not yet stored, for deeds that write several at once."""
    told = source()
    return Entry(
        action=action,
        subject_type=subject._meta.label_lower,
        subject_id=str(subject.pk),
        actor_id=by.pk if by else None,
        at=at,
        changes=dict(changes),
        reason=reason,
        purpose=purpose or told.purpose,
        ip=told.ip,
        request_id=told.request_id,
    )


def record(
    action: str,
    subject: Model,
    *,
    by: User | None,
    at: datetime,
    changes: Mapping[str, Any],
    reason: str = "",
) -> Entry:
    """Write what was done to a record. Call inside the transaction of the deed."""
    written = entry(action, subject, by=by, at=at, changes=changes, reason=reason)
    written.save(force_insert=True)
    return written


def read(subject: Model, *, by: User, purpose: str = "") -> Entry:
    """Write that someone looked at a record with personal data (LED 2016/680 art. 25).

    Call before the answer leaves; if it can't be written, the answer must not leave.
    """
    now = clock.now()
    written = entry(f"{subject._meta.model_name}.read", subject, by=by, at=now, changes={}, purpose=purpose)
    written.save(force_insert=True)
    return written


def read_many(subjects: Iterable[Model], *, by: User, purpose: str = "", terms: str = "") -> None:
    """Write one entry per record that a search or a list of persons showed, with the terms typed."""
    now = clock.now()
    Entry.objects.bulk_create(
        entry(
            f"{subject._meta.model_name}.found",
            subject,
            by=by,
            at=now,
            changes={"terms": terms} if terms else {},
            purpose=purpose,
        )
        for subject in subjects
    )
