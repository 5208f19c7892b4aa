from __future__ import annotations

from uuid import UUID

from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_GET

from carma.followups.contributions import panel_context
from carma.incidents.models import Incident
from carma.web.answers import fragment
from carma.web.request import Request


@permission_required("followups.view_followup", raise_exception=True)
@require_GET
def panel(request: Request, pk: UUID) -> HttpResponse:
    """The follow-ups of one incident."""
    rows = Incident.objects.visible_to(request.user).select_related("type")
    context = panel_context(get_object_or_404(rows, pk=pk), request.user)
    return fragment(request, "followups/_panel.html", context or {})
