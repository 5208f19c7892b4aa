"""The only writer of audit entries."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db.models import Model

from carma import clock, rows
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
) -> None:
    """Write what was done to a record. Call inside the transaction of the deed."""
    rows.at_the_end(*rows.insertion(entry(action, subject, by=by, at=at, changes=changes, reason=reason)))


def read(subject: Model, *, by: User, purpose: str = "") -> None:
    """Write that someone looked at a record with personal data (LED 2016/680 art. 25).

    Call before the answer leaves; if it can't be written, the answer must not leave.
    """
    kind = f"{subject._meta.model_name}.read"
    rows.insert(entry(kind, subject, by=by, at=clock.now(), changes={}, purpose=purpose))


def read_many(subjects: Iterable[Model], *, by: User, purpose: str = "", terms: str = "") -> None:
    """Write one entry per record that a search or a list of persons showed, with the terms typed."""
    now = clock.now()
    changes = {"terms": terms} if terms else {}
    told = [(f"{subject._meta.model_name}.found", subject) for subject in subjects]
    rows.insert(*(entry(kind, one, by=by, at=now, changes=changes, purpose=purpose) for kind, one in told))
