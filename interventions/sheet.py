"""Open incidents and teams on paper, for when the screens go dark: a file at most five minutes old.

It needs neither Redis nor pages: the engine's round writes it, whichever process does that.
"""

from __future__ import annotations

import base64
import hashlib
import logging
import os
import tempfile
from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db.models import F
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.safestring import mark_safe

from carma import clock
from carma.incidents.models import Incident
from carma.incidents.models.incident import IncidentQuerySet
from carma.norms import figures
from interventions.models import Assignment, Team

log = logging.getLogger(__name__)

STYLE = (Path(__file__).parent / "static" / "interventions" / "sheet.css").read_text(encoding="utf-8")
# The pages' content policy allows this style by what it says, since the sheet carries it with it.
STYLE_HASH = f"'sha256-{base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()}'"
EMPTY_LINES = range(12)  # to go on by hand


def path() -> Path:
    """Where the file stands: `CARMA_SHEET`, else with the other files of this installation."""
    return Path(settings.CARMA_SHEET or settings.VAR_DIR / "sheet.html")


def drawn(incidents: IncidentQuerySet, teams: Iterable[Team], *, at: datetime) -> str:
    """The sheet as one HTML document that needs nothing beside it; in the active language."""
    open_now = incidents.open().select_related("type", "priority").defer("search").prefetch_related("calls")
    known = list(open_now.order_by(F("priority").asc(nulls_first=True), "received_at", "id"))
    sent: dict[Any, list[Assignment]] = defaultdict(list)
    on: dict[Any, Assignment] = {}
    for each in Assignment.objects.open().select_related("team").order_by("assigned_at", "id"):
        sent[each.incident_id].append(each)
        on[each.team_id] = each
    by_key = {one.pk: one for one in known}
    context = {
        "at": at,
        "style": mark_safe(STYLE),  # noqa: S308  our own file
        "waiting": [one for one in known if one.is_waiting],
        "running": [(one, sent[one.pk]) for one in known if not one.is_waiting],
        "teams": [(team, on.get(team.pk), by_key.get(_on(on.get(team.pk)))) for team in teams],
        "empty_lines": EMPTY_LINES,
    }
    return render_to_string("interventions/sheet.html", context)


def whole(*, at: datetime) -> str:
    """Everything the room has open, in the zone's first language."""
    with translation.override(settings.LANGUAGE_CODE):
        return drawn(Incident.objects.all(), Team.objects.on_shift().order_by("call_sign"), at=at)


def renew() -> int:
    """Write the file anew once it is older than the norm `sheet_every`; answers whether it did."""
    at = clock.now()
    try:
        made_at = datetime.fromtimestamp(path().stat().st_mtime, UTC)
    except FileNotFoundError:
        made_at = None
    if made_at is not None and timedelta(0) <= at - made_at < figures.span("sheet_every"):
        return 0
    try:
        write(whole(at=at), at=at)
    except OSError as error:  # a full disk must not hold up the round, which has alarms to sound
        log.warning("the sheet for on paper could not be written: %s", error)
        return 0
    return 1


def write(sheet: str, *, at: datetime) -> None:
    """Put the sheet in its place in one step: who opens it gets the former one or this one, never half.

    Only the account that the zone runs as may read it: it names callers.
    """
    target = path()
    descriptor, draft = tempfile.mkstemp(dir=target.parent, prefix=".sheet-")  # made with mode 600
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(sheet)
            file.flush()
            os.fsync(file.fileno())
        os.utime(draft, (at.timestamp(), at.timestamp()))
        Path(draft).replace(target)
    except BaseException:
        Path(draft).unlink(missing_ok=True)
        raise


def _on(assignment: Assignment | None) -> Any:
    return assignment.incident_id if assignment else None
