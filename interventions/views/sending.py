"""Choosing and sending a team."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import permission_required
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from carma.incidents.models import Incident
from carma.web.answers import fragment, partial_or_redirect
from carma.web.request import Request
from interventions import actions, board, marks, recommend
from interventions.forms import AssignForm
from interventions.models import Assignment, Team

BOARD = "interventions:board"

may_assign = permission_required("interventions.assign_team", raise_exception=True)


@may_assign
@require_GET
def choose_team(request: Request, pk: UUID) -> HttpResponse:
    """The teams for an incident, the best first with reasons: beside the board, or a page of its own."""
    template = "interventions/_choose_team.html" if request.htmx else "interventions/choose_team.html"
    return render(request, template, _choice(request, _known(request, pk)))


@require_GET
def teams_on(request: Request, pk: UUID) -> HttpResponse:
    """The teams of one incident, for its own page."""
    context = board.teams_on(_known(request, pk), request.user)
    if context is None:
        raise PermissionDenied
    return fragment(request, "interventions/_incident_teams.html", context)


@may_assign
@require_POST
def assign(request: Request, pk: UUID) -> HttpResponse:
    """Send a team, called back from less urgent work if need be. Answers the team's line to htmx."""
    incident = _known(request, pk)
    sent = _send(request, incident)
    said = _("%(team)s is sent to %(incident)s.") % {"team": sent.team, "incident": incident}
    context = {"one": board.sent(sent), "may": board.verbs_of(request.user)}
    return partial_or_redirect(request, "interventions/_sent.html", context, to=BOARD, said=said)


def _send(request: Request, incident: Incident) -> Assignment:
    form = AssignForm(request.POST)
    how = form.how(since=incident.status_since)
    teams = Team.objects.visible_to(request.user)
    how["recommended"] = teams.filter(pk=form.cleaned_data["recommended"]).first()
    if form.cleaned_data["preempt"]:
        known = Assignment.objects.visible_to(request.user).select_related("team", "incident")
        present = get_object_or_404(known, pk=form.cleaned_data["preempt"])
        return actions.preempt(present, incident, by=request.user, **how)
    team = get_object_or_404(teams, pk=form.cleaned_data["team"])
    return actions.assign(team, incident, by=request.user, **how)


def _known(request: Request, pk: UUID) -> Incident:
    rows = Incident.objects.visible_to(request.user).select_related("type", "priority").defer("search")
    return get_object_or_404(rows, pk=pk)


def _choice(request: Request, incident: Incident) -> dict[str, Any]:
    return {
        "incident": incident,
        "marks": marks.of_incident(incident),
        "advice": recommend.for_incident(incident, request.user),
        "form": AssignForm(initial={"version": incident.version}),
    }
