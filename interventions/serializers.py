from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from carma.api.serializers import (
    InputSerializer,
    MomentField,
    MoveSerializer,
    RowSerializer,
    VersionedSerializer,
)
from carma.incidents.serializers import PlaceToldSerializer
from interventions.models import (
    Assignment,
    Assistance,
    Panic,
    Position,
    SectorClaim,
    ShiftTemplate,
    Team,
    WantedNotice,
)
from interventions.wanted import LONGEST_WORDS


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
            "equipment",
            "skills",
            "began_at",
            "until_at",
            "relieves",
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


class OrderSerializer(MoveSerializer):
    """`version` is that of the incident, as last seen."""

    incident = serializers.UUIDField()
    recommended = serializers.UUIDField(
        required=False, help_text="The team that was advised; to send another takes a reason."
    )


class AssignSerializer(OrderSerializer):
    team = serializers.UUIDField()


class CrewSerializer(InputSerializer):
    """Who is in a team and until when; `members` are user names, `guests` names of people without one."""

    members = serializers.ListField(
        child=serializers.CharField(max_length=150), required=False, max_length=20
    )
    guests = serializers.CharField(max_length=160, required=False, allow_blank=True)
    skills = serializers.ListField(
        child=serializers.CharField(max_length=20),
        required=False,
        max_length=20,
        help_text="Codes of what it can do, such as `hond`; see /skills/.",
    )
    until_at = MomentField(required=False, allow_null=True, help_text="When the shift is planned to end.")


class StartTeamSerializer(CrewSerializer):
    call_sign = serializers.CharField(max_length=12)
    base = serializers.CharField(max_length=40)
    sector = serializers.CharField(max_length=20, required=False, allow_blank=True)
    vehicle = serializers.CharField(max_length=40, required=False, allow_blank=True)
    equipment = serializers.CharField(max_length=200, required=False, allow_blank=True)
    at = MomentField(required=False, help_text="When the shift began, ISO 8601 with offset; default now.")
    reason = serializers.CharField(
        required=False, max_length=400, help_text="Needed when told more than two minutes late."
    )


class ChangeTeamSerializer(CrewSerializer, VersionedSerializer):
    """What is not named stays as it is."""

    sector = serializers.CharField(max_length=20, required=False, allow_blank=True)
    vehicle = serializers.CharField(max_length=40, required=False, allow_blank=True)
    equipment = serializers.CharField(max_length=200, required=False, allow_blank=True)
    reason = serializers.CharField(required=False, max_length=400)


class TakeOverSerializer(CrewSerializer, MoveSerializer):
    with_work = serializers.BooleanField(
        required=False, help_text="Take its open assignment over as well; without, a busy team refuses."
    )


class ShiftTemplateSerializer(RowSerializer[ShiftTemplate]):
    class Meta:
        model = ShiftTemplate
        fields = [
            "id",
            "name",
            "base",
            "sector",
            "starts",
            "ends",
            "days",
            "call_signs",
            "least",
            "version",
        ]
        read_only_fields = fields


class ShiftTemplateToldSerializer(VersionedSerializer):
    """Times are those on the clocks of the zone; a shift that ends before it starts ends the next day."""

    name = serializers.CharField(max_length=40)
    base = serializers.CharField(max_length=40)
    sector = serializers.CharField(max_length=20, required=False, allow_blank=True, default="")
    starts = serializers.TimeField()
    ends = serializers.TimeField()
    days = serializers.ListField(
        child=serializers.IntegerField(min_value=0, max_value=6),
        min_length=1,
        max_length=7,
        help_text="Weekdays on which it starts, Monday is 0.",
    )
    call_signs = serializers.ListField(
        child=serializers.CharField(max_length=12), required=False, max_length=40, default=list
    )
    least = serializers.IntegerField(min_value=0, max_value=40, help_text="How few teams there may be.")


class SectorClaimSerializer(RowSerializer[SectorClaim]):
    person = serializers.CharField(source="person.username", read_only=True)

    class Meta:
        model = SectorClaim
        fields = ["id", "sector", "person", "since_at", "until_at", "ended_at"]
        read_only_fields = fields


class TakeSectorSerializer(InputSerializer):
    sector = serializers.CharField(max_length=20, help_text="Its code.")


class TrackSerializer(RowSerializer[Position]):
    class Meta:
        model = Position
        fields = ["team", "reported_at", "provider", "lat", "lon", "speed_kmh", "heading", "accuracy_m"]
        read_only_fields = fields


