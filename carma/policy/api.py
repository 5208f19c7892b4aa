from __future__ import annotations

from datetime import date

from django.http import HttpResponse
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request

from carma.api import wire
from carma.api.viewsets import VisibleViewSet
from carma.policy.models import Tally
from carma.policy.serializers import MonthlyReportSerializer, MonthSerializer, TallySerializer


class MonthlyReportViewSet(VisibleViewSet):
    """Incidents per month by type and municipality, from figures kept up to date as work goes on."""

    queryset = Tally.objects.order_by("municipality", "type")
    serializer_class = TallySerializer
    own_parameters = frozenset({"month"})
    action_permissions = {"list": "policy.view_tally"}

    @extend_schema(
        parameters=[OpenApiParameter("month", str, required=True, description="Local month, as 2026-03.")],
        responses=MonthlyReportSerializer,
    )
    def list(self, request: Request) -> HttpResponse:
        """The report of one month, every cell that is not empty. Recent deeds count within seconds."""
        month = MonthSerializer.read(request.query_params.dict())["month"]
        cells = self.get_queryset().filter(month=date.fromisoformat(f"{month}-01"), count__gt=0)
        write = TallySerializer.writer()
        rows = [write(cell) for cell in cells]
        total = sum(row["count"] for row in rows)
        return wire.answer({"month": month, "total": total, "rows": rows})
