from __future__ import annotations

from carma.api.serializers import RowSerializer
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
