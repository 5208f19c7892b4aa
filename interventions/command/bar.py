"""A typed line from preview to deed: what it would do, doing exactly that, once."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from carma import clock
from carma.accounts.models import User
from carma.audit.models import Entry
from carma.errors import DomainError, InvalidInput, NotThere, Stale
from carma.lifecycle import Lifecycle
from interventions.command import undo
from interventions.command.commands import BY_NAME, GRAMMAR, Command, allowed_to
from interventions.command.grammar import LONGEST
from interventions.command.meaning import MODELS, Meaning
from interventions.models import Assignment, Deed

KEPT = timedelta(hours=1)


class NotYours(DomainError):
    status = 403
    code = "not_yours"


@dataclass(frozen=True)
class Preview:
    """What a line would do, or why it can't. `key` makes it done once, `seen` only as it was shown."""

    line: str
    key: UUID
    command: Command | None = None
    meant: Meaning | None = None
    says: str = ""
    refusal: str = ""
    seen: str = ""


def for_user(_none: Any, user: User) -> dict[str, Any] | None:
    """The bar for those who may use one of its commands."""
    return {"longest": LONGEST} if allowed_to(user) else None


def preview(line: str, *, by: User) -> Preview:
    """What would happen; nothing does. A line that can't be carried out says why."""
    key = uuid.uuid4()
    try:
        command, meant = understand(line, by=by)
    except DomainError as error:
        return Preview(line, key, refusal=error.detail)
    return Preview(line, key, command, meant, says=command.say(meant), seen=meant.seen)


def understand(line: str, *, by: User) -> tuple[Command, Meaning]:
    """Raises the `DomainError` that says why a line can't be carried out by this user."""
    parsed = GRAMMAR.parse(line.replace("\0", ""))
    command = BY_NAME[parsed.command]
    if not by.has_perm(command.permission):
        raise NotYours(_("Your role does not include this command."))
    return command, command.read(parsed, by)


@transaction.atomic
def run(line: str, *, key: UUID, seen: str, by: User) -> Deed:
    """Do what the preview showed, once: a second time under the same key answers the first deed.

    Raises `Stale`, saying what changed, when a record moved on or the line now means another.
    """
    now = clock.now()
    Deed.objects.filter(by=by, at__lt=now - KEPT).delete()
    deed, is_new = Deed.objects.get_or_create(pk=key, by=by, defaults={"at": now})
    if not is_new:
        return deed
    _still_as_seen(seen, by=by)
    command, meant = understand(line, by=by)
    if meant.seen != seen or command.act is None:
        raise Stale(_("This line now means something else. Look at it again, then press Enter."))
    _do(command, meant, deed, seen=seen)
    return deed


def _do(command: Command, meant: Meaning, deed: Deed, *, seen: str) -> None:
    assert command.act is not None
    deed.command, deed.said = command.name, command.say(meant)[:300]
    deed.assignment = meant.assignment
    deed.incident = meant.assignment.incident if meant.assignment else meant.incident
    if deed.assignment is not None and deed.incident is not None:
        deed.incident.hold()
        deed.assignment.hold()
        deed.was = {
            "assignment": undo.kept(deed.assignment, undo.ASSIGNMENT),
            "incident": undo.kept(deed.incident, undo.INCIDENT),
        }
    elif deed.incident is not None:
        deed.was = {"priority": deed.incident.priority_id}
    done = command.act(meant, deed.by, _versions(seen))
    if isinstance(done, Assignment):
        deed.assignment = done
    deed.after = undo.versions(deed) if command.undo else {}
    if command.name == "undo":
        deed.undone_at = deed.at
    deed.save()


def _versions(seen: str) -> dict[str, int]:
    told = (token.split(":") for token in seen.split())
    return {pk: int(version) for _kind, pk, version in told if version}


def _still_as_seen(seen: str, *, by: User) -> None:
    """Raise `Stale`, naming what changed, when a record of the preview moved on."""
    try:
        told = [(MODELS[kind], UUID(pk), int(version)) for kind, pk, version in _tokens(seen)]
    except (KeyError, ValueError):
        raise InvalidInput(_("Look at the preview first, then press Enter."), field="seen") from None
    for model, pk, version in told:
        record = model._default_manager.visible_to(by).filter(pk=pk).first()  # type: ignore[attr-defined]  # each has it
        if record is None:
            raise NotThere(_("What this line was about is no longer among your work."))
        if record.version != version:
            raise Stale(_changed(record), version=record.version, expected=version)


def _tokens(seen: str) -> list[list[str]]:
    return [token.split(":") for token in seen.split() if not token.startswith("deed:")]


def _changed(record: Lifecycle) -> str:
    kind, pk = record._meta.label_lower, str(record.pk)
    last = (
        Entry.objects.filter(subject_type=kind, subject_id=pk).select_related("actor").order_by("-id").first()
    )
    told = {
        "record": record,
        "status": record.get_status_display(),  # type: ignore[attr-defined]  # Django makes it for choices
        "name": last.actor.display_name if last and last.actor else _("system"),
        "at": f"{clock.local(last.at if last else record.status_since):%H:%M:%S}",
    }
    return (
        _(
            "%(name)s changed %(record)s at %(at)s: it is “%(status)s” now. Nothing was done. "
            "Look at the line again, then press Enter."
        )
        % told
    )
