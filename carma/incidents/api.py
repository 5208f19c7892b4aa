from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request

from carma import clock
from carma.accounts.models import User
from carma.api import wire
from carma.api.serializers import MoveSerializer
from carma.api.viewsets import Listed, Shown
from carma.audit import trail
from carma.errors import InvalidInput
from carma.incidents import actions, planning
from carma.incidents.actions import WarningTold, warning
from carma.incidents.around import Spot, known
from carma.incidents.duplicates import possible
from carma.incidents.filters import CallFilter, IncidentFilter, PlaceWarningFilter
from carma.incidents.models import Call, Incident, Link, PlaceWarning
from carma.incidents.serializers import (
    AroundSerializer,
    AttachCallSerializer,
    CallSerializer,
    CancelSerializer,
    DuplicatesAskedSerializer,
    DuplicateSerializer,
    FinishSerializer,
    IncidentSerializer,
    LinkSerializer,
    LinkToldSerializer,
    MergeSerializer,
    NoteSerializer,
    NoteToldSerializer,
    PlaceWarningSerializer,
    QualifySerializer,
    QueueSerializer,
    ReopenSerializer,
    ReplanSerializer,
    ReprioritiseSerializer,
    RetypeSerializer,
    ReviewSerializer,
    SpotSerializer,
    TakeCallSerializer,
    UnlinkSerializer,
    UnmergeSerializer,
    WarnSerializer,
    WithdrawSerializer,
)


