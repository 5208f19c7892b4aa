from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from carma.alerts.alarms import sounding_for
from carma.alerts.models import Alert
from carma.web.answers import fragment, partial_or_redirect
from carma.web.live import live_page
from carma.web.request import Request

may_see = permission_required("alerts.view_alert", raise_exception=True)
RECENT = 100


@may_see
@require_GET
@live_page
def recent(request: Request) -> HttpResponse:
    """Alerts that sound now, and the latest that no longer do."""
    return render(request, "alerts/recent.html", _listed(request))


@may_see
@require_GET
def listed(request: Request) -> HttpResponse:
    return fragment(request, "alerts/_list.html", _listed(request))


@may_see
@require_GET
def alarms(request: Request) -> HttpResponse:
    """What every page of this user shows on top."""
    return fragment(request, "alerts/_alarms.html", sounding_for(request.user) or {})


@permission_required("alerts.acknowledge_alert", raise_exception=True)
@require_POST
def acknowledge(request: Request, pk: UUID) -> HttpResponse:
    """Take an alert upon oneself, by name. Answers what still sounds to htmx."""
    alert = get_object_or_404(Alert.objects.visible_to(request.user), pk=pk)
    alert.acknowledge(by=request.user)
    said = _("You acknowledged: %(alert)s") % {"alert": alert}
    context = sounding_for(request.user) or {}
    return partial_or_redirect(request, "alerts/_alarms.html", context, to="alerts:recent", said=said)


def _listed(request: Request) -> dict[str, Any]:
    known = Alert.objects.visible_to(request.user).prefetch_related("recipients")
    return {
        "sounding": known.sounding(),
        "past": known.past().select_related("acknowledged_by")[:RECENT],
        "may_acknowledge": request.user.has_perm("alerts.acknowledge_alert"),
    }
