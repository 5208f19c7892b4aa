"""What a team in the field sees: its own assignment, and the next thing it can do."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from carma.accounts.models import User
from carma.incidents.models import Incident
from interventions.models import Assignment, Team
from interventions.verbs import next_for, possible_for_team


def of_team(user: User, team_id: str) -> dict[str, Any]:
    """The chosen team with what it is on; without a team yet, the teams to choose from."""
    on_shift = Team.objects.visible_to(user).on_shift()
    team = on_shift.filter(pk=UUID(team_id)).first() if team_id else None
    if team is None:
        return {"team": None, "teams": on_shift.order_by("base", "call_sign", "id")}
    known = Assignment.objects.visible_to(user).filter(team=team).defer("incident__search")
    assignment = known.open().select_related("incident__type", "incident__priority").first()
    if assignment is not None:
        return {"team": team, "assignment": assignment, "verbs": next_for(assignment)}
    ended = known.filter(ended_at__isnull=False, incident__status=Incident.Status.CLEARED)
    without_result = ended.select_related("incident__type").order_by("-ended_at")[:3]
    return {"team": team, "without_result": without_result, "verbs": possible_for_team(team)}
