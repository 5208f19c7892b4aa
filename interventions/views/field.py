from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from carma import clock
from carma.errors import InvalidInput
from carma.followups.actions import ask
from carma.followups.models import FollowUp
from carma.incidents.actions import add_note
from carma.incidents.forms import NoteForm
from carma.incidents.views.pages import around_context
from carma.incidents.views.reading import record_found, record_reading
from carma.web.answers import fragment, partial_or_redirect
from carma.web.live import live_page
from carma.web.request import Request
from interventions.field import of_team
from interventions.models import Assignment, Team
from interventions.wanted import in_force

CHOSEN = "field_team"
FIELD_PART = "interventions/_field.html"

may_operate = permission_required("interventions.operate_assignment", raise_exception=True)
may_ask = permission_required("followups.ask_followup", raise_exception=True)
may_note = permission_required("incidents.note_incident", raise_exception=True)


@may_operate
@require_GET
@live_page
def field(request: Request) -> HttpResponse:
    """One team's work, for a thumb."""
    return render(request, "interventions/field.html", work(request))


@may_operate
@require_GET
def now(request: Request) -> HttpResponse:
    return fragment(request, FIELD_PART, work(request))


@may_note
@require_GET
def note_form(request: Request) -> HttpResponse:
    """Apart from the rest, so that what is being typed holds up nothing."""
    return fragment(request, "interventions/_field_note.html", work(request))


@may_operate
@require_POST
def choose(request: Request, pk: UUID) -> HttpResponse:
    """Remember for this session which team one is in."""
    team = get_object_or_404(Team.objects.visible_to(request.user).on_shift(), pk=pk)
    request.session[CHOSEN] = str(team.pk)
    return redirect("interventions:field")


@may_operate
@require_POST
def leave(request: Request) -> HttpResponse:
    request.session.pop(CHOSEN, None)
    return redirect("interventions:field")


@may_note
@require_POST
def note(request: Request, pk: UUID) -> HttpResponse:
    """Write a note on the incident of an assignment."""
    assignment = get_object_or_404(Assignment.objects.visible_to(request.user), pk=pk)
    form = NoteForm(request.POST)
    if not form.is_valid():
        raise InvalidInput(str(form.errors["text"][0]), field="text")
    add_note(assignment.incident, form.cleaned_data["text"], by=request.user)
    to, said = "interventions:field", _("Your note is saved.")
    return partial_or_redirect(request, "interventions/_field_note.html", work(request), to=to, said=said)


@may_ask
@require_POST
def ask_victim_care(request: Request, pk: UUID) -> HttpResponse:
    """Have victim care asked for the incident of an assignment."""
    assignment = get_object_or_404(Assignment.objects.visible_to(request.user), pk=pk)
    ask(assignment.incident, FollowUp.Kind.VICTIM_CARE, at=clock.now(), by=request.user)
    to, said = "interventions:field", _("Victim care is asked.")
    return partial_or_redirect(request, FIELD_PART, work(request), to=to, said=said)


def work(request: Request) -> dict[str, Any]:
    """What the chosen team is on; the first time its words are shown is recorded before they leave."""
    context = of_team(request.user, request.session.get(CHOSEN, ""))
    assignment = context.get("assignment")
    if assignment:
        record_reading(request, assignment.incident)
        context |= around_context(assignment.incident, request)
    if context["team"]:
        context["notices"] = in_force(request.user)
        record_found(request, context["notices"], purpose="wanted", about="wanted")
    return context
