from __future__ import annotations

from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from carma.desk import actions, engine_room
from carma.web.answers import partial_or_redirect
from carma.web.request import Request


@require_GET
@permission_required("timers.view_heartbeat", raise_exception=True)
def page(request: Request) -> HttpResponse:
    """Whether the engine runs, and what it owes."""
    return render(request, "desk/operations.html", {"state": engine_room.state()})


@require_GET
@permission_required("timers.view_heartbeat", raise_exception=True)
def state(request: Request) -> HttpResponse:
    """The part of the page that is drawn anew every few seconds."""
    return render(request, "desk/_operations.html", {"state": engine_room.state()})


@require_POST
@permission_required("timers.change_timer", raise_exception=True)
def retry(request: Request, pk: int) -> HttpResponse:
    actions.retry_delivery(pk, by=request.user)
    return _drawn(request, _("The delivery is tried at the next round."))


@require_POST
@permission_required("timers.change_timer", raise_exception=True)
def set_again(request: Request, pk: int) -> HttpResponse:
    actions.set_timer_again(pk, by=request.user)
    return _drawn(request, _("The timer runs again."))


def _drawn(request: Request, said: str) -> HttpResponse:
    context = {"state": engine_room.state()}
    return partial_or_redirect(request, "desk/_operations.html", context, to="desk:operations", said=said)