class PositionToldSerializer(serializers.Serializer[Any]):
    """Names the team in one of three ways. Read by `positions.understood`; here for the schema."""

    team = serializers.UUIDField(required=False, help_text="Its key;")
    call_sign = serializers.CharField(required=False, max_length=40, help_text="or its call sign;")
    device = serializers.CharField(required=False, max_length=40, help_text="or the name of its device.")
    provider = serializers.CharField(max_length=20, help_text="Who says so, such as radio or tablet.")
    reported_at = serializers.DateTimeField(help_text="When it was there, ISO 8601 with offset.")
    lat = serializers.FloatField(min_value=-90, max_value=90)
    lon = serializers.FloatField(min_value=-180, max_value=180)
    speed_kmh = serializers.FloatField(required=False, min_value=0, max_value=400, allow_null=True)
    heading = serializers.FloatField(required=False, min_value=0, max_value=360, allow_null=True)
    accuracy_m = serializers.FloatField(required=False, min_value=0, max_value=1e6, allow_null=True)


@extend_schema_field(PositionToldSerializer(many=True))
class BatchField(serializers.Field[Any, Any, Any, Any]):
    """A list of anything: each row is judged by itself, so that one bad row does not cost the others."""

    default_error_messages = {"no_list": _("Give a list of positions.")}

    def to_internal_value(self, data: Any) -> Any:
        if not isinstance(data, list):
            self.fail("no_list")
        return data

    def to_representation(self, value: Any) -> Any:
        return value


class PositionsToldSerializer(InputSerializer):
    positions = BatchField()


class RefusedPositionSerializer(serializers.Serializer[Any]):
    row = serializers.IntegerField(help_text="Its place in the batch, from 0.")
    code = serializers.CharField(help_text="unknown_team, in_future, too_old or invalid_position.")
    field = serializers.CharField(allow_blank=True)


class PositionsSerializer(serializers.Serializer[Any]):
    """What became of a batch: `moved` and `kept` are stored, `duplicates` were already."""

    moved = serializers.IntegerField(help_text="Newer than what was known: the team stands there now.")
    kept = serializers.IntegerField(help_text="Late or out of order: on the track only.")
    duplicates = serializers.IntegerField()
    refused = RefusedPositionSerializer(many=True)


class PanicSerializer(RowSerializer[Panic]):
    class Meta:
        model = Panic
        fields = [
            "id",
            "team",
            "incident",
            "status",
            "status_since",
            "raised_at",
            "pressed_at",
            "times_pressed",
            "well_at",
            "ended_at",
            "lat",
            "lon",
            "position_at",
            "place",
            "version",
        ]
        read_only_fields = fields


class AssistanceSerializer(RowSerializer[Assistance]):
    class Meta:
        model = Assistance
        fields = [
            "id",
            "assignment",
            "urgency",
            "status",
            "status_since",
            "asked_at",
            "ended_at",
            "answer",
            "version",
        ]
        read_only_fields = fields


class AskAssistanceSerializer(InputSerializer):
    urgency = serializers.ChoiceField(choices=Assistance.Urgency.choices)


class WantedNoticeSerializer(RowSerializer[WantedNotice]):
    class Meta:
        model = WantedNotice
        fields = [
            "id",
            "kind",
            "status",
            "status_since",
            "title",
            "words",
            "instruction",
            "is_dangerous",
            "watch_words",
            "reference",
            "place",
            "address_id",
            "lat",
            "lon",
            "incident",
            "set_at",
            "set_by",
            "until_at",
            "ended_at",
            "version",
        ]
        read_only_fields = fields


class WriteWantedSerializer(InputSerializer):
    """Whom or what to look out for, until when, and the words of a call that fit it."""

    kind = serializers.ChoiceField(choices=WantedNotice.Kind.choices)
    title = serializers.CharField(max_length=120)
    words = serializers.CharField(max_length=LONGEST_WORDS, allow_blank=True, required=False)
    instruction = serializers.CharField(max_length=200, allow_blank=True, required=False)
    is_dangerous = serializers.BooleanField(required=False)
    watch_words = serializers.CharField(
        max_length=300, allow_blank=True, required=False, help_text="Phrases parted by commas."
    )
    reference = serializers.CharField(max_length=60, allow_blank=True, required=False)
    place = PlaceToldSerializer(required=False)
    until_at = MomentField(help_text="When it ends by itself.")
    incident = serializers.UUIDField(required=False, help_text="The incident that it comes from.")


class ProlongSerializer(VersionedSerializer):
    until_at = MomentField(help_text="Until when it goes on.")
    reason = serializers.CharField(max_length=400, required=False)


class WithdrawWantedSerializer(VersionedSerializer):
    reason = serializers.CharField(max_length=400)
