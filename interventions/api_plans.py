from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request

from carma.actionfields.models import Priority
from carma.api.serializers import InputSerializer, RowSerializer
from carma.api.viewsets import Listed, Reference, Shown
from interventions import plans
from interventions.models import ResponsePlan, Skill


class SkillSerializer(RowSerializer[Skill]):
    class Meta:
        model = Skill
        fields = ["code", "label_nl", "label_fr", "label_en"]
        read_only_fields = fields


class SkillViewSet(Listed, Shown, Reference):
    """What a team can do that not every team can."""

    queryset = Skill.objects.order_by("code")
    serializer_class = SkillSerializer
    lookup_value_converter = "str"


class ResponsePlanSerializer(RowSerializer[ResponsePlan]):
    class Meta:
        model = ResponsePlan
        fields = ["id", "about", "priority", "teams", "skills", "valid_from", "valid_to", "source"]
        read_only_fields = fields


class LayDownSerializer(InputSerializer):
    about = serializers.CharField(
        max_length=10, allow_blank=True, help_text="A type's code, the beginning of some, or empty for all."
    )
    priority = serializers.PrimaryKeyRelatedField(
        queryset=Priority.objects.all(), required=False, allow_null=True, default=None
    )
    teams = serializers.IntegerField(min_value=1, max_value=plans.MOST_TEAMS)
    skills = serializers.ListField(
        child=serializers.CharField(max_length=20), required=False, max_length=20, default=list
    )
    reason = serializers.CharField(required=False, max_length=400)


class EndSerializer(InputSerializer):
    reason = serializers.CharField(required=False, max_length=400)


class ResponsePlanViewSet(Listed, Shown):
    """How many teams an incident asks for, and which skills. Of those that fit, the most specific counts."""

    queryset = ResponsePlan.objects.order_by("about", "id")
    serializer_class = ResponsePlanSerializer
    action_permissions = {
        "list": "interventions.view_team",
        "retrieve": "interventions.view_team",
        "create": "interventions.change_responseplan",
        "end": "interventions.change_responseplan",
    }

    @extend_schema(request=LayDownSerializer, responses={201: ResponsePlanSerializer})
    def create(self, request: Request) -> HttpResponse:
        """Lay it down from today on; what was laid down for the same type and priority ends today."""

        def act(*, about: str, **told: Any) -> ResponsePlan:
            return plans.lay_down(about, **told)

        return self.run_create(act, LayDownSerializer)

    @extend_schema(request=EndSerializer)
    @action(detail=True, methods=["post"])
    def end(self, request: Request, pk: UUID) -> HttpResponse:
        """Let it count no more from today on. 409 `move_not_allowed` for one that ended already."""
        return self.run_move(plans.end, EndSerializer)
