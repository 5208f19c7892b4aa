from __future__ import annotations

from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from carma import clock
from carma.duty.now import watch_list
from carma.web.request import Request


@permission_required("duty.view_turn", raise_exception=True)
@require_GET
def now(request: Request) -> HttpResponse:
    """Who is on duty for each function, and who comes next."""
    moment = clock.now()
    return render(
        request, "duty/now.html", {"watches": watch_list(request.user, at=moment), "moment": moment}
    )
