from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from carma.desk import audit_trail
from carma.desk.forms import AuditForm
from carma.web.request import Request


@require_GET
@permission_required("audit.view_entry", raise_exception=True)
def entries(request: Request) -> HttpResponse:
    """Search the audit trail, newest first; each look is itself an entry, written first."""
    form = AuditForm(request.GET or None)
    context: dict[str, Any] = {"form": form}
    if form.is_valid():
        page = audit_trail.look(form, by=request.user)
        context |= {"page": page, "older": _older(request, page.next_before)}
    return render(request, "desk/audit.html", context, status=422 if form.errors else 200)


def _older(request: Request, before: int | None) -> str:
    """The query string of the next page, empty on the last."""
    if before is None:
        return ""
    told = request.GET.copy()
    told["before"] = str(before)
    return told.urlencode()
