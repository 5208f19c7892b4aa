"""The response plans: how many teams each kind of incident asks for, laid down on one page."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.db.models import F
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from carma.actionfields import kept
from carma.web.request import Request
from interventions import plans
from interventions.forms import PlanForm
from interventions.models import ResponsePlan

PAGE, SHOWN = "interventions:response_plans", "interventions/response_plans.html"

may_plan = permission_required("interventions.change_responseplan", raise_exception=True)


@may_plan
@require_http_methods(["GET", "POST"])
def response_plans(request: Request) -> HttpResponse:
    """Every plan in force, and a form; `plan` in the address fills it."""
    if request.method == "GET":
        return render(request, SHOWN, _page(request, PlanForm(initial=_asked(request))))
    form = PlanForm(request.POST)
    if not form.is_valid():
        return render(request, SHOWN, _page(request, form), status=422)
    plans.lay_down(by=request.user, **form.cleaned_data)
    messages.success(request, _("The response plan counts from now on."))
    return redirect(PAGE)


@may_plan
@require_POST
def end(request: Request, pk: UUID) -> HttpResponse:
    plans.end(_known(request, pk), by=request.user)
    messages.success(request, _("The response plan counts no more."))
    return redirect(PAGE)


def _known(request: Request, pk: UUID) -> ResponsePlan:
    return get_object_or_404(ResponsePlan.objects.visible_to(request.user), pk=pk)


def _asked(request: Request) -> dict[str, Any]:
    known = ResponsePlan.objects.visible_to(request.user).in_force()
    plan = next((each for each in known if str(each.pk) == request.GET.get("plan")), None)
    if plan is None:
        return {"teams": 1}
    names = ("about", "priority_id", "teams", "skills")
    return {name.removesuffix("_id"): getattr(plan, name) for name in names}


def _page(request: Request, form: PlanForm) -> dict[str, Any]:
    """The rows in force, those for more cases first; each with the words for what it is about."""
    known = ResponsePlan.objects.visible_to(request.user).in_force().select_related("priority")
    types = kept.types()
    rows = [
        (plan, types[plan.about].label if plan.about in types else plan.about)
        for plan in known.order_by("about", F("priority").asc(nulls_first=True), "id")
    ]
    return {"rows": rows, "form": form}
