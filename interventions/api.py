from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpResponse
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request

from carma import clock
from carma.accounts.models import User
from carma.api import wire
from carma.api.idempotency import answer_once
from carma.api.serializers import InputSerializer, MoveSerializer, VersionedSerializer
from carma.api.viewsets import Listed, Shown, VisibleViewSet
from carma.audit import trail
from carma.errors import InvalidInput
from carma.incidents.models import Incident
from interventions import actions, assistance, panics, positions, sectors, shifts, wanted
from interventions.filters import (
    AssignmentFilter,
    AssistanceFilter,
    PanicFilter,
    TeamFilter,
    TrackFilter,
    WantedNoticeFilter,
)
from interventions.models import (
    Assignment,
    Assistance,
    Panic,
    Position,
    SectorClaim,
    ShiftTemplate,
    Team,
    WantedNotice,
)
from interventions.serializers import (
    AskAssistanceSerializer,
    AssignmentSerializer,
    AssignSerializer,
    AssistanceSerializer,
    ChangeTeamSerializer,
    OrderSerializer,
    PanicSerializer,
    PositionsSerializer,
    PositionsToldSerializer,
    ProlongSerializer,
    SectorClaimSerializer,
    ShiftTemplateSerializer,
    ShiftTemplateToldSerializer,
    StartTeamSerializer,
    TakeOverSerializer,
    TakeSectorSerializer,
    TeamSerializer,
    TrackSerializer,
    WantedNoticeSerializer,
    WithdrawWantedSerializer,
    WriteWantedSerializer,
)


class TeamViewSet(Listed, Shown):
    """Teams. A team is busy while it has an open assignment; its status says whether it is in service."""

    queryset = Team.objects.order_by("call_sign", "id")
    serializer_class = TeamSerializer
    filterset_class = TeamFilter
    action_permissions = {
        "list": "interventions.view_team",
        "retrieve": "interventions.view_team",
        "create": "interventions.lead_shift",
        "change": "interventions.lead_shift",
        "take_over": "interventions.lead_shift",
        "come_back": "interventions.operate_team",
        "go_out_of_service": "interventions.operate_team",
        "go_off_duty": "interventions.operate_team",
        "panic": "interventions.raise_panic",
        "track": "interventions.view_track",
    }

    @extend_schema(request=StartTeamSerializer, responses={201: TeamSerializer})
    def create(self, request: Request) -> HttpResponse:
        """Start a shift. 409 `call_sign_in_use`, `member_in_other_team`."""
        return self.run_create(_with_crew(shifts.start), StartTeamSerializer)

    @extend_schema(request=ChangeTeamSerializer)
    @action(detail=True, methods=["post"])
    def change(self, request: Request, pk: UUID) -> HttpResponse:
        """Change crew, vehicle, equipment, sector or end during the shift. 409 `member_in_other_team`."""
        return self.run_move(_with_crew(shifts.change), ChangeTeamSerializer)

    @extend_schema(request=TakeOverSerializer, responses={201: TeamSerializer})
    @action(detail=True, methods=["post"])
    def take_over(self, request: Request, pk: UUID) -> HttpResponse:
        """Relieve it: answers the new team, under the same call sign. 409 `team_on_incident`."""

        def act(**told: Any) -> Team:
            team: Team = _with_crew(shifts.take_over)(self.get_object(), **told)
            return team

        return self.run_create(act, TakeOverSerializer)

    @extend_schema(request=MoveSerializer)
    @action(detail=True, methods=["post"])
    def come_back(self, request: Request, pk: UUID) -> HttpResponse:
        """In service again, or at the start of a shift. 409 `move_not_allowed`."""
        return self.run_move(Team.come_back)

    @extend_schema(request=MoveSerializer)
    @action(detail=True, methods=["post"])
    def go_out_of_service(self, request: Request, pk: UUID) -> HttpResponse:
        """Not to be sent for the time being. 409 `move_not_allowed`."""
        return self.run_move(Team.go_out_of_service)

    @extend_schema(request=MoveSerializer)
    @action(detail=True, methods=["post"])
    def go_off_duty(self, request: Request, pk: UUID) -> HttpResponse:
        """The end of the shift. 409 `move_not_allowed`."""
        return self.run_move(Team.go_off_duty)

    def get_throttles(self) -> list[Any]:
        return [] if self.action == "panic" else list(super().get_throttles())

    @extend_schema(request=None, responses={201: PanicSerializer})
    @action(detail=True, methods=["post"])
    def panic(self, request: Request, pk: UUID) -> HttpResponse:
        """Call every dispatcher for help at once. No rate limits it; pressed again it is told again."""

        def deed() -> HttpResponse:
            panic = panics.press(self.get_object(), by=self.member)
            return wire.answer(PanicSerializer.writer()(panic), status=201)

        return answer_once(request, deed)

    @extend_schema(
        filters=False,
        parameters=[
            OpenApiParameter("reported_from", datetime, description="From this moment on."),
            OpenApiParameter("reported_before", datetime, description="Before this moment."),
        ],
        responses=TrackSerializer(many=True),
    )
    @action(detail=True, methods=["get"])
    def track(self, request: Request, pk: UUID) -> HttpResponse:
        """Where it was, newest first. That it was asked for is recorded."""
        team = self.get_object()
        asked = TrackFilter(request.query_params, Position.objects.visible_to(self.member).filter(team=team))
        if not asked.is_valid():
            raise ValidationError(asked.errors)
        trail.read(team, by=self.member, purpose="track")
        rows = asked.qs.order_by("-reported_at", "provider")
        return self.page(
            rows, TrackSerializer, recorded=False, parameters=frozenset(TrackFilter.base_filters)
        )


