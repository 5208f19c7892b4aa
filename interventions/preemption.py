"""When a team may be called back from its incident for a more urgent one."""

from __future__ import annotations

from enum import StrEnum

from carma.incidents.models import Incident
from interventions.models import Assignment

KEPT_AT = 1  # a team sent to a code 0 or 1 goes there


class Kept(StrEnum):
    """Why a team stays with its incident."""

    ON_SCENE = "on_scene"
    URGENT = "on_urgent_incident"
    NOT_LOWER = "on_incident_not_lower"


def kept(assignment: Assignment, incident: Incident) -> Kept | None:
    """Why a team stays where it was sent and can't go to `incident`; None when it may be called back.

    Once on scene it stays: what it does there is not ours to break off. The dispatcher clears it first.
    """
    present, other = assignment.incident.priority_id, incident.priority_id
    if assignment.status == Assignment.Status.ON_SCENE:
        return Kept.ON_SCENE
    if present is None or present <= KEPT_AT:
        return Kept.URGENT
    if other is None or present <= other:
        return Kept.NOT_LOWER
    return None
