"""Finding incidents by number, words or the caller's phone; who searched for what is recorded."""

from __future__ import annotations

from carma import clock
from carma.accounts.models import User
from carma.audit import trail
from carma.incidents.models import Incident

SHOWN = 50
LONGEST = 100


def cleaned(typed: str) -> str:
    """What is searched for: of a longer text, its start."""
    return typed.strip()[:LONGEST].replace("\0", "")


def matches(text: str, *, by: User, most: int = SHOWN) -> list[Incident]:
    """The newest `most` incidents, and one more when there are."""
    visible = Incident.objects.visible_to(by).search(text)
    return list(visible.select_related("type", "priority").order_by("-received_at", "id")[: most + 1])


def record(shown: list[Incident], text: str, *, by: User) -> None:
    """Write the search into the audit trail: an entry per incident shown, or one that nothing was found."""
    if shown:
        trail.read_many(shown, by=by, purpose="search", terms=text)
    elif text:
        changes = {"terms": text, "found": 0}
        trail.record("incident.searched", by, by=by, at=clock.now(), changes=changes)
