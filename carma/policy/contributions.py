from __future__ import annotations

from datetime import datetime
from itertools import product

from carma.audit.models import Entry
from carma.events.models import Event
from carma.incidents.models import Incident
from carma.policy import tallies
from carma.registry import subscribe


@subscribe(
    "incident.received",
    "incident.qualified",
    "incident.queued",
    "incident.cancelled",
    "incident.merged",
    "incident.merged_with",
    "incident.retyped",
    "incident.unmerged",
    "incident.parted_from",
)
def keep_tallies(event: Event) -> None:
    incident = Incident.objects.get(pk=event.subject_id)
    types = {incident.type_id} if incident.type_id else set()
    moments = {incident.received_at}
    if event.kind in ("incident.retyped", "incident.merged_with", "incident.parted_from"):
        types |= set(_former(event, "type"))
        moments |= {datetime.fromisoformat(told) for told in _former(event, "received_at")}
    for code, month in product(types, {tallies.month_of(moment) for moment in moments}):
        tallies.recount(month, incident.municipality, code)


def _former(event: Event, name: str) -> list[str]:
    """What stood in a field of the incident before: that cell lost it."""
    told = Entry.objects.filter(
        action=event.kind, subject_type=event.subject_type, subject_id=event.subject_id
    )
    changes = (one.get(name, [None])[0] for one in told.values_list("changes", flat=True))
    return [was for was in changes if was]
