from __future__ import annotations

from rest_framework import serializers

from carma.alerts.models import Alert
from carma.api.serializers import RowSerializer


class AlertSerializer(RowSerializer[Alert]):
    message = serializers.CharField(read_only=True, help_text="In the user's language.")
    acknowledged_by = serializers.CharField(
        source="acknowledged_by.username", read_only=True, allow_null=True
    )

    class Meta:
        model = Alert
        fields = [
            "id",
            "kind",
            "subject_type",
            "subject_id",
            "priority",
            "message",
            "status",
            "status_since",
            "raised_at",
            "level",
            "told_at",
            "times_told",
            "acknowledged_by",
            "acknowledged_at",
            "channel",
            "version",
        ]
        read_only_fields = fields
