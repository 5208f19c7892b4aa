from __future__ import annotations

from dataclasses import asdict

from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request

from carma.api import wire
from carma.api.permissions import SIGNED_IN
from carma.api.viewsets import Reference, Shown
from carma.geo import addresses
from carma.geo.models import Address
from carma.geo.serializers import AddressSerializer, AskedSerializer, MatchesSerializer, PointSerializer


class AddressViewSet(Shown, Reference):
    """Addresses of the zone. Places are no personal data: signing in is enough."""

    queryset = Address.objects.all()
    serializer_class = AddressSerializer
    lookup_value_converter = "int"
    action_permissions = {"list": SIGNED_IN, "retrieve": SIGNED_IN, "nearest": SIGNED_IN}

    @extend_schema(parameters=[AskedSerializer], responses=MatchesSerializer, operation_id="addresses_search")
    def list(self, request: Request) -> HttpResponse:
        """The places most like what was typed, the likeliest first; of equals, those near lat and lon."""
        told = AskedSerializer.read(request.query_params.dict())
        near = (told["lat"], told["lon"]) if "lat" in told and "lon" in told else None
        found = addresses.search(told["q"], limit=told["limit"], near=near)
        return wire.answer({"results": [asdict(match) for match in found]})

    @extend_schema(parameters=[PointSerializer], responses=MatchesSerializer)
    @action(detail=False, methods=["get"], filter_backends=[], pagination_class=None)
    def nearest(self, request: Request) -> HttpResponse:
        """The address nearest to a point, none when there is none within reach."""
        point = PointSerializer.read(request.query_params.dict())
        found = addresses.nearest(point["lat"], point["lon"])
        return wire.answer({"results": [asdict(found[0])] if found else []})
