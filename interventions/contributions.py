from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext_lazy as _

from carma import lasting
from carma.accounts.models import User
from carma.alerts.models import Alert
from carma.events.models import Event
from carma.incidents import timeline
from carma.incidents.models import Incident
from carma.registry import MenuItem, each_round, menu, on_timer, panel, place_source, subscribe, topics_for
from carma.web.templatetags.carma import STATUS_ICONS
from interventions import actions, board, panics, sheet, wanted, watch
from interventions.command import bar
from interventions.models import Assignment, Assistance, Panic, WantedNotice
from interventions.verbs import ON_ASSIGNMENT

PANIC_WORDS = {
    "panic.raised": _("PANIC, calls for help"),
    "panic.pressed": _("calls for help again"),
    "panic.well": _("says that all is well"),
    "panic.over": _("out of danger"),
}
ASSISTANCE_WORDS = {
    "assistance.asked": _("asks for another team"),
    "assistance.urgency": _("asks for another team"),
    "assistance.sent": _("another team is sent"),
    "assistance.declined": _("no other team can be sent"),
    "assistance.withdrawn": _("needs no other team any more"),
}

menu(MenuItem(_("Board"), "interventions:board", "interventions.view_assignment", order=10, icon="kanban"))
menu(MenuItem(_("Teams"), "interventions:roster", "interventions.view_team", order=15, icon="people"))
menu(MenuItem(_("Field"), "interventions:field", "interventions.operate_assignment", order=25, icon="phone"))
panel("incident", template="interventions/_incident_panel.html", context=board.teams_on, order=20)
panel("shell", template="interventions/command/_bar.html", context=bar.for_user, order=90)
panel("user_menu", template="interventions/command/_opener.html", context=bar.for_user)
panel("keys", template="interventions/command/_keys.html", context=bar.for_user)

place_source("interventions.wantednotice")(wanted.known_at)
on_timer(lasting.until(WantedNotice))(lasting.is_over)


def _where(alert: Alert, user: User) -> dict[str, Any] | None:
    if alert.kind != panics.KIND:
        return None
    panic = Panic.objects.visible_to(user).filter(pk=alert.subject_id).first()
    return panics.where(panic, user) if panic else None


panel("alarm", template="interventions/_panic_where.html", context=_where)


def _fire(timer: Any, incident: Any) -> None:
    watch.fire(timer, incident)


for _each in watch.WATCHES:
    on_timer(_each.kind)(_fire)


@each_round
def renew_sheet() -> int:
    return sheet.renew()


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
        "taken_over": _("Taken over"),
        "taken_back": _("Taken back: told in error"),
    }
    for entry in timeline.entries("interventions.assignment", teams) if teams else ():
        verb = entry.action.partition(".")[2]
        icon = STATUS_ICONS.get(verb, ON_ASSIGNMENT["hear"].icon)
        title = f"{teams[entry.subject_id]}: {told.get(verb, verb)}"
        yield timeline.from_entry(entry, icon=icon, title=title)


@timeline.source
def calls_for_help(incident: Incident) -> Iterable[timeline.Moment]:
    """Panics on the incident, and what its teams asked for."""
    raised = {str(panic.pk): panic.team for panic in incident.panics.select_related("team")}
    for entry in timeline.entries("interventions.panic", raised) if raised else ():
        title = f"{raised[entry.subject_id]}: {PANIC_WORDS[entry.action]}"
        yield timeline.from_entry(entry, icon="exclamation-octagon-fill", title=title)
    asked = Assistance.objects.filter(assignment__incident=incident).select_related("assignment__team")
    questions = {str(each.pk): each for each in asked}
    urgencies = dict(Assistance.Urgency.choices)
    for entry in timeline.entries("interventions.assistance", questions) if questions else ():
        team = questions[entry.subject_id].assignment.team
        urgency = entry.changes.get("urgency", [None, ""])[1]
        title = f"{team}: {ASSISTANCE_WORDS[entry.action]}"
        yield timeline.from_entry(
            entry, icon="person-plus-fill", title=title, detail=str(urgencies.get(urgency, ""))
        )


@topics_for
def team_topics(user: User) -> set[str]:
    return {"team:*"} if user.has_perm("interventions.view_team") else set()


@topics_for
def wanted_topics(user: User) -> set[str]:
    return {"wanted:*"} if user.has_perm("interventions.view_wantednotice") else set()