class ShiftTemplateViewSet(Listed, Shown):
    """Shifts that come back: which teams are planned, and how few there may be."""

    queryset = ShiftTemplate.objects.order_by("base", "sector", "starts", "name", "id")
    serializer_class = ShiftTemplateSerializer
    action_permissions = {
        "list": "interventions.view_team",
        "retrieve": "interventions.view_team",
        "create": "interventions.change_shifttemplate",
        "change": "interventions.change_shifttemplate",
        "drop": "interventions.change_shifttemplate",
    }

    @extend_schema(request=ShiftTemplateToldSerializer, responses={201: ShiftTemplateSerializer})
    def create(self, request: Request) -> HttpResponse:
        """Plan a shift. 400 `invalid_input` when the base has one of that name in that sector."""
        return self.run_create(_save_template, ShiftTemplateToldSerializer)

    @extend_schema(request=ShiftTemplateToldSerializer)
    @action(detail=True, methods=["post"])
    def change(self, request: Request, pk: UUID) -> HttpResponse:
        """Say anew what it plans, whole. 412 `stale`."""
        return self.run_move(_change_template, ShiftTemplateToldSerializer)

    @extend_schema(request=VersionedSerializer)
    @action(detail=True, methods=["post"])
    def drop(self, request: Request, pk: UUID) -> HttpResponse:
        """Plan by it no more. Answers it as it was."""
        return self.run_move(shifts.drop_template, VersionedSerializer)


