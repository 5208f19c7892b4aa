"""Looking into the audit trail, without showing more of people than the look needs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from carma import clock
from carma.accounts.models import User
from carma.audit import trail
from carma.audit.models import Entry
from carma.desk.forms import AuditForm
from carma.incidents.models import Incident

PAGE = 50
_TERMS = ("person", "subject", "action", "day_from", "day_to")

# That it changed and who did it is what an auditor asks; the words themselves stay in the record.
MASKED = frozenset(
    {
        "birth_date",
        "caller_name",
        "caller_phone",
        "description",
        "email",
        "name",
        "national_number",
        "phone",
        "text",
        "words",
    }
)


@dataclass(frozen=True)
class Change:
    """One field of an entry; `values` is None when they are not shown."""

    name: str
    values: tuple[str, ...] | None


@dataclass(frozen=True)
class Line:
    """One entry as shown; `told_late` when the deed was heard of after the fact."""

    entry: Entry
    changes: list[Change]
    told_late: bool


@dataclass(frozen=True)
class Page:
    lines: list[Line]
    next_before: int | None


@transaction.atomic
def look(form: AuditForm, *, by: User) -> Page:
    """One page of what the form asks for. The look and its purpose are recorded with what it showed."""
    told = form.cleaned_data
    found = list(_matching(form, by)[: PAGE + 1])
    shown = found[:PAGE]
    terms = {key: str(told[key]) for key in _TERMS if told[key]}
    seen = {"entries": len(shown), "from": shown[0].pk, "to": shown[-1].pk} if shown else {"entries": 0}
    trail.record(
        "audit.searched", by, by=by, at=clock.now(), changes={**terms, **seen}, reason=told["purpose"]
    )
    more = len(found) > PAGE
    return Page([_line(entry) for entry in shown], shown[-1].pk if more else None)


def _line(entry: Entry) -> Line:
    changes = [Change(name, _values(name, value)) for name, value in entry.changes.items()]
    return Line(entry, changes, told_late=entry.recorded_at - entry.at > clock.SKEW)


def _values(name: str, value: Any) -> tuple[str, ...] | None:
    if name in MASKED:
        return None
    parts = value if isinstance(value, list) else [value]
    return tuple("—" if part in (None, "") else str(part) for part in parts)


def _matching(form: AuditForm, by: User) -> QuerySet[Entry]:
    told = form.cleaned_data
    asked = {
        "actor": told["person"],
        "subject_id": _key(told["subject"]),
        "action__startswith": told["action"],
        "recorded_at__gte": form.since,
        "recorded_at__lt": form.until,
        "pk__lt": told["before"],
    }
    entries = Entry.objects.visible_to(by).filter(**{name: value for name, value in asked.items() if value})
    return entries.select_related("actor").order_by("-pk")


def _key(subject: str) -> str:
    """The key of the record meant: an incident by its number, any other by its own key."""
    incident = Incident.objects.search(subject).first() if subject[:2] == "20" and "-" in subject else None
    return str(incident.pk) if incident else subject
