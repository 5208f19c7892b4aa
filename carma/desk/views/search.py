from __future__ import annotations

from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET

from carma.desk import finding
from carma.incidents.models.incident import REFERENCE
from carma.web.request import Request


@require_GET
@permission_required("incidents.view_incident", raise_exception=True)
def search(request: Request) -> HttpResponse:
    """Find incidents by number, words or the caller's phone. A number leads straight to its incident.

    What was typed and each incident shown are recorded before the answer leaves.
    """
    text = finding.cleaned(request.GET.get("q", ""))
    found = finding.matches(text, by=request.user) if text else []
    shown = found[: finding.SHOWN]
    if len(shown) == 1 and REFERENCE.match(text):
        return redirect("incidents:incident", shown[0].pk)
    finding.record(shown, text, by=request.user)
    more = len(found) > finding.SHOWN
    context = {"search_text": text, "incidents": shown, "more": more, "most": finding.SHOWN}
    return render(request, "desk/search.html", context)
