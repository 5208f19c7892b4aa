from __future__ import annotations

from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET

from carma import clock
from carma.accounts.models import User
from carma.audit import trail
from carma.incidents.models import Incident
from carma.incidents.models.incident import REFERENCE, IncidentQuerySet
from carma.web.request import Request

SHOWN = 50
LONGEST = 100


@require_GET
@permission_required("incidents.view_incident", raise_exception=True)
def search(request: Request) -> HttpResponse:
    """Find incidents by number, words or the caller's phone. A number leads straight to its incident.

    What was typed and each incident shown are recorded before the answer leaves.
    """
    text = request.GET.get("q", "").strip()[:LONGEST].replace("\0", "")
    found = list(_matches(request, text)[: SHOWN + 1]) if text else []
    shown = found[:SHOWN]
    if len(shown) == 1 and REFERENCE.match(text):
        return redirect("incidents:incident", shown[0].pk)
    _record(shown, text, by=request.user)
    context = {"search_text": text, "incidents": shown, "more": len(found) > SHOWN, "most": SHOWN}
    return render(request, "desk/search.html", context)


def _matches(request: Request, text: str) -> IncidentQuerySet:
    visible = Incident.objects.visible_to(request.user).search(text)
    return visible.select_related("type", "priority").order_by("-received_at", "id")


def _record(shown: list[Incident], text: str, *, by: User) -> None:
    """Write the search into the audit trail: an entry per incident shown, or one that nothing was found."""
    if shown:
        trail.read_many(shown, by=by, purpose="search", terms=text)
    elif text:
        changes = {"terms": text, "found": 0}
        trail.record("incident.searched", by, by=by, at=clock.now(), changes=changes)
