from __future__ import annotations

from typing import Any
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
from carma.incidents import actions
from carma.incidents.around import Spot, known
from carma.incidents.duplicates import numbered, possible
from carma.incidents.forms import IntakeForm
from carma.incidents.models import Call, Incident
from carma.incidents.views.reading import record_found
from carma.web.answers import fragment, invalid
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
        planned_for=told["planned_for"],
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
def questions(request: Request) -> HttpResponse:
    """What to ask the caller for the type chosen, with what was answered so far."""
    form = IntakeForm(request.GET)
    form.is_valid()
    return render(request, "incidents/_questions.html", {"asked": form.asked()})


@may_take
@require_GET
def duplicates(request: Request) -> HttpResponse:
    """Running incidents that the call being typed may be about.

    Asked again for the same call (`shown`), each keeps the number with which the call is added to it.
    """
    told = _half_told(request)
    found = possible(
        user=request.user,
        at=clock.now(),
        type=told.get("type"),
        lat=told.get("lat"),
        lon=told.get("lon"),
        phone=told.get("caller_phone", ""),
    )
    record_found(request, [one.incident for one in found], purpose="duplicates", about=told.get("key"))
    rows, shown = numbered(found, request.GET.getlist("shown"))
    asked = request.GET.copy()
    asked.setlist("shown", shown)
    context = {
        "found": rows,
        "asked": True,
        "again": f"{reverse('incidents:duplicates')}?{asked.urlencode()}",
    }
    return fragment(request, "incidents/_duplicates.html", context)


@may_take
@require_GET
def place(request: Request) -> HttpResponse:
    """What is known of the place of the call being typed, before it is saved."""
    told = _half_told(request)
    spot = Spot(told.get("lat"), told.get("lon"), told.get("address_id"), told.get("words", "")[:MOST_WORDS])
    shown = known(spot, user=request.user)
    record_found(request, shown.records, purpose="place", about=told.get("key"))
    again = f"{reverse('incidents:place')}?{request.GET.urlencode()}"
    context = {"around": shown, "has_point": spot.point is not None, "again": again}
    return fragment(request, "incidents/_around.html", context)


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


def _half_told(request: Request) -> dict[str, Any]:
    """What is usable of a form that is being filled in."""
    form = IntakeForm(request.GET)
    form.is_valid()
    return form.cleaned_data


def _context(form: IntakeForm) -> dict[str, object]:
    asked = form.asked() if form.is_bound else []
    return {"form": form, "asked": asked, "priorities": Priority.objects.order_by("code")}


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
