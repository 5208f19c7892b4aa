from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from carma import clock
from carma.web.answers import unless_held
from carma.web.live import live_page
from carma.web.request import Request
from interventions import board as shown
from interventions import sectors, wanted
from interventions.drawn import Drawing, Facts, drawn

may_see = permission_required("interventions.view_assignment", raise_exception=True)

PANELS: dict[str, tuple[str, Facts]] = {
    "situation": ("interventions/_situation.html", shown.situation),
    "sectors": ("interventions/_sectors.html", sectors.of_now),
    "queue": ("interventions/_queue.html", shown.queue),
    "running": ("interventions/_running.html", shown.running),
    "teams": ("interventions/_teams.html", shown.teams),
    "wanted": ("interventions/_wanted.html", wanted.on_board),
}

# The parts each window has; the map is drawn from the rows of the lists beside it.
WINDOWS: dict[str, tuple[Any, tuple[str, ...]]] = {
    "overview": (gettext_lazy("Overview"), ("situation", "sectors")),
    "queue": (gettext_lazy("Waiting"), ("queue",)),
    "running": (gettext_lazy("With a team"), ("running",)),
    "teams": (gettext_lazy("Teams"), ("teams",)),
    "map": (gettext_lazy("Map"), ("queue", "running", "teams", "sectors")),
}


@may_see
@require_GET
@live_page
def board(request: Request) -> HttpResponse:
    """The dispatch room's screen: what waits, what runs, who is there and where."""
    panels = {name: part(request, name).html for name in PANELS}
    windows = [(name, title) for name, (title, _parts) in WINDOWS.items()]
    may = shown.verbs_of(request.user)
    context = {**panels, "may": may, "moment": clock.now(), "windows": windows}
    return render(request, "interventions/board.html", context)


@may_see
@require_GET
@live_page
def panel(request: Request, name: str) -> HttpResponse:
    """One part of the board, for a page that asks for it again."""
    drawing = part(request, name)
    return unless_held(request, drawing.html, drawing.etag)


def part(request: Request, name: str) -> Drawing:
    template, facts = PANELS[name]
    return drawn(template, facts, request.user, pos=request.live_pos or 0)
