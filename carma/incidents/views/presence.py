from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from carma.incidents import presence as here
from carma.incidents.models import Incident
from carma.incidents.views.offers import OFFERS
from carma.incidents.views.pages import may_see
from carma.web.request import Request

OTHER = "other"


@may_see
@require_POST
def presence(request: Request, pk: UUID) -> HttpResponse:
    """A page says that it is open, and with which verb; answers who else is there. `leave` ends it."""
    get_object_or_404(Incident.objects.visible_to(request.user).only("pk"), pk=pk)
    if "leave" in request.POST:
        here.leave(pk, by=request.user)
        return HttpResponse(status=204)
    told = request.POST.get("verb", "")
    here.say(pk, by=request.user, verb=told if told in (*OFFERS, "note", "") else OTHER)
    others = [(one, _word(one.verb)) for one in here.others(pk, than=request.user)]
    return render(request, "incidents/_presence.html", {"others": others, "pk": pk})


def _word(verb: str) -> str:
    if verb in OFFERS:
        return str(OFFERS[verb].title)
    return {"": "", "note": _("Note")}.get(verb, _("busy here"))
