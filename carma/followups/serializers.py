from __future__ import annotations

from rest_framework import serializers

from carma.api.serializers import InputSerializer, RowSerializer
from carma.followups.models import FollowUp


class FollowUpSerializer(RowSerializer[FollowUp]):
    class Meta:
        model = FollowUp
        fields = [
            "id",
            "incident",
            "kind",
            "status",
            "status_since",
            "asked_at",
            "due_at",
            "ended_at",
            "confirmed_at",
            "version",
        ]
        read_only_fields = fields


class AskSerializer(InputSerializer):
    incident = serializers.UUIDField()
    kind = serializers.ChoiceField(choices=FollowUp.Kind.choices)
