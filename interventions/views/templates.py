"""The shifts that come back, edited on one page."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from carma.web.request import Request
from interventions import shifts
from interventions.forms import ShiftTemplateForm
from interventions.models import ShiftTemplate

PAGE, SHOWN = "interventions:shift_templates", "interventions/shift_templates.html"
NEW = {"days": list(range(7)), "least": 1}

may_plan = permission_required("interventions.change_shifttemplate", raise_exception=True)


@may_plan
@require_http_methods(["GET", "POST"])
def templates(request: Request) -> HttpResponse:
    """Every template with its form; a POST adds one."""
    if request.method == "GET":
        return render(request, SHOWN, _page(request))
    return _save(request, None)


@may_plan
@require_POST
def template(request: Request, pk: UUID) -> HttpResponse:
    return _save(request, _known(request, pk))


@may_plan
@require_POST
def drop(request: Request, pk: UUID) -> HttpResponse:
    known = _known(request, pk)
    version = request.POST.get(f"{pk}-version", "")
    shifts.drop_template(known, by=request.user, expect=int(version) if version.isdecimal() else None)
    messages.success(request, _("“%(shift)s” is planned no more.") % {"shift": known})
    return redirect(PAGE)


def _save(request: Request, known: ShiftTemplate | None) -> HttpResponse:
    form = ShiftTemplateForm(request.POST, prefix=_prefix(known))
    if not form.is_valid():
        return render(request, SHOWN, _page(request, told=form), status=422)
    expect = form.cleaned_data["version"]
    kept = shifts.save_template(form.template_told(), by=request.user, template=known, expect=expect)
    messages.success(request, _("“%(shift)s” is saved.") % {"shift": kept})
    return redirect(PAGE)


def _known(request: Request, pk: UUID) -> ShiftTemplate:
    return get_object_or_404(ShiftTemplate.objects.visible_to(request.user), pk=pk)


def _page(request: Request, told: ShiftTemplateForm | None = None) -> dict[str, Any]:
    """A form for each template and a blank one; `told` takes the place of its own."""
    rows = [(each, _form(each, told)) for each in ShiftTemplate.objects.visible_to(request.user)]
    return {"rows": rows, "blank": _form(None, told)}


def _form(known: ShiftTemplate | None, told: ShiftTemplateForm | None) -> ShiftTemplateForm:
    prefix = _prefix(known)
    if told is not None and told.prefix == prefix:
        return told
    if known is None:
        return ShiftTemplateForm(prefix=prefix, initial=NEW)
    names = ("version", "name", "base", "sector", "days", "least")
    initial = {name: getattr(known, name) for name in names}
    times = {name: getattr(known, name).strftime("%H:%M") for name in ("starts", "ends")}
    return ShiftTemplateForm(
        prefix=prefix, initial={**initial, **times, "call_signs": ", ".join(known.call_signs)}
    )


def _prefix(known: ShiftTemplate | None) -> str:
    return str(known.pk) if known else "new"
