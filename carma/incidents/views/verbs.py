"""One POST per verb. Each answers the incident's head to htmx, the incident's page to a plain form."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST
from django_htmx.http import reswap, retarget

from carma import clock
from carma.errors import InvalidInput
from carma.incidents import actions, planning
from carma.incidents.forms import NoteForm
from carma.incidents.models import Incident, Link
from carma.incidents.models.incident import REFERENCE
from carma.incidents.views.offers import OFFERS
from carma.incidents.views.pages import head_context, known, page_context
from carma.web.answers import invalid, partial_or_redirect
from carma.web.request import Request

Deed = Callable[[Incident, Any, Request], None]
View = Callable[..., HttpResponse]


def verb(name: str, *, said: Any) -> Callable[[Deed], View]:
    """Make a view of a deed: permission, row, form, deed, answer. `said` tells the user it is done."""
    offer = OFFERS[name]

    def make(deed: Deed) -> View:
        @permission_required(f"incidents.{offer.permission}", raise_exception=True)
        @require_POST
        def view(request: Request, pk: UUID) -> HttpResponse:
            record = known(request, pk)
            form = offer.told(request.POST, record)
            if not form.is_valid():
                context = page_context(record, request)
                context["verbs"] = [(one, form if one is offer else blank) for one, blank in context["verbs"]]
                context |= {"offer": offer, "form": form}
                return _not_valid(request, context, part="incidents/_verb.html", at=f"#verb-{name}")
            deed(record, form, request)
            context = head_context(record, request)
            return partial_or_redirect(
                request, "incidents/_head.html", context, to=_page(record), said=str(said)
            )

        view.__doc__ = deed.__doc__
        return view

    return make


@verb("qualify", said=gettext_lazy("Qualified."))
def qualify(record: Incident, form: Any, request: Request) -> None:
    told = form.cleaned_data
    actions.qualify(
        record,
        by=request.user,
        type=told["type"],
        place=form.place_told(),
        priority=told["priority"],
        **form.how(),
    )


@verb("appear", said=gettext_lazy("It is on the board."))
def appear(record: Incident, form: Any, request: Request) -> None:
    planning.appear(record, by=request.user, **form.how())


@verb("replan", said=gettext_lazy("It appears at the new moment."))
def replan(record: Incident, form: Any, request: Request) -> None:
    planning.replan(record, form.cleaned_data["planned_for"], by=request.user, **form.how())


@verb("priority", said=gettext_lazy("Priority changed."))
def priority(record: Incident, form: Any, request: Request) -> None:
    actions.reprioritise(record, form.cleaned_data["priority"], by=request.user, **form.how())


@verb("type", said=gettext_lazy("Type changed."))
def retype(record: Incident, form: Any, request: Request) -> None:
    actions.retype(record, form.cleaned_data["type"], by=request.user, **form.how())


@verb("queue", said=gettext_lazy("The incident waits."))
def queue(record: Incident, form: Any, request: Request) -> None:
    told_at = clock.now() if form.cleaned_data["told"] else None
    reason = form.cleaned_data["deferred_reason"]
    actions.queue(record, deferred_reason=reason, told_at=told_at, by=request.user, **form.how())


@verb("cancel", said=gettext_lazy("Cancelled."))
def cancel(record: Incident, form: Any, request: Request) -> None:
    actions.cancel(record, form.cleaned_data["because"], by=request.user, **form.how())


@verb("finish", said=gettext_lazy("The result is written."))
def finish(record: Incident, form: Any, request: Request) -> None:
    told = form.cleaned_data
    document = {name: told[name] for name in ("pv_number", "no_pv_reason")}
    actions.finish(record, told["result"], by=request.user, answers=form.answers(), **document, **form.how())


@verb("merge", said=gettext_lazy("Merged."))
def merge(record: Incident, form: Any, request: Request) -> None:
    """Merge into the running incident whose number was typed."""
    into = numbered(form.cleaned_data["into"], request, field="into")
    actions.merge(record, into, by=request.user, **form.how())


@verb("unmerge", said=gettext_lazy("They are two incidents again."))
def unmerge(record: Incident, form: Any, request: Request) -> None:
    actions.unmerge(record, by=request.user, **form.how())


@verb("link", said=gettext_lazy("Linked."))
def link(record: Incident, form: Any, request: Request) -> None:
    """Link to the incident whose number was typed."""
    told = form.cleaned_data
    to = numbered(told["to"], request, field="to")
    actions.link(record, to, by=request.user, kind=told["kind"], reason=told["reason"])


@permission_required("incidents.link_incident", raise_exception=True)
@require_POST
def unlink(request: Request, pk: UUID, link: UUID) -> HttpResponse:
    """End a link. Answers the incident's head to htmx."""
    record = known(request, pk)
    ended = get_object_or_404(Link.objects.visible_to(request.user).of(record), pk=link)
    actions.unlink(ended, by=request.user, reason=request.POST.get("reason", "").replace("\0", "")[:200])
    context = head_context(record, request)
    said = _("The link is ended.")
    return partial_or_redirect(request, "incidents/_head.html", context, to=_page(record), said=said)


@verb("reopen", said=gettext_lazy("Reopened."))
def reopen(record: Incident, form: Any, request: Request) -> None:
    actions.reopen(record, to_queue=form.cleaned_data["to_queue"], by=request.user, **form.how())


@permission_required("incidents.note_incident", raise_exception=True)
@require_POST
def note(request: Request, pk: UUID) -> HttpResponse:
    """Add a note. Answers the empty form to htmx; the timeline follows by itself."""
    record = known(request, pk)
    form = NoteForm(request.POST)
    if not form.is_valid():
        context = {**page_context(record, request), "note": form}
        return _not_valid(request, context, part="incidents/_note.html", at="#note")
    actions.add_note(record, form.cleaned_data["text"], by=request.user)
    context = {"incident": record, "note": NoteForm()}
    return partial_or_redirect(
        request, "incidents/_note.html", context, to=_page(record), said=_("Note added.")
    )


def numbered(typed: str, request: Request, *, field: str) -> Incident:
    """The incident whose number was typed. Raises `InvalidInput` when the user knows of none."""
    number = REFERENCE.match(typed)
    reference = f"{number[1]}-{int(number[2]):06}" if number else typed
    found = Incident.objects.visible_to(request.user).filter(reference=reference).first()
    if found is None:
        raise InvalidInput(_("You know of no incident %(number)s.") % {"number": typed}, field=field)
    return found


def _not_valid(request: Request, context: dict[str, Any], *, part: str, at: str) -> HttpResponse:
    """The form with its errors, in its own place on the page whatever the form would replace."""
    if request.htmx:
        return retarget(reswap(invalid(request, part, context), "outerHTML"), at)
    return invalid(request, "incidents/incident.html", context)


def _page(record: Incident) -> str:
    return reverse("incidents:incident", args=[record.pk])
