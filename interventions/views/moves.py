"""One POST per verb on an assignment or a team, and the form for what is told late or with a reason."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from carma.web.answers import partial_or_redirect
from carma.web.request import Request
from interventions import board
from interventions.forms import HowForm
from interventions.models import Assignment, Team
from interventions.verbs import ON_ASSIGNMENT, ON_TEAM, possible_for_team

may_operate = permission_required("interventions.operate_assignment", raise_exception=True)
may_operate_team = permission_required("interventions.operate_team", raise_exception=True)


@may_operate
@require_POST
def move(request: Request, pk: UUID, verb: str) -> HttpResponse:
    """Tell what a team did. Answers its line to htmx, the page it came from to a plain form."""
    assignment = _known(request, pk)
    how = HowForm(request.POST).how(since=assignment.status_since)
    ON_ASSIGNMENT[verb].act(assignment, by=request.user, **how)
    context = {"one": board.sent(assignment), "may": board.verbs_of(request.user)}
    return partial_or_redirect(request, "interventions/_sent.html", context, to=_back(request, assignment))


@may_operate
@require_GET
def assignment(request: Request, pk: UUID) -> HttpResponse:
    """What a team did so far, with a form to tell a step late or to say why it does not go."""
    template = "interventions/_assignment.html" if request.htmx else "interventions/assignment.html"
    known = _known(request, pk)
    context = {"one": board.sent(known), "form": HowForm(initial={"version": known.version})}
    return render(request, template, context)


@may_operate_team
@require_POST
def move_team(request: Request, pk: UUID, verb: str) -> HttpResponse:
    """Put a team in or out of service."""
    team = get_object_or_404(Team.objects.visible_to(request.user), pk=pk)
    how = HowForm(request.POST).how(since=team.status_since)
    ON_TEAM[verb].act(team, by=request.user, **how)
    return partial_or_redirect(request, "interventions/_team.html", _shown(team), to=_back(request))


@may_operate_team
@require_GET
def team(request: Request, pk: UUID) -> HttpResponse:
    """A team with its crew, and the form to put it in or out of service."""
    known = get_object_or_404(Team.objects.visible_to(request.user), pk=pk)
    template = "interventions/_team.html" if request.htmx else "interventions/team.html"
    return render(request, template, _shown(known))


def _known(request: Request, pk: UUID) -> Assignment:
    rows = Assignment.objects.visible_to(request.user)
    joined = rows.select_related("team", "incident__type", "incident__priority").defer("incident__search")
    return get_object_or_404(joined, pk=pk)


def _shown(team: Team) -> dict[str, Any]:
    form = HowForm(initial={"version": team.version})
    return {"team": team, "form": form, "verbs": possible_for_team(team)}


def _back(request: Request, assignment: Assignment | None = None) -> str:
    """Where a plain form goes on: the page it stood on."""
    if request.POST.get("back") == "incident" and assignment is not None:
        return reverse("incidents:incident", args=[assignment.incident_id])
    return "interventions:field" if request.POST.get("back") == "field" else "interventions:board"
