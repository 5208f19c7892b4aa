"""A typed line from preview to deed: what it would do, then exactly that, once."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from carma import clock, rows
from carma.accounts.models import User
from carma.alerts.models import Alert
from carma.errors import DomainError, InvalidInput, NotThere, Stale
from carma.incidents.models import Incident
from interventions.command import undo
from interventions.command.commands import BY_NAME, GRAMMAR, Command, allowed_to
from interventions.command.plans import Plan
from interventions.models import Assignment, Deed, Team

KEPT = timedelta(hours=1)
MODELS: dict[str, Any] = {
    model._meta.model_name or "": model for model in (Incident, Team, Assignment, Alert)
}

Seen = tuple[str, UUID, int]


class NotYours(DomainError):
    status = 403
    code = "not_yours"


@dataclass(frozen=True)
class Preview:
    """What a line would do, or why it can't. `key` has it done once."""

    line: str
    key: UUID
    plan: Plan | None = None
    refusal: DomainError | None = None


def for_user(_none: Any, user: User) -> dict[str, Any] | None:
    """The bar for those who may give one of its commands."""
    return {} if allowed_to(user) else None


def preview(line: str, *, by: User) -> Preview:
    """What would happen; nothing does. A line that can't be carried out says why."""
    key = uuid.uuid4()
    try:
        _command, plan = understand(line, by=by)
    except DomainError as error:
        return Preview(line, key, refusal=error)
    return Preview(line, key, plan)


def understand(line: str, *, by: User) -> tuple[Command, Plan]:
    """Raises the `DomainError` that says why this user can't have a line carried out."""
    parsed = GRAMMAR.parse(line)
    command = BY_NAME[parsed.command]
    if not by.has_perm(command.permission):
        raise NotYours(_("Your role does not include this command."))
    return command, command.plan(parsed, by)


@rows.one_transaction()
def run(line: str, *, key: UUID, seen: Sequence[Seen], by: User) -> Deed:
    """Do what the preview showed, once: a second time under the same key answers the first deed.

    `seen` are the records with the versions that the preview showed. Raises `Stale`, saying what changed,
    when one moved on or the line now means others.
    """
    now = clock.now()
    Deed.objects.visible_to(by).filter(at__lt=now - KEPT).delete()
    deed, is_new = Deed.objects.get_or_create(pk=key, defaults={"by": by, "at": now})
    if deed.by_id != by.pk:
        raise NotThere(_("Look at the preview first, then press Enter."))
    if is_new:
        _do(line, deed, seen=seen, by=by)
    return deed


def _do(line: str, deed: Deed, *, seen: Sequence[Seen], by: User) -> None:
    _expect_as_seen(seen, by=by)
    command, plan = understand(line, by=by)
    for record in plan.records:
        record.hold()
    if plan.do is None or plan.seen != " ".join(f"{kind}:{pk}:{version}" for kind, pk, version in seen):
        raise Stale(_("This line now means something else. Look at it again, then press Enter."))
    deed.command, deed.said, deed.was = command.name, plan.says[:300], plan.was
    deed.incident, deed.assignment = plan.incident, plan.assignment
    deed.before = undo.versions(deed)
    done = plan.do()
    if isinstance(done, Assignment):
        deed.assignment = done
    deed.after = undo.versions(deed)
    deed.save(update_fields=["command", "said", "was", "incident", "assignment", "before", "after"])


def _expect_as_seen(seen: Sequence[Seen], *, by: User) -> None:
    for kind, pk, version in seen:
        if kind not in MODELS:
            raise InvalidInput(_("Look at the preview first, then press Enter."), field="seen")
        record = MODELS[kind].objects.visible_to(by).filter(pk=pk).first()
        if record is None:
            raise NotThere(_("What this line was about is no longer among your work."))
        record.expect_version(version)
