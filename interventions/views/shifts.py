"""The teams on shift against the minimum, and the verbs of a shift: start, change, take over."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from carma import clock
from carma.web.answers import fragment, partial_or_redirect
from carma.web.live import live_page
from carma.web.request import Request
from carma.web.templatetags.carma import local_time
from interventions import roster as shown
from interventions import shifts
from interventions.forms import ChangeTeamForm, StartForm, TakeOverForm
from interventions.models import ShiftTemplate, Team

ROSTER = "interventions:roster"

may_see = permission_required("interventions.view_team", raise_exception=True)
may_lead = permission_required("interventions.lead_shift", raise_exception=True)


@may_see
@require_GET
@live_page
def roster(request: Request) -> HttpResponse:
    """Who is on shift and who is planned, by base and sector."""
    return render(request, "interventions/roster.html", shown.of_now(request.user))


@may_see
@require_GET
def now(request: Request) -> HttpResponse:
    return fragment(request, "interventions/_roster.html", shown.of_now(request.user))


@may_lead
@require_http_methods(["GET", "POST"])
def start(request: Request) -> HttpResponse:
    """Start a shift; `template` and `call_sign` in the address fill the form."""
    if request.method == "GET":
        return _form(request, StartForm(initial=_planned(request)), title=_("Start a shift"))
    team = shifts.start(by=request.user, **StartForm(request.POST).told())
    return _done(request, _("%(team)s is on shift.") % {"team": team})


@may_lead
@require_http_methods(["GET", "POST"])
def change(request: Request, pk: UUID) -> HttpResponse:
    """Change crew, vehicle, equipment, sector or end during the shift."""
    team = _known(request, pk)
    if request.method == "GET":
        form = ChangeTeamForm(initial=_present(team))
        return _form(request, form, title=_("Change %(team)s") % {"team": team}, team=team)
    told = ChangeTeamForm(request.POST).told("at")
    if told["until_at"] and team.until_at and local_time(told["until_at"]) == local_time(team.until_at):
        del told["until_at"]  # shown in minutes, and left as it was
    shifts.change(team, by=request.user, **told)
    return _done(request, _("%(team)s is changed.") % {"team": team})


@may_lead
@require_http_methods(["GET", "POST"])
def take_over(request: Request, pk: UUID) -> HttpResponse:
    """Relieve a team: its shift ends and the next one's begins, under the same call sign."""
    team = _known(request, pk)
    if request.method == "GET":
        work = team.assignments.open().select_related("incident").first()
        initial = {"version": team.version, "with_work": work is not None, "skills": team.skills}
        form = TakeOverForm(initial=initial)
        title = _("Take over %(team)s") % {"team": team}
        return _form(request, form, title=title, team=team, work=work)
    shifts.take_over(team, by=request.user, **TakeOverForm(request.POST).told())
    return _done(request, _("%(team)s is taken over.") % {"team": team})


def _known(request: Request, pk: UUID) -> Team:
    return get_object_or_404(Team.objects.visible_to(request.user), pk=pk)


def _form(request: Request, form: Any, **context: Any) -> HttpResponse:
    template = "interventions/_team_form.html" if request.htmx else "interventions/team_form.html"
    return render(request, template, {"form": form, "address": request.path, **context})


def _done(request: Request, said: str) -> HttpResponse:
    context = shown.of_now(request.user)
    return partial_or_redirect(request, "interventions/_roster.html", context, to=ROSTER, said=said)


def _present(team: Team) -> dict[str, Any]:
    places = team.places.filter(left_at=None).values_list("person", flat=True)
    members = list(places)
    return {
        "version": team.version,
        "sector": team.sector,
        "vehicle": team.vehicle,
        "equipment": team.equipment,
        "skills": team.skills,
        "members": members,
        "guests": team.guests if members else team.guests or team.crew[:160],
        "until_at": local_time(team.until_at),
    }


def _planned(request: Request) -> dict[str, Any]:
    """What the template of a planned call sign says of the shift that starts now."""
    known = ShiftTemplate.objects.visible_to(request.user)
    planned = shown.coming(known, clock.now())
    asked, sign = request.GET.get("template"), request.GET.get("call_sign", "")
    shift = next((one for one in planned if str(one.template.pk) == asked), None)
    if shift is None:
        return {"call_sign": sign}
    template = shift.template
    return {
        "call_sign": sign,
        "base": template.base,
        "sector": template.sector,
        "until_at": local_time(shift.ends_at),
    }
