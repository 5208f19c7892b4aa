from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django_htmx.http import HttpResponseClientRedirect

from carma import clock
from carma.actionfields.models import Priority
from carma.actionfields.suggest import types_for
from carma.audit import trail
from carma.incidents import actions
from carma.incidents.duplicates import possible
from carma.incidents.forms import IntakeForm
from carma.incidents.models import Call, Incident
from carma.web.answers import invalid
from carma.web.live import live_page
from carma.web.request import Request

may_take = permission_required("incidents.take_call", raise_exception=True)
MOST_WORDS = 2000  # what is said first says what it is


@may_take
@require_http_methods(["GET", "POST"])
@live_page
def new(request: Request) -> HttpResponse:
    """Take a call. A form sent twice makes one incident."""
    form = IntakeForm(request.POST or None)
    if request.method == "GET":
        return render(request, "incidents/intake.html", _context(form))
    if not form.is_valid():
        return _not_valid(request, form)
    told = form.cleaned_data
    incident = actions.take_call(
        form.call_told(),
        by=request.user,
        type=told["type"],
        place=form.place_told(),
        priority=told["priority"],
        **form.late,
    )
    return _saved(request, incident, form)


@may_take
@require_GET
def types(request: Request) -> HttpResponse:
    """The types that the words typed so far suggest, as options to choose from."""
    found = types_for(request.GET.get("q", "")[:MOST_WORDS], limit=6)
    return render(request, "incidents/_types.html", {"types": found})


@may_take
@require_GET
def duplicates(request: Request) -> HttpResponse:
    """Running incidents that the call being typed may be about."""
    form = IntakeForm(request.GET)
    form.is_valid()  # half a form is fine: what is usable is used
    told = form.cleaned_data
    found = possible(
        user=request.user,
        at=clock.now(),
        type=told.get("type"),
        lat=told.get("lat"),
        lon=told.get("lon"),
        phone=told.get("caller_phone", ""),
    )
    trail.read_many((one.incident for one in found), by=request.user, purpose="duplicates")
    return render(request, "incidents/_duplicates.html", {"found": found, "asked": True})


@may_take
@require_POST
def attach(request: Request, pk: UUID) -> HttpResponse:
    """Add the call being typed to a running incident instead of opening a new one."""
    incident = get_object_or_404(Incident.objects.visible_to(request.user), pk=pk)
    form = IntakeForm(request.POST)
    if not form.is_valid():
        return _not_valid(request, form)
    call = actions.attach_call(form.call_told(), incident, by=request.user)
    return _saved(request, call.incident, form)


def _context(form: IntakeForm) -> dict[str, object]:
    return {"form": form, "priorities": Priority.objects.order_by("code")}


def _not_valid(request: Request, form: IntakeForm) -> HttpResponse:
    """To htmx only what is wrong: what was typed stays where it stands."""
    template = "incidents/_problems.html" if request.htmx else "incidents/intake.html"
    return invalid(request, template, _context(form))


def _saved(request: Request, incident: Incident, form: IntakeForm) -> HttpResponse:
    _keep_later_words(request, incident, form)
    messages.success(request, _("The call is saved as %(incident)s.") % {"incident": incident})
    page = reverse("incidents:incident", args=[incident.pk])
    return HttpResponseClientRedirect(page) if request.htmx else redirect(page)


def _keep_later_words(request: Request, incident: Incident, form: IntakeForm) -> None:
    """Sent again after the answer got lost and more was typed: the call stands, its new words are a note."""
    told = form.call_told()
    stored = Call.objects.only("words").get(import_key=told.import_key)
    if told.words in ("", stored.words):
        return
    actions.add_note(incident, told.words, by=request.user)
    warning = _(
        "This call was saved before your last changes: its new words are a note. Check type and place."
    )
    messages.warning(request, warning)
