from __future__ import annotations

from carma.audit.models import Entry
from carma.events.models import Event
from carma.incidents.models import Incident
from carma.policy import tallies
from carma.registry import subscribe


@subscribe(
    "incident.qualified", "incident.cancelled", "incident.merged", "incident.unmerged", "incident.retyped"
)
def keep_tallies(event: Event) -> None:
    incident = Incident.objects.get(pk=event.subject_id)
    types = {incident.type_id} if incident.type_id else set()
    if event.kind == "incident.retyped":
        types |= _former_types(event)
    for code in types:
        tallies.recount(tallies.month_of(incident.received_at), incident.municipality, code)


def _former_types(event: Event) -> set[str]:
    """The types the incident had, whose cells lost it."""
    told = Entry.objects.filter(
        action="incident.retyped", subject_type=event.subject_type, subject_id=event.subject_id
    )
    return {
        changes["type"][0]
        for changes in told.values_list("changes", flat=True)
        if changes.get("type", [None])[0]
    }
