"""Wanted notices: written, prolonged and withdrawn on one page."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from carma.incidents.forms import ReviewForm, WithdrawForm
from carma.incidents.models import Incident
from carma.incidents.views.reading import record_found
from carma.web.live import live_page
from carma.web.request import Request
from carma.web.told import told
from interventions import wanted as actions
from interventions.forms import WantedForm
from interventions.models import WantedNotice

PAGE, SHOWN = "interventions:wanted_notices", "interventions/wanted.html"

may_see = permission_required("interventions.view_wantednotice", raise_exception=True)
may_set = permission_required("interventions.set_wantednotice", raise_exception=True)


@may_see
@require_http_methods(["GET", "POST"])
@live_page
def wanted(request: Request) -> HttpResponse:
    """What to look out for; a POST adds a notice. `?incident=2026-000123` says where it comes from."""
    if request.method == "GET":
        return render(request, SHOWN, _page(request, _blank(request)))
    if not request.user.has_perm("interventions.set_wantednotice"):
        raise PermissionDenied
    form = WantedForm(request.POST)
    if not form.is_valid():
        return render(request, SHOWN, _page(request, form), status=422)
    incident = Incident.objects.pick(form.cleaned_data["incident"], by=request.user, field="incident")
    notice = actions.write(form.wanted_told(), by=request.user, incident=incident)
    messages.success(request, _("Every team sees it: %(notice)s.") % {"notice": notice})
    return redirect(PAGE)


@may_set
@require_POST
def prolong(request: Request, pk: UUID) -> HttpResponse:
    """It goes on, until the moment told."""
    values = told(ReviewForm(request.POST))
    actions.prolong(
        _known(request, pk), until_at=values["until_at"], by=request.user, expect=values["version"]
    )
    messages.success(request, _("The notice goes on."))
    return redirect(PAGE)


@may_set
@require_POST
def withdraw(request: Request, pk: UUID) -> HttpResponse:
    values = told(WithdrawForm(request.POST))
    how = {"expect": values["version"], "reason": values["reason"]}
    actions.withdraw(_known(request, pk), by=request.user, **how)
    messages.success(request, _("The notice is withdrawn."))
    return redirect(PAGE)


def _known(request: Request, pk: UUID) -> WantedNotice:
    return get_object_or_404(WantedNotice.objects.visible_to(request.user), pk=pk)


def _blank(request: Request) -> WantedForm:
    named = request.GET.get("incident", "")
    incident = Incident.objects.visible_to(request.user).filter(reference=named).first() if named else None
    return WantedForm(initial={"incident": incident.pk, "reference": incident.reference} if incident else {})


def _page(request: Request, form: WantedForm) -> dict[str, Any]:
    """The notices with a form for each verb; that they were shown is recorded before they leave."""
    shown = actions.in_force(request.user)
    record_found(request, shown, purpose="wanted", about="wanted")
    rows = [(each, _prolong_form(each)) for each in shown]
    may = request.user.has_perm("interventions.set_wantednotice")
    return {"rows": rows, "may": may, "form": form, "is_open": form.is_bound or "incident" in form.initial}


def _prolong_form(notice: WantedNotice) -> ReviewForm:
    start = {"version": notice.version, "until_at": notice.until_at}
    return ReviewForm(initial=start, auto_id=f"prolong-{notice.pk}-%s")
