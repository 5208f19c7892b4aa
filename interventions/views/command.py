"""The command bar: a preview while one types, one POST that does it, one that undoes it."""

from __future__ import annotations

from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from carma.web.answers import partial_or_redirect
from carma.web.request import Request
from interventions.command import bar
from interventions.command.commands import BY_NAME, COMMANDS, allowed_to
from interventions.command.undo import WITHIN, undo
from interventions.forms import CommandForm
from interventions.models import Deed

DONE = "interventions/command/_done.html"
HELP = "interventions:command_help"


@require_GET
def preview(request: Request) -> HttpResponse:
    """What the line would do, drawn under it."""
    _may_use(request)
    context = {"preview": bar.preview(request.GET.get("line", ""), by=request.user)}
    return render(request, "interventions/command/_preview.html", context)


@require_POST
def run(request: Request) -> HttpResponse:
    """Do what the preview showed."""
    _may_use(request)
    deed = bar.run(**CommandForm(request.POST).told(), by=request.user)
    can_undo = deed.undone_at is None and BY_NAME[deed.command].undo is not None
    context = {"deed": deed, "can_undo": can_undo, "seconds": WITHIN.seconds}
    return partial_or_redirect(request, DONE, context, to=HELP, said=deed.said)


@require_POST
def take_back(request: Request, pk: UUID) -> HttpResponse:
    """Make up for what was just done."""
    _may_use(request)
    deed = get_object_or_404(
        Deed.objects.visible_to(request.user).select_related("incident", "assignment__team"), pk=pk
    )
    command = BY_NAME[deed.command]
    if not request.user.has_perm(command.permission):
        raise PermissionDenied
    undo(deed, command.undo, by=request.user)
    return partial_or_redirect(request, DONE, {"deed": deed}, to=HELP, said=_("Undone."))


@require_GET
def help_page(request: Request) -> HttpResponse:
    """The grammar on one page, from the same table that is obeyed."""
    _may_use(request)
    context = {"commands": COMMANDS, "allowed": allowed_to(request.user), "seconds": WITHIN.seconds}
    return render(request, "interventions/command/help.html", context)


def _may_use(request: Request) -> None:
    if not allowed_to(request.user):
        raise PermissionDenied
