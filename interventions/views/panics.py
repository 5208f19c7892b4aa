"""Calling for help in danger: the team's button, what dispatch sees of it, and its end."""

from __future__ import annotations

from uuid import UUID

from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET, require_POST

from carma.web.answers import fragment, partial_or_redirect
from carma.web.request import Request
from interventions import panics
from interventions.forms import HowForm
from interventions.models import Panic, Team

may_see = permission_required("interventions.view_team", raise_exception=True)
may_press = permission_required("interventions.raise_panic", raise_exception=True)
may_end = permission_required("interventions.end_panic", raise_exception=True)

OWN = "interventions/_field_panic.html"
FIELD, BOARD = "interventions:field", "interventions:board"


@may_press
@require_POST
def press(request: Request, pk: UUID) -> HttpResponse:
    """Call for help. Answers the team's own part of the field page to htmx."""
    team = get_object_or_404(Team.objects.visible_to(request.user), pk=pk)
    panics.press(team, by=request.user)
    return partial_or_redirect(request, OWN, panics.of_team(team), to=FIELD)


@may_press
@require_POST
def say_well(request: Request, pk: UUID) -> HttpResponse:
    panic = _known(request, pk)
    panics.say_well(panic, by=request.user)
    return partial_or_redirect(request, OWN, panics.of_team(panic.team), to=FIELD)


@may_press
@require_GET
def own(request: Request, pk: UUID) -> HttpResponse:
    """The team's button, or what became of its call."""
    team = get_object_or_404(Team.objects.visible_to(request.user), pk=pk)
    return fragment(request, OWN, panics.of_team(team))


@may_see
@require_GET
def where(request: Request, pk: UUID) -> HttpResponse:
    """Where a team in danger is, within the alarm on every page."""
    context = panics.where(_known(request, pk), request.user)
    return fragment(request, "interventions/_panic_where.html", context)


@may_end
@require_GET
def panic(request: Request, pk: UUID) -> HttpResponse:
    """What is known of it, and the form to end it: beside the board, or a page of its own."""
    template = "interventions/_panic.html" if request.htmx else "interventions/panic.html"
    known = _known(request, pk)
    context = {"panic": known, "taken_by": panics.taken_by(known)}
    return render(request, template, {**context, "form": HowForm(initial={"version": known.version})})


@may_end
@require_POST
def end(request: Request, pk: UUID) -> HttpResponse:
    """It is over."""
    known = _known(request, pk)
    how = HowForm(request.POST).how(since=known.status_since)
    panics.end(known, by=request.user, **how)
    context = {"panic": known, "taken_by": panics.taken_by(known)}
    return partial_or_redirect(request, "interventions/_panic.html", context, to=BOARD)


def _known(request: Request, pk: UUID) -> Panic:
    rows = Panic.objects.visible_to(request.user).select_related("team", "incident", "raised_by")
    return get_object_or_404(rows.defer("incident__search"), pk=pk)