class IncidentViewSet(Listed, Shown):
    """Incidents, newest first. They change by verbs, one POST each; there is no PATCH."""

    queryset = Incident.objects.defer("search").order_by("-received_at", "id")
    serializer_class = IncidentSerializer
    filterset_class = IncidentFilter
    records_reading = records_lists = True
    action_permissions = {
        "list": "incidents.view_incident",
        "retrieve": "incidents.view_incident",
        "create": "incidents.take_call",
        "duplicates": "incidents.take_call",
        "qualify": "incidents.qualify_incident",
        "appear": "incidents.qualify_incident",
        "replan": "incidents.qualify_incident",
        "retype": "incidents.qualify_incident",
        "reprioritise": "incidents.qualify_incident",
        "queue": "incidents.qualify_incident",
        "cancel": "incidents.cancel_incident",
        "merge": "incidents.merge_incident",
        "unmerge": "incidents.unmerge_incident",
        "link": "incidents.link_incident",
        "unlink": "incidents.link_incident",
        "links": "incidents.view_incident",
        "finish": "incidents.close_incident",
        "reopen": "incidents.reopen_incident",
        "note": "incidents.note_incident",
        "notes": "incidents.view_incident",
        "around": "incidents.view_incident",
    }

    @extend_schema(request=TakeCallSerializer, responses={201: IncidentSerializer})
    def create(self, request: Request) -> HttpResponse:
        """Take a call: open an incident. 400 `place_outside_zone`.

        A call with an `import_key` that was taken before answers the incident it opened then.
        """
        return self.run_create(actions.take_call, TakeCallSerializer)

    @extend_schema(
        filters=False,
        parameters=[DuplicatesAskedSerializer],
        responses=DuplicateSerializer(many=True),
    )
    @action(detail=False, methods=["get"], pagination_class=None)
    def duplicates(self, request: Request) -> HttpResponse:
        """Running incidents that a call may be about, nearest first, at most five.

        Of the same type group near the point, or told of from the same phone; how near and how long
        back are norms. That they were shown is recorded.
        """
        told = DuplicatesAskedSerializer.read(request.query_params.dict())
        found = possible(user=self.member, at=clock.now(), **told)
        trail.read_many((one.incident for one in found), by=self.member, purpose="duplicates")
        return wire.answer(
            [
                {
                    "incident": self.row(one.incident),
                    "distance_m": one.distance_m,
                    "same_phone": one.same_phone,
                }
                for one in found
            ]
        )

    @extend_schema(request=QualifySerializer)
    @action(detail=True, methods=["post"])
    def qualify(self, request: Request, pk: UUID) -> HttpResponse:
        """Give type, place and priority. 400 `place_outside_zone`, 409 `move_not_allowed`."""
        return self.run_move(actions.qualify, QualifySerializer)

    @extend_schema(request=MoveSerializer)
    @action(detail=True, methods=["post"])
    def appear(self, request: Request, pk: UUID) -> HttpResponse:
        """Make a planned incident work of now, before its moment. 409 `move_not_allowed`."""
        return self.run_move(planning.appear)

    @extend_schema(request=ReplanSerializer)
    @action(detail=True, methods=["post"])
    def replan(self, request: Request, pk: UUID) -> HttpResponse:
        """Put a planned incident to another moment. 409 `move_not_allowed` once it has appeared."""
        return self.run_move(planning.replan, ReplanSerializer)

    @extend_schema(request=RetypeSerializer)
    @action(detail=True, methods=["post"])
    def retype(self, request: Request, pk: UUID) -> HttpResponse:
        """Change the type; the priority stays."""
        return self.run_move(actions.retype, RetypeSerializer)

    @extend_schema(request=ReprioritiseSerializer)
    @action(detail=True, methods=["post"])
    def reprioritise(self, request: Request, pk: UUID) -> HttpResponse:
        """Raise or lower the priority. 409 `reason_needed` when a code 0 or 1 is lowered."""
        return self.run_move(actions.reprioritise, ReprioritiseSerializer)

    @extend_schema(request=QueueSerializer)
    @action(detail=True, methods=["post"])
    def queue(self, request: Request, pk: UUID) -> HttpResponse:
        """Let it wait; when it is deferred, say why and when the caller was told."""
        return self.run_move(actions.queue, QueueSerializer)

    @extend_schema(request=CancelSerializer)
    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, pk: UUID) -> HttpResponse:
        """End it without a team. 409 `reason_needed` for another zone without its name."""
        return self.run_move(actions.cancel, CancelSerializer)

    @extend_schema(request=MergeSerializer)
    @action(detail=True, methods=["post"])
    def merge(self, request: Request, pk: UUID) -> HttpResponse:
        """Make it part of another running incident, to which its calls move."""

        def act(incident: Incident, *, into: UUID, **how: Any) -> None:
            actions.merge(incident, self.named(Incident.objects.defer("search"), into, field="into"), **how)

        return self.run_move(act, MergeSerializer)

    @extend_schema(request=UnmergeSerializer)
    @action(detail=True, methods=["post"])
    def unmerge(self, request: Request, pk: UUID) -> HttpResponse:
        """Take it out of its master within 24 hours; its calls go back. 409 `move_not_allowed`."""
        return self.run_move(actions.unmerge, UnmergeSerializer)

    @extend_schema(request=LinkToldSerializer)
    @action(detail=True, methods=["post"])
    def link(self, request: Request, pk: UUID) -> HttpResponse:
        """Note that it belongs with another. 409 `move_not_allowed` when they are linked already."""

        def act(incident: Incident, *, to: UUID, **told: Any) -> None:
            actions.link(incident, self.named(Incident.objects.defer("search"), to, field="to"), **told)

        return self.run_move(act, LinkToldSerializer)

    @extend_schema(request=UnlinkSerializer)
    @action(detail=True, methods=["post"])
    def unlink(self, request: Request, pk: UUID) -> HttpResponse:
        """End a link that was wrong."""

        def act(incident: Incident, *, link: UUID, **told: Any) -> None:
            actions.unlink(self.named(Link.objects.of(incident), link, field="link"), **told)

        return self.run_move(act, UnlinkSerializer)

    @extend_schema(responses=LinkSerializer(many=True), filters=False)
    @action(detail=True, methods=["get"])
    def links(self, request: Request, pk: UUID) -> HttpResponse:
        """What it is linked to, oldest first; only what the user may know of."""
        known = Link.objects.visible_to(self.member).of(self.get_object())
        return self.page(known.order_by("at", "id"), LinkSerializer, recorded=False)

    @extend_schema(request=FinishSerializer)
    @action(detail=True, methods=["post"])
    def finish(self, request: Request, pk: UUID) -> HttpResponse:
        """Write the result and close it, or leave it `reporting` until its document has a number.

        409 `answers_needed` names in `missing` the follow-ups that were not answered yes or no.
        """
        return self.run_move(actions.finish, FinishSerializer)

    @extend_schema(request=ReopenSerializer)
    @action(detail=True, methods=["post"])
    def reopen(self, request: Request, pk: UUID) -> HttpResponse:
        """Take it up again, for its report or for a team."""
        return self.run_move(actions.reopen, ReopenSerializer)

    @extend_schema(request=NoteToldSerializer)
    @action(detail=True, methods=["post"])
    def note(self, request: Request, pk: UUID) -> HttpResponse:
        """Add to the narrative, also after closing."""
        return self.run_move(actions.add_note, NoteToldSerializer)

    @extend_schema(responses=NoteSerializer(many=True), filters=False)
    @action(detail=True, methods=["get"])
    def notes(self, request: Request, pk: UUID) -> HttpResponse:
        """The narrative, oldest first."""
        incident = self.get_object()
        trail.read(incident, by=self.member)
        return self.page(incident.notes.order_by("at", "id"), NoteSerializer, recorded=False)

    @extend_schema(parameters=[SpotSerializer], responses=AroundSerializer, filters=False)
    @action(detail=False, methods=["get"], pagination_class=None)
    def around(self, request: Request) -> HttpResponse:
        """What is known of a place, and what happened there in a year. That it was read is recorded."""
        told = SpotSerializer.read(request.query_params.dict())
        shown = known(Spot(**told), user=self.member)
        trail.read_many(shown.records, by=self.member, purpose="place")
        return wire.answer(AroundSerializer(shown).data)


