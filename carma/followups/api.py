from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request

from carma import clock
from carma.accounts.models import User
from carma.api.serializers import MoveSerializer
from carma.api.viewsets import Listed, Shown
from carma.followups import actions
from carma.followups.filters import FollowUpFilter
from carma.followups.models import FollowUp
from carma.followups.serializers import AskSerializer, FollowUpSerializer
from carma.incidents.models import Incident


class FollowUpViewSet(Listed, Shown):
    """What is asked of the services after an incident; a proposal until it is taken."""

    queryset = FollowUp.objects.order_by("-asked_at", "id")
    serializer_class = FollowUpSerializer
    filterset_class = FollowUpFilter
    action_permissions = {
        "list": "followups.view_followup",
        "retrieve": "followups.view_followup",
        "create": "followups.ask_followup",
        "take": "followups.answer_followup",
        "finish": "followups.answer_followup",
        "decline": "followups.answer_followup",
    }

    @extend_schema(request=AskSerializer, responses={201: FollowUpSerializer})
    def create(self, request: Request) -> HttpResponse:
        """Ask for one; asked before on this incident, that one is answered."""

        def act(*, by: User, incident: UUID, kind: str) -> FollowUp:
            known = self.named(Incident.objects.defer("search"), incident, field="incident")
            return actions.ask(known, kind, at=clock.now(), by=by)

        return self.run_create(act, AskSerializer)

    @extend_schema(request=MoveSerializer)
    @action(detail=True, methods=["post"])
    def take(self, request: Request, pk: UUID) -> HttpResponse:
        """The service takes it on. 409 `move_not_allowed`."""
        return self.run_move(FollowUp.take)

    @extend_schema(request=MoveSerializer)
    @action(detail=True, methods=["post"])
    def finish(self, request: Request, pk: UUID) -> HttpResponse:
        """What was asked has been done. 409 `move_not_allowed`."""
        return self.run_move(FollowUp.finish)

    @extend_schema(request=MoveSerializer)
    @action(detail=True, methods=["post"])
    def decline(self, request: Request, pk: UUID) -> HttpResponse:
        """The service does not do it. 409 `move_not_allowed`."""
        return self.run_move(FollowUp.decline)
