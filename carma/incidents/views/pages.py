from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from carma import clock
from carma.accounts.models import User
from carma.incidents import timeline
from carma.incidents.around import Spot
from carma.incidents.around import known as known_of
from carma.incidents.forms import NoteForm
from carma.incidents.models import Incident, Link
from carma.incidents.views.offers import offered
from carma.incidents.views.reading import record_found, record_reading
from carma.web.answers import fragment
from carma.web.live import live_page
from carma.web.request import Request

may_see = permission_required("incidents.view_incident", raise_exception=True)
SHOWN = 100
STEPS = {
    "received_at": _("Call"),
    "qualified_at": _("Qualified"),
    "assigned_at": _("Team sent"),
    "en_route_at": _("En route"),
    "on_scene_at": _("On scene"),
    "cleared_at": _("Cleared"),
    "closed_at": _("Closed"),
}


def known(request: Request, pk: UUID) -> Incident:
    """The incident, or 404 when the user may not know of it."""
    rows = Incident.objects.visible_to(request.user).select_related("type", "priority", "merged_into")
    return get_object_or_404(rows.defer("search"), pk=pk)


@may_see
@require_GET
@live_page
def incident(request: Request, pk: UUID) -> HttpResponse:
    """One incident, whole. Opening it is recorded before the page leaves."""
    record = known(request, pk)
    record_reading(request, record, again=True)
    return render(request, "incidents/incident.html", page_context(record, request))


@may_see
@require_GET
def head(request: Request, pk: UUID) -> HttpResponse:
    """What the incident is now, with what can be done."""
    record = known(request, pk)
    record_reading(request, record)
    return fragment(request, "incidents/_head.html", head_context(record, request))


@may_see
@require_GET
def moments(request: Request, pk: UUID) -> HttpResponse:
    record = known(request, pk)
    record_reading(request, record)
    return fragment(request, "incidents/_timeline.html", {"incident": record, "moments": timeline.of(record)})


@may_see
@require_GET
def around(request: Request, pk: UUID) -> HttpResponse:
    """What is known of its place."""
    record = known(request, pk)
    record_reading(request, record)
    return fragment(request, "incidents/_around.html", around_context(record, request))


@may_see
@require_GET
@live_page
def recent(request: Request) -> HttpResponse:
    """The newest incidents the user may know of, or `?due` their document, or `?planned`."""
    return render(request, "incidents/recent.html", _listed(request))


@may_see
@require_GET
def listed(request: Request) -> HttpResponse:
    return fragment(request, "incidents/_recent.html", _listed(request))


def _listed(request: Request) -> dict[str, Any]:
    known = Incident.objects.visible_to(request.user)
    lists = {
        "due": known.reporting().order_by("cleared_at", "id"),
        "planned": known.planned().order_by("planned_for", "id"),
        "newest": known.order_by("-received_at", "id"),
    }
    which = next((name for name in lists if name in request.GET), "newest")
    shown = lists[which].select_related("type", "priority").defer("search", "description")[:SHOWN]
    return {"incidents": shown, "which": which}


def page_context(record: Incident, request: Request) -> dict[str, Any]:
    return {
        **head_context(record, request),
        **around_context(record, request),
        "moments": timeline.of(record),
        "note": NoteForm(),
    }


def around_context(record: Incident, request: Request) -> dict[str, Any]:
    """What the user may know of its place; showing it is recorded before it leaves."""
    spot = Spot.of(record)
    shown = known_of(spot, user=request.user, but=record)
    record_found(request, shown.records, purpose="place", about=record.pk)
    again = reverse("incidents:around", args=[record.pk])
    return {"around": shown, "has_point": spot.point is not None, "again": again}


def head_context(record: Incident, request: Request) -> dict[str, Any]:
    """What is known, whom to call back, and a form for each verb that can be used now."""
    callers = record.calls.exclude(caller_name="", caller_phone="").order_by("received_at", "id")
    verbs = offered(record, request.user)
    return {
        "incident": record,
        "callers": callers,
        "course": list(_course(record)),
        "verbs": verbs,
        "links": links_of(record, request.user),
        "may_link": request.user.has_perm("incidents.link_incident"),
    }


def links_of(record: Incident, user: User) -> list[tuple[Link, Incident]]:
    """What it is linked to, as far as the user may know of that."""
    rows = Link.objects.visible_to(user).of(record).select_related("one__type", "other__type")
    light = rows.defer("one__search", "other__search", "one__description", "other__description")
    return [(each, each.far_end(record)) for each in light.order_by("at", "id")]


def _course(record: Incident) -> Iterator[dict[str, Any]]:
    """The moments that it reached so far, with how long after the call."""
    first_day = clock.local(record.received_at).date()
    for name, label in STEPS.items():
        at = getattr(record, name)
        if at is not None:
            is_same_day = clock.local(at).date() == first_day
            yield {
                "label": label,
                "at": at,
                "is_same_day": is_same_day,
                "after": _after(at - record.received_at),
            }


def _after(span: timedelta) -> str:
    minutes = int(span.total_seconds() // 60)
    if minutes < 1:
        return ""
    return f"+{minutes} min" if minutes < 120 else f"+{minutes // 60} h {minutes % 60:02}"
