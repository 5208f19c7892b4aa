"""Panels of the board in windows of their own, and the sectors one dispatches."""

from __future__ import annotations

from django.contrib.auth.decorators import permission_required
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from carma import clock
from carma.web.answers import partial_or_redirect
from carma.web.live import live_page
from carma.web.request import Request
from interventions import board as shown
from interventions import sectors
from interventions.models import SectorClaim
from interventions.views.board import WINDOWS, may_see, part

may_assign = permission_required("interventions.assign_team", raise_exception=True)


@may_see
@require_GET
@live_page
def window(request: Request, name: str) -> HttpResponse:
    """One panel by itself, for a further monitor; it follows the stream of the board."""
    if name not in WINDOWS:
        raise Http404
    title, parts = WINDOWS[name]
    panels = {each: part(request, each).html for each in parts}
    context = {"name": name, "title": title, "panels": panels, "moment": clock.now()}
    may = shown.verbs_of(request.user)
    return render(request, "interventions/window.html", {**context, **panels, "may": may})


@may_assign
@require_POST
def take_sector(request: Request) -> HttpResponse:
    claim = sectors.take(
        request.POST.get("sector", ""), by=request.user, session_key=request.session.session_key or ""
    )
    return _done(request, _("You dispatch %(sector)s.") % {"sector": claim.sector})


@may_assign
@require_POST
def give_up_sector(request: Request) -> HttpResponse:
    held = SectorClaim.objects.visible_to(request.user).filter(ended_at=None)
    claim = get_object_or_404(held, sector=request.POST.get("sector", ""))
    sectors.give_up(claim, by=request.user)
    return _done(request, _("You gave up %(sector)s.") % {"sector": claim.sector})


def _done(request: Request, said: str) -> HttpResponse:
    context = sectors.of_now(request.user)
    return partial_or_redirect(
        request, "interventions/_sectors.html", context, to="interventions:board", said=said
    )
