from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext_lazy as _

from carma.accounts.models import User
from carma.events.models import Event
from carma.incidents import timeline
from carma.incidents.models import Incident
from carma.registry import MenuItem, menu, on_timer, panel, subscribe, topics_for
from carma.web.templatetags.carma import STATUS_ICONS
from interventions import actions, board, watch
from interventions.command import bar
from interventions.models import Assignment
from interventions.verbs import ON_ASSIGNMENT

menu(MenuItem(_("Board"), "interventions:board", "interventions.view_assignment", order=10, icon="kanban"))
menu(MenuItem(_("Field"), "interventions:field", "interventions.operate_assignment", order=25, icon="phone"))
panel("incident", template="interventions/_incident_panel.html", context=board.teams_on, order=20)
panel("shell", template="interventions/command/_bar.html", context=bar.for_user, order=90)
panel("footer", template="interventions/command/_opener.html", context=bar.for_user)
panel("keys", template="interventions/command/_keys.html", context=bar.for_user)


def _fire(timer: Any, incident: Any) -> None:
    watch.fire(timer, incident)


for _each in watch.WATCHES:
    on_timer(_each.kind)(_fire)


@subscribe("incident.reprioritised")
def follow_priority(event: Event) -> None:
    actions.follow_priority(Incident.objects.get(pk=event.subject_id))


@timeline.source
def team_moments(incident: Incident) -> Iterable[timeline.Moment]:
    """What each team did; the incident's own status follows from it until the last is free."""
    teams = {str(one.pk): one.team for one in incident.assignments.select_related("team")}
    told = {
        **dict(Assignment.Status.choices),
        "heard": ON_ASSIGNMENT["hear"].label,
        "taken_back": _("Taken back: told in error"),
    }
    for entry in timeline.entries("interventions.assignment", teams) if teams else ():
        verb = entry.action.partition(".")[2]
        icon = STATUS_ICONS.get(verb, ON_ASSIGNMENT["hear"].icon)
        title = f"{teams[entry.subject_id]}: {told.get(verb, verb)}"
        yield timeline.from_entry(entry, icon=icon, title=title)


@topics_for
def team_topics(user: User) -> set[str]:
    return {"team:*"} if user.has_perm("interventions.view_team") else set()
