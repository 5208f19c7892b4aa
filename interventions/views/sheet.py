from __future__ import annotations

from csp.decorators import csp_update
from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse
from django.views.decorators.http import require_GET

from carma import clock
from carma.audit import trail
from carma.incidents.models import Incident
from carma.web.request import Request
from interventions import sheet as paper
from interventions.models import Team

may_see = permission_required(
    ["interventions.view_assignment", "incidents.view_incident"], raise_exception=True
)


@may_see
@require_GET
@csp_update({"style-src": [paper.STYLE_HASH]})  # type: ignore[arg-type]  # it knows HttpRequest only
def sheet(request: Request) -> HttpResponse:
    """The sheet as it is now, of what the user may know of, to print. That it was asked for is recorded."""
    user = request.user
    at = clock.now()
    incidents = Incident.objects.visible_to(user)
    found = [str(pk) for pk in incidents.open().values_list("pk", flat=True)]
    trail.record("sheet.read", user, by=user, at=at, changes={"found": found})
    teams = Team.objects.visible_to(user).on_shift().order_by("call_sign")
    return HttpResponse(paper.drawn(incidents, teams, at=at))
