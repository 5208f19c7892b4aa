"""What a team in the field sees: its own assignment, and the next thing it can do."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from carma.accounts.models import User
from carma.followups.models import FollowUp
from carma.incidents.models import Incident
from interventions import marks, panics
from interventions.models import Assignment, Assistance, Team
from interventions.verbs import next_for, possible_for_team


def of_team(user: User, team_id: str) -> dict[str, Any]:
    """The chosen team with what it is on; without a team yet, the teams to choose from."""
    on_shift = Team.objects.visible_to(user).on_shift()
    team = on_shift.filter(pk=UUID(team_id)).first() if team_id else None
    if team is None:
        return {"team": None, "teams": on_shift.order_by("base", "call_sign", "id")}
    known = Assignment.objects.visible_to(user).filter(team=team).defer("incident__search")
    assignment = known.open().select_related("incident__type", "incident__priority").first()
    in_danger = panics.of_team(team)
    if assignment is not None:
        return {**in_danger, **_at_work(assignment)}
    ended = known.filter(ended_at__isnull=False, incident__status=Incident.Status.CLEARED)
    without_result = ended.select_related("incident__type").order_by("-ended_at")[:3]
    return {**in_danger, "without_result": without_result, "verbs": possible_for_team(team)}


def _at_work(assignment: Assignment) -> dict[str, Any]:
    """Its next steps, whom it has beside it, what it asked for, and on scene the clock over its safety."""
    on_scene = assignment.status == Assignment.Status.ON_SCENE
    incident = assignment.incident
    others = incident.assignments.open().exclude(pk=assignment.pk).select_related("team")
    return {
        "assignment": assignment,
        "verbs": [verb for verb in next_for(assignment) if verb.name != "hear"],
        "welfare": marks.of_assignment(assignment, incident.priority) if on_scene else None,
        "others": others.order_by("assigned_at", "id"),
        "asked": assignment.assistance.order_by("-asked_at", "id").first(),
        "urgencies": Assistance.Urgency.choices,
        "victim_care": incident.follow_ups.filter(kind=FollowUp.Kind.VICTIM_CARE).first(),
    }
