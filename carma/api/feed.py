"""The feed of what happened, for clients that follow the zone; the same events as the live screens get."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.viewsets import ViewSet

from carma import registry
from carma.api import wire
from carma.api.changes import refuse_forgotten
from carma.api.paging import LARGEST_LIMIT, limit_of
from carma.api.permissions import SIGNED_IN
from carma.events import position
from carma.events.stream import feed


class EventSerializer(serializers.Serializer[Any]):
    """One event: keys, never content. Fetch the record it names to see what it is now."""

    pos = serializers.IntegerField()
    kind = serializers.CharField()
    type = serializers.CharField(help_text="Kind of record, such as incidents.incident.")
    id = serializers.CharField(help_text="Key of the record.")
    version = serializers.IntegerField(allow_null=True)


class FeedSerializer(serializers.Serializer[Any]):
    results = EventSerializer(many=True)
    position = serializers.IntegerField(help_text="Ask for what is after this the next time.")
    more = serializers.BooleanField(help_text="True when there is more to read right away.")


class EventViewSet(ViewSet):
    action_permissions = {"list": SIGNED_IN}
    http_method_names = ["get", "head"]

    @extend_schema(
        parameters=[
            OpenApiParameter("after", int, description="The last `position`; without it, only where we are."),
            OpenApiParameter("limit", int, description=f"Events read per page, {LARGEST_LIMIT} at most."),
        ],
        responses=FeedSerializer,
        operation_id="events_list",
    )
    def list(self, request: Request) -> HttpResponse:
        """What happened after a position, in the order of commits. 410 `too_old` past seven days."""
        limit = limit_of(request)
        newest = position.latest()
        after = feed.position(request.query_params.get("after"))
        if after is None:
            return wire.answer({"results": [], "position": newest, "more": False})
        refuse_forgotten(min(after, newest), newest)
        told = feed.read_after(min(after, newest), limit=limit)
        topics = frozenset(registry.user_topics(request.user))
        heard = [event.payload for event in told if event.may_be_heard_with(topics)]
        reached = told[-1].pos if told else newest
        return wire.answer({"results": heard, "position": reached, "more": len(told) == limit})
