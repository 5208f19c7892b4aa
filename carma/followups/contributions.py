from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext_lazy as _

from carma.accounts.models import User
from carma.events.models import Event
from carma.followups import actions
from carma.followups.models import FollowUp
from carma.incidents import closing, timeline
from carma.incidents.models import Incident
from carma.registry import panel, subscribe

RINGS_AT = 1  # priorities 0 and 1: victim care is asked as soon as a team is on scene (domain 2)


@subscribe("incident.on_scene")
def ask_victim_care(event: Event) -> None:
    incident = Incident.objects.select_related("type").get(pk=event.subject_id)
    if incident.priority_id is not None and incident.priority_id <= RINGS_AT:
        actions.propose(incident, at=event.at, only=FollowUp.Kind.VICTIM_CARE)


@subscribe("incident.cleared", "incident.retyped")
def ask_the_rest(event: Event) -> None:
    """Also when the type is put right while the result is written: what the right type asks counts."""
    incident = Incident.objects.select_related("type").get(pk=event.subject_id)
    if incident.cleared_at is not None:
        actions.propose(incident, at=event.at)


def panel_context(incident: Incident, user: User) -> dict[str, Any] | None:
    """The incident's follow-ups, or what its type will propose."""
    if not user.has_perm("followups.view_followup"):
        return None
    labels = dict(FollowUp.Kind.choices)
    triggers = incident.type.triggers if incident.type else []
    return {
        "incident": incident,
        "follow_ups": list(incident.follow_ups.order_by("due_at")),
        "expected": [labels[kind] for kind in triggers],
    }


closing.source(ask=actions.unanswered, answer=actions.answer)
panel("incident", template="followups/_panel.html", context=panel_context, order=60)


@timeline.source
def follow_up_moments(incident: Incident) -> Iterable[timeline.Moment]:
    asked = {str(each.pk): each for each in incident.follow_ups.all()}
    statuses = {**dict(FollowUp.Status.choices), "confirmed": _("Needed")}
    for entry in timeline.entries("followups.followup", asked):
        title = f"{asked[entry.subject_id].get_kind_display()}: {statuses[entry.action.partition('.')[2]]}"
        yield timeline.from_entry(entry, icon="arrow-right-circle", title=title)
