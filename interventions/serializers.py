from __future__ import annotations

from rest_framework import serializers

from carma.api.serializers import MoveSerializer, RowSerializer
from interventions.models import Assignment, Team


class TeamSerializer(RowSerializer[Team]):
    class Meta:
        model = Team
        fields = [
            "id",
            "call_sign",
            "base",
            "sector",
            "crew",
            "vehicle",
            "status",
            "status_since",
            "lat",
            "lon",
            "position_at",
            "version",
        ]
        read_only_fields = fields


class AssignmentSerializer(RowSerializer[Assignment]):
    class Meta:
        model = Assignment
        fields = [
            "id",
            "incident",
            "team",
            "status",
            "status_since",
            "assigned_at",
            "accepted_at",
            "en_route_at",
            "on_scene_at",
            "ended_at",
            "version",
        ]
        read_only_fields = fields


class AssignSerializer(MoveSerializer):
    """`version` is that of the incident, as last seen."""

    incident = serializers.UUIDField()
    team = serializers.UUIDField()
