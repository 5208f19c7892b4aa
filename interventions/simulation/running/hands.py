"""Which incidents a person has taken in hand; the simulation leaves those alone."""

from __future__ import annotations

from uuid import UUID

from django.db.models import Q

from carma.audit.models import Entry
from interventions.simulation.cast import PREFIX

# Looking at a record, adding to its story and sending a team ask the simulated people to go on.
NOT_TAKING_OVER = (
    Q(action__endswith=".read")
    | Q(action__endswith=".found")
    | Q(action="incident.noted")
    | Q(action="incident.call_attached")
    | Q(action="incident.assigned")
    | Q(action="assignment.assigned")
)


def taken_over(model: str, key: UUID) -> bool:
    """Whether a person moved or changed this record (`incidents.incident`, `interventions.assignment`)."""
    entries = Entry.objects.filter(subject_type=model, subject_id=str(key), actor__isnull=False)
    return entries.exclude(NOT_TAKING_OVER).exclude(actor__username__startswith=PREFIX).exists()