class SectorClaimViewSet(Listed, Shown):
    """Who dispatches which sector: those in force now. Ends by itself with the turn of duty."""

    queryset = SectorClaim.objects.select_related("person").order_by("-since_at", "id")
    serializer_class = SectorClaimSerializer
    action_permissions = {
        "list": "interventions.view_team",
        "retrieve": "interventions.view_team",
        "create": "interventions.assign_team",
        "give_up": "interventions.assign_team",
    }

    def get_queryset(self) -> QuerySet[SectorClaim]:
        rows: QuerySet[SectorClaim] = super().get_queryset()
        running = SectorClaim.objects.in_force(clock.now()).values("pk")
        return rows.filter(pk__in=running) if self.action == "list" else rows

    @extend_schema(request=TakeSectorSerializer, responses={201: SectorClaimSerializer})
    def create(self, request: Request) -> HttpResponse:
        """Dispatch a sector from now on, in place of who did. 409 `sector_just_taken`."""
        return self.run_create(sectors.take, TakeSectorSerializer)

    @extend_schema(request=None)
    @action(detail=True, methods=["post"])
    def give_up(self, request: Request, pk: UUID) -> HttpResponse:
        """Dispatch it no longer. 409 `move_not_allowed` when it is not, or no longer, one's own."""
        return self.run_move(sectors.give_up, InputSerializer)


class AssignmentViewSet(Listed, Shown):
    """Teams sent to incidents. The incident's status follows that of its teams."""

    queryset = Assignment.objects.order_by("-assigned_at", "id")
    serializer_class = AssignmentSerializer
    filterset_class = AssignmentFilter
    action_permissions = {
        "list": "interventions.view_assignment",
        "retrieve": "interventions.view_assignment",
        "create": "interventions.assign_team",
        "preempt": "interventions.assign_team",
        "accept": "interventions.operate_assignment",
        "depart": "interventions.operate_assignment",
        "arrive": "interventions.operate_assignment",
        "hear": "interventions.operate_assignment",
        "ask_assistance": "interventions.operate_assignment",
        "clear": "interventions.operate_assignment",
        "refuse": "interventions.operate_assignment",
        "abort": "interventions.operate_assignment",
    }

    @extend_schema(request=AssignSerializer, responses={201: AssignmentSerializer})
    def create(self, request: Request) -> HttpResponse:
        """Send a team. 409 `team_not_available` when a second dispatcher was just quicker.

        409 `reason_needed` when another was `recommended`.
        """

        def act(*, team: UUID, **told: Any) -> Assignment:
            return actions.assign(self.named(Team.objects.all(), team, field="team"), **self._order(told))

        return self.run_create(act, AssignSerializer)

    @extend_schema(request=OrderSerializer, responses={201: AssignmentSerializer})
    @action(detail=True, methods=["post"])
    def preempt(self, request: Request, pk: UUID) -> HttpResponse:
        """Call the team back from less urgent work and send it: answers its new assignment.

        The incident it leaves waits again. 409 `team_not_preemptible` when it is on scene there, or when
        that one is no less urgent; 409 `reason_needed` when another was `recommended`.
        """

        def deed() -> HttpResponse:
            present = self.get_object()
            order = self._order(self._told(OrderSerializer))
            return self.answer(actions.preempt(present, by=self.member, **order), status=201)

        return answer_once(request, deed)

    def _order(self, told: dict[str, Any]) -> dict[str, Any]:
        """An order as told, with the records it names."""
        order = {
            **told,
            "incident": self.named(Incident.objects.defer("search"), told["incident"], field="incident"),
        }
        if "recommended" in told:
            order["recommended"] = self.named(Team.objects.all(), told["recommended"], field="recommended")
        return order

    @extend_schema(request=MoveSerializer)
    @action(detail=True, methods=["post"])
    def accept(self, request: Request, pk: UUID) -> HttpResponse:
        """The team says it goes. 409 `move_not_allowed`."""
        return self.run_move(actions.accept)

    @extend_schema(request=MoveSerializer)
    @action(detail=True, methods=["post"])
    def depart(self, request: Request, pk: UUID) -> HttpResponse:
        """The team is under way. 409 `move_not_allowed`."""
        return self.run_move(actions.depart)

    @extend_schema(request=MoveSerializer)
    @action(detail=True, methods=["post"])
    def arrive(self, request: Request, pk: UUID) -> HttpResponse:
        """The team is on scene; allowed straight from assigned. 409 `move_not_allowed`."""
        return self.run_move(actions.arrive)

    @extend_schema(request=MoveSerializer)
    @action(detail=True, methods=["post"])
    def hear(self, request: Request, pk: UUID) -> HttpResponse:
        """The team on scene says that all is well: its clock starts anew. 409 `move_not_allowed`."""
        return self.run_move(actions.hear)

    @extend_schema(request=AskAssistanceSerializer, responses={201: AssistanceSerializer})
    @action(detail=True, methods=["post"])
    def ask_assistance(self, request: Request, pk: UUID) -> HttpResponse:
        """Ask for another team; asked again it is told again. 409 `move_not_allowed` once it ended."""

        def deed() -> HttpResponse:
            assignment = self.get_object()  # first: who may not know of it learns nothing of the body
            told = AskAssistanceSerializer.read(wire.body_of(request))
            question = assistance.ask(assignment, told["urgency"], by=self.member)
            return wire.answer(AssistanceSerializer.writer()(question), status=201)

        return answer_once(request, deed)

    @extend_schema(request=MoveSerializer)
    @action(detail=True, methods=["post"])
    def clear(self, request: Request, pk: UUID) -> HttpResponse:
        """The team is free again. 409 `move_not_allowed`."""
        return self.run_move(actions.clear)

    @extend_schema(request=MoveSerializer)
    @action(detail=True, methods=["post"])
    def refuse(self, request: Request, pk: UUID) -> HttpResponse:
        """The team can't go. 409 `reason_needed` without a reason."""
        return self.run_move(actions.refuse)

    @extend_schema(request=MoveSerializer)
    @action(detail=True, methods=["post"])
    def abort(self, request: Request, pk: UUID) -> HttpResponse:
        """The team is called back before it arrived. 409 `reason_needed` without a reason."""
        return self.run_move(actions.abort)


