"""Warnings of places: written, reviewed and withdrawn on one page."""

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

from carma.incidents.actions import warning as actions
from carma.incidents.forms import ReviewForm, WarningForm, WithdrawForm
from carma.incidents.models import Incident, PlaceWarning
from carma.incidents.views.reading import record_found
from carma.norms import figures
from carma.web.request import Request
from carma.web.told import told

PAGE, SHOWN = "incidents:warnings", "incidents/warnings.html"
MOST = 100
KNOWN = ("place", "lat", "lon", "address_id")

may_see = permission_required("incidents.view_placewarning", raise_exception=True)
may_set = permission_required("incidents.set_placewarning", raise_exception=True)


@may_see
@require_http_methods(["GET", "POST"])
def warnings(request: Request) -> HttpResponse:
    """The warnings in force, those that end first on top; a POST adds one.

    `?incident=2026-000123` starts from its place.
    """
    if request.method == "GET":
        return render(request, SHOWN, _page(request, _blank(request)))
    if not request.user.has_perm("incidents.set_placewarning"):
        raise PermissionDenied
    form = WarningForm(request.POST, user=request.user)
    if not form.is_valid():
        return render(request, SHOWN, _page(request, form), status=422)
    incident = Incident.objects.pick(form.cleaned_data["incident"], by=request.user, field="incident")
    warning = actions.warn(form.warning_told(), by=request.user, incident=incident)
    messages.success(request, _("Whoever goes to %(place)s is warned.") % {"place": warning.place})
    return redirect(PAGE)


@may_set
@require_POST
def review(request: Request, pk: UUID) -> HttpResponse:
    """It still holds, until the moment told."""
    values = told(ReviewForm(request.POST))
    actions.review(
        _known(request, pk), until_at=values["until_at"], by=request.user, expect=values["version"]
    )
    messages.success(request, _("The warning holds on."))
    return redirect(PAGE)


@may_set
@require_POST
def withdraw(request: Request, pk: UUID) -> HttpResponse:
    values = told(WithdrawForm(request.POST))
    how = {"expect": values["version"], "reason": values["reason"]}
    actions.withdraw(_known(request, pk), by=request.user, **how)
    messages.success(request, _("The warning is withdrawn."))
    return redirect(PAGE)


def _known(request: Request, pk: UUID) -> PlaceWarning:
    return get_object_or_404(PlaceWarning.objects.visible_to(request.user), pk=pk)


def _blank(request: Request) -> WarningForm:
    """An empty form, or one that begins with the place of an incident."""
    start: dict[str, Any] = {"reach_m": round(figures.value("place_reach"))}
    named = request.GET.get("incident", "")
    rows = Incident.objects.visible_to(request.user).filter(reference=named) if named else []
    for incident in rows:
        start |= {"incident": incident.pk, **{name: getattr(incident, name) for name in KNOWN}}
    return WarningForm(user=request.user, initial=start)


def _page(request: Request, form: WarningForm) -> dict[str, Any]:
    """The warnings with a form for each verb; that they were shown is recorded before they leave."""
    rows = PlaceWarning.objects.visible_to(request.user).in_force().select_related("set_by", "reviewed_by")
    shown = list(rows.order_by("until_at", "id")[: MOST + 1])
    record_found(request, shown[:MOST], purpose="warnings", about="warnings")
    may = request.user.has_perm("incidents.set_placewarning")
    forms = [(each, _review_form(each)) for each in shown[:MOST]]
    is_open = form.is_bound or "incident" in form.initial
    return {"rows": forms, "has_more": len(shown) > MOST, "may": may, "form": form, "is_open": is_open}


def _review_form(warning: PlaceWarning) -> ReviewForm:
    start = {"version": warning.version, "until_at": warning.until_at}
    return ReviewForm(initial=start, auto_id=f"review-{warning.pk}-%s")
