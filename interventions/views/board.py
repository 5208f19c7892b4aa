from __future__ import annotations

from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from carma import clock
from carma.web.answers import unless_held
from carma.web.live import live_page
from carma.web.request import Request
from interventions import board as shown
from interventions import wanted
from interventions.drawn import Drawing, Facts, drawn

may_see = permission_required("interventions.view_assignment", raise_exception=True)

PANELS: dict[str, tuple[str, Facts]] = {
    "situation": ("interventions/_situation.html", shown.situation),
    "queue": ("interventions/_queue.html", shown.queue),
    "running": ("interventions/_running.html", shown.running),
    "teams": ("interventions/_teams.html", shown.teams),
    "wanted": ("interventions/_wanted.html", wanted.on_board),
}


@may_see
@require_GET
@live_page
def board(request: Request) -> HttpResponse:
    """The dispatch room's screen: what waits, what runs, who is there and where."""
    panels = {name: _drawn(request, name).html for name in PANELS}
    context = {**panels, "may": shown.verbs_of(request.user), "moment": clock.now()}
    return render(request, "interventions/board.html", context)


@may_see
@require_GET
@live_page
def panel(request: Request, name: str) -> HttpResponse:
    """One part of the board, for a page that asks for it again."""
    drawing = _drawn(request, name)
    return unless_held(request, drawing.html, drawing.etag)


def _drawn(request: Request, name: str) -> Drawing:
    template, facts = PANELS[name]
    return drawn(template, facts, request.user, pos=request.live_pos or 0)
