from __future__ import annotations

from functools import partial
from uuid import UUID

from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request

from carma.alerts.filters import AlertFilter
from carma.alerts.models import Alert
from carma.alerts.serializers import AlertSerializer
from carma.api.serializers import MoveSerializer
from carma.api.viewsets import Listed, Shown


class AlertViewSet(Listed, Shown):
    """What somebody on duty must acknowledge by name; it repeats and climbs until then."""

    queryset = Alert.objects.select_related("acknowledged_by").order_by("-raised_at", "id")
    serializer_class = AlertSerializer
    filterset_class = AlertFilter
    action_permissions = {
        "list": "alerts.view_alert",
        "retrieve": "alerts.view_alert",
        "acknowledge": "alerts.acknowledge_alert",
    }

    @extend_schema(request=MoveSerializer)
    @action(detail=True, methods=["post"])
    def acknowledge(self, request: Request, pk: UUID) -> HttpResponse:
        """Take it upon oneself. 409 `move_not_allowed` when someone already did."""
        return self.run_move(partial(Alert.acknowledge, channel="api"))
