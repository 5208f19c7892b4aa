"""The command bar: a preview while one types, one POST that does it, one that undoes it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import permission_required, user_passes_test
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET, require_POST

from carma.desk import finding
from carma.web.answers import partial_or_redirect
from carma.web.request import Request
from interventions.command import bar
from interventions.command import undo as undoing
from interventions.command.commands import BY_NAME, COMMANDS, allowed_to
from interventions.forms import CommandForm
from interventions.models import Deed

DONE = "interventions/command/_done.html"
HELP = "interventions:command_help"
FOUND = 8  # incidents listed in the bar; the search page shows more


def _uses_it(user: Any) -> bool:
    if not allowed_to(user):
        raise PermissionDenied
    return True


may_use = user_passes_test(_uses_it)
may_search = permission_required("incidents.view_incident", raise_exception=True)


@may_use
@require_POST
def preview(request: Request) -> HttpResponse:
    """What the line would do; for an empty one, what can be typed. A POST: no words of it in an address."""
    line = request.POST.get("line", "")
    if not line.strip():
        commands = {"commands": allowed_to(request.user)}
        return render(request, "interventions/command/_commands.html", commands)
    context = {"preview": bar.preview(line, by=request.user), "seconds": undoing.WITHIN.seconds}
    return render(request, "interventions/command/_preview.html", context)


@may_use
@require_POST
def run(request: Request) -> HttpResponse:
    """Do what the preview showed."""
    deed = bar.run(**CommandForm(request.POST).told(), by=request.user)
    return partial_or_redirect(request, DONE, _told(deed), to=HELP)


@may_use
@require_POST
def undo(request: Request, pk: UUID) -> HttpResponse:
    """Make up for what was just done."""
    rows = Deed.objects.visible_to(request.user).select_related("incident", "assignment__team")
    deed = get_object_or_404(rows, pk=pk)
    if not request.user.has_perm(BY_NAME[deed.command].permission):
        raise PermissionDenied
    return partial_or_redirect(request, DONE, _told(undoing.undo(deed, by=request.user)), to=HELP)


@may_search
@require_POST
def search(request: Request) -> HttpResponse:
    """The newest incidents that fit, listed in the bar. What was searched for and shown is recorded."""
    text = finding.cleaned(request.POST.get("words", ""))
    found = finding.matches(text, by=request.user, most=FOUND) if text else []
    finding.record(found[:FOUND], text, by=request.user)
    context = {"incidents": found[:FOUND], "more": len(found) > FOUND, "most": FOUND}
    return render(request, "interventions/command/_found.html", context)


@may_use
@require_GET
def help_page(request: Request) -> HttpResponse:
    """The grammar on one page, from the same table that is obeyed."""
    context = {"commands": COMMANDS, "allowed": allowed_to(request.user), "seconds": undoing.WITHIN.seconds}
    return render(request, "interventions/command/help.html", context)


def _told(deed: Deed) -> dict[str, object]:
    can_undo = deed.was is not None and deed.undone_at is None
    return {"deed": deed, "undo_until": deed.at + undoing.WITHIN if can_undo else None}
