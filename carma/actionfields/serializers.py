from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from carma.actionfields import kept
from carma.actionfields.models import IncidentType, Priority, Question
from carma.api.serializers import RowSerializer


class PrioritySerializer(RowSerializer[Priority]):
    class Meta:
        model = Priority
        fields = [
            "code",
            "label_nl",
            "label_fr",
            "label_en",
            "urgent",
            "unassigned_warn_s",
            "unassigned_escalate_s",
            "not_en_route_warn_s",
            "not_en_route_escalate_s",
            "not_on_scene_warn_s",
            "not_on_scene_escalate_s",
            "on_scene_contact_warn_s",
            "on_scene_contact_escalate_s",
            "target_on_scene_s",
        ]
        read_only_fields = fields


class IncidentTypeSerializer(RowSerializer[IncidentType]):
    class Meta:
        model = IncidentType
        fields = [
            "code",
            "label_nl",
            "label_fr",
            "label_en",
            "action_field",
            "default_priority",
            "urgent",
            "sphere",
            "group",
            "triggers",
            "is_planned",
            "valid_from",
            "valid_to",
        ]
        read_only_fields = fields


class QuestionSerializer(RowSerializer[Question]):
    class Meta:
        model = Question
        fields = ["id", "type", "order", "label_nl", "label_fr", "label_en"]
        read_only_fields = fields


@extend_schema_field({"type": "string", "maxLength": 10})
class TypeField(serializers.Field[Any, Any, Any, Any]):
    """The code of an incident type that is in force; becomes the type."""

    default_error_messages = {"unknown": _("There is no such incident type in force. See /api/v1/types/.")}

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(help_text="Code of an incident type in force.", **kwargs)

    def to_internal_value(self, data: Any) -> Any:
        return (isinstance(data, str) and kept.types().get(data)) or self.fail("unknown")


@extend_schema_field({"type": "integer", "minimum": 0, "maximum": 99})
class PriorityField(serializers.Field[Any, Any, Any, Any]):
    """A priority code; becomes the priority."""

    default_error_messages = {"unknown": _("There is no such priority. See /api/v1/priorities/.")}

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(help_text="Priority code, 0 the highest.", **kwargs)

    def to_internal_value(self, data: Any) -> Any:
        is_code = isinstance(data, int) and not isinstance(data, bool)
        return (is_code and kept.priorities().get(data)) or self.fail("unknown")
