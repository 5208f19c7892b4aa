from __future__ import annotations

from typing import Any

from rest_framework import serializers

from carma.api.serializers import InputSerializer, RowSerializer
from carma.policy.models import Tally


class TallySerializer(RowSerializer[Tally]):
    """One cell of the monthly report."""

    class Meta:
        model = Tally
        fields = ["municipality", "type", "count"]
        read_only_fields = fields


class MonthSerializer(InputSerializer):
    """Which month a report is about."""

    month = serializers.RegexField(r"^20\d\d-(0[1-9]|1[0-2])$", help_text="Local month, as 2026-03.")


class MonthlyReportSerializer(serializers.Serializer[Any]):
    """Incidents of one local month by type and municipality; cancelled and merged ones do not count."""

    month = serializers.CharField(help_text="As 2026-03.")
    total = serializers.IntegerField()
    rows = TallySerializer(many=True)