class CallViewSet(Listed, Shown):
    """Calls. The first one is taken with its incident at /incidents/; further ones are attached here."""

    queryset = Call.objects.order_by("-received_at", "id")
    serializer_class = CallSerializer
    filterset_class = CallFilter
    records_reading = records_lists = True
    action_permissions = {
        "list": "incidents.view_incident",
        "retrieve": "incidents.view_incident",
        "create": "incidents.take_call",
    }

    @extend_schema(request=AttachCallSerializer, responses={201: CallSerializer})
    def create(self, request: Request) -> HttpResponse:
        """Attach a further call to a running incident. 409 `move_not_allowed` when that is over."""

        def act(*, incident: UUID, **told: Any) -> Call:
            known = self.named(Incident.objects.defer("search"), incident, field="incident")
            return actions.attach_call(incident=known, **told)

        return self.run_create(act, AttachCallSerializer)


class PlaceWarningViewSet(Listed, Shown):
    """Warnings of places, newest first: dangers, bans, houses to watch, people to protect.

    Absence watches and protected people are only shown to those who act on them.
    """

    queryset = PlaceWarning.objects.order_by("-set_at", "id")
    serializer_class = PlaceWarningSerializer
    filterset_class = PlaceWarningFilter
    records_reading = records_lists = True
    action_permissions = {
        "list": "incidents.view_placewarning",
        "retrieve": "incidents.view_placewarning",
        "create": "incidents.set_placewarning",
        "review": "incidents.set_placewarning",
        "withdraw": "incidents.set_placewarning",
    }

    @extend_schema(request=WarnSerializer, responses={201: PlaceWarningSerializer})
    def create(self, request: Request) -> HttpResponse:
        """Warn of a place. 400 `place_outside_zone`, 400 `invalid_input` when it would hold too long."""

        def act(*, by: User, incident: UUID | None = None, **told: Any) -> PlaceWarning:
            if told["kind"] not in PlaceWarning.kinds_for(by):
                raise InvalidInput(_("Your role is not told of such warnings."), field="kind")
            known_from = Incident.objects.defer("search").pick(incident, by=by, field="incident")
            return actions.warn(WarningTold(**told), by=by, incident=known_from)

        return self.run_create(act, WarnSerializer)

    @extend_schema(request=ReviewSerializer)
    @action(detail=True, methods=["post"])
    def review(self, request: Request, pk: UUID) -> HttpResponse:
        """It still holds, until another moment. 409 `move_not_allowed` when it is over."""
        return self.run_move(warning.review, ReviewSerializer)

    @extend_schema(request=WithdrawSerializer)
    @action(detail=True, methods=["post"])
    def withdraw(self, request: Request, pk: UUID) -> HttpResponse:
        """It does not hold any more. 409 `move_not_allowed`."""
        return self.run_move(warning.withdraw, WithdrawSerializer)
