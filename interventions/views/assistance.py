"""Asking for another team, and dispatch's answer when none can be sent."""

from __future__ import annotations

from uuid import UUID

from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from carma.web.answers import partial_or_redirect
from carma.web.request import Request
from interventions import assistance
from interventions.forms import HowForm
from interventions.models import Assignment, Assistance
from interventions.views.field import FIELD_PART, work

may_operate = permission_required("interventions.operate_assignment", raise_exception=True)
may_assign = permission_required("interventions.assign_team", raise_exception=True)


@may_operate
@require_POST
def ask(request: Request, pk: UUID) -> HttpResponse:
    """Ask for another team. Answers the team's page to htmx."""
    assignment = get_object_or_404(Assignment.objects.visible_to(request.user), pk=pk)
    assistance.ask(assignment, request.POST.get("urgency", ""), by=request.user)
    said = _("Dispatch has your question.")
    return partial_or_redirect(request, FIELD_PART, work(request), to="interventions:field", said=said)


@may_operate
@require_POST
def withdraw(request: Request, pk: UUID) -> HttpResponse:
    assistance.withdraw(_known(request, pk), by=request.user)
    return partial_or_redirect(request, FIELD_PART, work(request), to="interventions:field")


@may_assign
@require_GET
def question(request: Request, pk: UUID) -> HttpResponse:
    """A question with the ways to answer it: beside the board, or a page of its own."""
    template = "interventions/_assistance.html" if request.htmx else "interventions/assistance.html"
    known = _known(request, pk)
    return render(request, template, {"asked": known, "form": HowForm(initial={"version": known.version})})


@may_assign
@require_POST
def decline(request: Request, pk: UUID) -> HttpResponse:
    """No team can be sent."""
    known = _known(request, pk)
    how = HowForm(request.POST).how(since=known.status_since)
    assistance.decline(known, by=request.user, **how)
    to = "interventions:board"
    return partial_or_redirect(request, "interventions/_assistance.html", {"asked": known}, to=to)


def _known(request: Request, pk: UUID) -> Assistance:
    rows = Assistance.objects.visible_to(request.user).select_related(
        "assignment__team", "assignment__incident__type", "assignment__incident__priority"
    )
    return get_object_or_404(rows.defer("assignment__incident__search"), pk=pk)