class PanicViewSet(Listed, Shown):
    """Teams that called for help in danger, at /teams/{id}/panic/. Who has it stands on the alert."""

    queryset = Panic.objects.order_by("-raised_at", "id")
    serializer_class = PanicSerializer
    filterset_class = PanicFilter
    action_permissions = {
        "list": "interventions.view_team",
        "retrieve": "interventions.view_team",
        "say_well": "interventions.raise_panic",
        "end": "interventions.end_panic",
    }

    @extend_schema(request=None)
    @action(detail=True, methods=["post"])
    def say_well(self, request: Request, pk: UUID) -> HttpResponse:
        """The team says that all is well, which silences nothing. 409 `move_not_allowed` when it is over."""
        return self.run_move(panics.say_well, InputSerializer)

    @extend_schema(request=MoveSerializer)
    @action(detail=True, methods=["post"])
    def end(self, request: Request, pk: UUID) -> HttpResponse:
        """It is over. 409 `reason_needed`; 409 `move_not_allowed` while nobody acknowledged the alert."""
        return self.run_move(panics.end)


class AssistanceViewSet(Listed, Shown):
    """Teams that asked for another one, at /assignments/{id}/ask_assistance/. Sending one grants it."""

    queryset = Assistance.objects.order_by("-asked_at", "id")
    serializer_class = AssistanceSerializer
    filterset_class = AssistanceFilter
    action_permissions = {
        "list": "interventions.view_assignment",
        "retrieve": "interventions.view_assignment",
        "decline": "interventions.assign_team",
        "withdraw": "interventions.operate_assignment",
    }

    @extend_schema(request=MoveSerializer)
    @action(detail=True, methods=["post"])
    def decline(self, request: Request, pk: UUID) -> HttpResponse:
        """No team can be sent. 409 `reason_needed` without a reason."""
        return self.run_move(assistance.decline)

    @extend_schema(request=MoveSerializer)
    @action(detail=True, methods=["post"])
    def withdraw(self, request: Request, pk: UUID) -> HttpResponse:
        """The team needs nobody any more. 409 `move_not_allowed`."""
        return self.run_move(assistance.withdraw)


class PositionViewSet(VisibleViewSet):
    """Where the devices of teams say they are. The track of one team is at /teams/{id}/track/."""

    queryset = Position.objects.all()
    serializer_class = TrackSerializer
    action_permissions = {"create": "interventions.report_position"}

    @extend_schema(request=PositionsToldSerializer, responses=PositionsSerializer)
    def create(self, request: Request) -> HttpResponse:
        """Tell up to 1,000 positions, of several teams, late, twice or out of order.

        A row that can't be used is named in `refused` and leaves the others be. Sending a batch again
        changes nothing.
        """
        told = PositionsToldSerializer.read(wire.body_of(request))
        outcomes = positions.report(told["positions"], by=self.member)
        return wire.answer(positions.summed(outcomes))


def _with_crew(act: Callable[..., Any]) -> Callable[..., Any]:
    """An action of a team's shift, with its members named by their user names."""

    def named(*records: Team, members: list[str] | None = None, **told: Any) -> Any:
        if members is not None:
            told["members"] = _members(members)
        return act(*records, **told)

    return named


def _members(usernames: list[str]) -> list[User]:
    known = {
        person.username: person for person in User.objects.filter(username__in=usernames, is_active=True)
    }
    unknown = [name for name in usernames if name not in known]
    if unknown:
        raise InvalidInput(
            _("No member who may be in a team is called %(name)s.") % {"name": unknown[0]}, field="members"
        )
    return list(known.values())


def _save_template(*, by: User, expect: int | None = None, **told: Any) -> ShiftTemplate:
    return shifts.save_template(_template(told), by=by)


def _change_template(template: ShiftTemplate, *, by: User, expect: int | None, **told: Any) -> None:
    shifts.save_template(_template(told), by=by, template=template, expect=expect)
    template.refresh_from_db()


def _template(told: dict[str, Any]) -> shifts.Template:
    return shifts.Template(**{**told, "days": tuple(told["days"]), "call_signs": tuple(told["call_signs"])})


class WantedNoticeViewSet(Listed, Shown):
    """Wanted notices (aandachtsvestigingen), newest first."""

    queryset = WantedNotice.objects.order_by("-set_at", "id")
    serializer_class = WantedNoticeSerializer
    filterset_class = WantedNoticeFilter
    records_reading = records_lists = True
    action_permissions = {
        "list": "interventions.view_wantednotice",
        "retrieve": "interventions.view_wantednotice",
        "create": "interventions.set_wantednotice",
        "prolong": "interventions.set_wantednotice",
        "withdraw": "interventions.set_wantednotice",
    }

    @extend_schema(request=WriteWantedSerializer, responses={201: WantedNoticeSerializer})
    def create(self, request: Request) -> HttpResponse:
        """Have every team look out. 400 `place_outside_zone`, 400 `invalid_input` for an end too far."""

        def act(*, by: User, incident: UUID | None = None, **told: Any) -> WantedNotice:
            comes_from = Incident.objects.defer("search").pick(incident, by=by, field="incident")
            return wanted.write(wanted.WantedTold(**told), by=by, incident=comes_from)

        return self.run_create(act, WriteWantedSerializer)

    @extend_schema(request=ProlongSerializer)
    @action(detail=True, methods=["post"])
    def prolong(self, request: Request, pk: UUID) -> HttpResponse:
        """It goes on, until another moment. 409 `move_not_allowed` when it is over."""
        return self.run_move(wanted.prolong, ProlongSerializer)

    @extend_schema(request=WithdrawWantedSerializer)
    @action(detail=True, methods=["post"])
    def withdraw(self, request: Request, pk: UUID) -> HttpResponse:
        """Found, or not looked for any more. 409 `move_not_allowed`."""
        return self.run_move(wanted.withdraw, WithdrawWantedSerializer)
