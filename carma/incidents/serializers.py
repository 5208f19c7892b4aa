from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from carma.actionfields.serializers import PriorityField, TypeField
from carma.api.serializers import (
    InputSerializer,
    MomentField,
    MoveSerializer,
    RowSerializer,
    VersionedSerializer,
)
from carma.incidents.actions import CallTold, PlaceTold
from carma.incidents.actions.intake import LONGEST_WORDS
from carma.incidents.actions.warning import LONGEST_WORDS as LONGEST_WARNING
from carma.incidents.around import Around, Earlier, Fact
from carma.incidents.models import Call, Incident, Link, Note, PlaceWarning
from carma.incidents.models.warning import WIDEST_M


class PlaceSerializer(RowSerializer[Incident]):
    """Where it is, with the areas the point lay in when it was written."""

    label = serializers.CharField(source="place", read_only=True)  # type: ignore[assignment]  # a field, not DRF's label

    class Meta:
        model = Incident
        fields = ["label", "address_id", "lat", "lon", "municipality", "sector", "wijk"]
        read_only_fields = fields


class IncidentSerializer(RowSerializer[Incident]):
    place = PlaceSerializer(source="*", read_only=True)

    class Meta:
        model = Incident
        fields = [
            "id",
            "reference",
            "type",
            "priority",
            "urgent",
            "sphere",
            "status",
            "status_since",
            "received_at",
            "planned_for",
            "qualified_at",
            "assigned_at",
            "en_route_at",
            "on_scene_at",
            "cleared_at",
            "closed_at",
            "description",
            "place",
            "attributes",
            "result",
            "pv_number",
            "no_pv_reason",
            "cancelled_because",
            "merged_into",
            "deferred_reason",
            "deferral_told_at",
            "version",
        ]
        read_only_fields = fields


class CallSerializer(RowSerializer[Call]):
    class Meta:
        model = Call
        fields = [
            "id",
            "incident",
            "channel",
            "received_at",
            "cic_received_at",
            "caller_name",
            "caller_phone",
            "words",
            "import_key",
            "taken_by",
        ]
        read_only_fields = fields


class NoteSerializer(RowSerializer[Note]):
    class Meta:
        model = Note
        fields = ["id", "at", "by", "text"]
        read_only_fields = fields


class PlaceToldSerializer(InputSerializer):
    """A place: a label, and a point (WGS84) when it is known."""

    label = serializers.CharField(max_length=200)  # type: ignore[assignment]  # a field, not DRF's label
    lat = serializers.FloatField(min_value=-90, max_value=90, required=False)
    lon = serializers.FloatField(min_value=-180, max_value=180, required=False)
    address_id = serializers.IntegerField(min_value=1, max_value=2**63 - 1, required=False)

    default_error_messages = {"half": _("Give both lat and lon, or neither.")}

    def to_internal_value(self, data: Any) -> Any:
        told = super().to_internal_value(data)
        if ("lat" in told) != ("lon" in told):
            self.fail("half")
        return PlaceTold(**told)


class CallToldSerializer(InputSerializer):
    """A call as it was told."""

    channel = serializers.ChoiceField(choices=Call.Channel.choices, default=Call.Channel.ZONE)
    words = serializers.CharField(max_length=LONGEST_WORDS, allow_blank=True, required=False)
    caller_name = serializers.CharField(max_length=120, allow_blank=True, required=False)
    caller_phone = serializers.CharField(max_length=30, allow_blank=True, required=False)
    received_at = MomentField(required=False, help_text="When it reached the zone; default now.")
    cic_received_at = MomentField(required=False, help_text="When it reached the provincial centre.")
    import_key = serializers.CharField(
        max_length=80, required=False, help_text="Its number in the system it comes from; taken once only."
    )

    def to_internal_value(self, data: Any) -> Any:
        """The call's own fields become one `call`; what a subclass adds stays beside it."""
        told = super().to_internal_value(data)
        own = {name: told.pop(name) for name in CallTold.__dataclass_fields__ if name in told}
        return {"call": CallTold(**own), **told}


class TakeCallSerializer(CallToldSerializer):
    """A call that opens an incident. With type and place a team can be sent at once."""

    type = TypeField(required=False)
    place = PlaceToldSerializer(required=False)
    priority = PriorityField(required=False)
    planned_for = MomentField(required=False, help_text="When it is to appear; needs type and place.")
    at = MomentField(required=False, help_text="When it was qualified; default now.")
    reason = serializers.CharField(required=False, max_length=400, help_text="Needed when told late.")


class DuplicatesAskedSerializer(InputSerializer):
    """What is known of a call, to find running incidents that it may be about."""

    type = TypeField(required=False)
    lat = serializers.FloatField(min_value=-90, max_value=90, required=False)
    lon = serializers.FloatField(min_value=-180, max_value=180, required=False)
    phone = serializers.CharField(max_length=30, required=False)


class DuplicateSerializer(serializers.Serializer[Any]):
    """A running incident that a call may be about, and why."""

    incident = IncidentSerializer(read_only=True)
    distance_m = serializers.IntegerField(
        read_only=True, allow_null=True, help_text="Null when only the phone is the same."
    )
    same_phone = serializers.BooleanField(read_only=True)


class AttachCallSerializer(CallToldSerializer):
    """A further call about an incident that is still running."""

    incident = serializers.UUIDField()


class ReasonedSerializer(VersionedSerializer):
    reason = serializers.CharField(max_length=400, required=False)


class QualifySerializer(ReasonedSerializer):
    """`reason` is needed when a code 0 or 1 that was given before is lowered."""

    type = TypeField()
    place = PlaceToldSerializer()
    priority = PriorityField(required=False)


class RetypeSerializer(ReasonedSerializer):
    type = TypeField()


class ReprioritiseSerializer(ReasonedSerializer):
    """`reason` is needed when a code 0 or 1 is lowered."""

    priority = PriorityField()


class ReplanSerializer(ReasonedSerializer):
    planned_for = MomentField(help_text="When it is to appear now.")


class QueueSerializer(MoveSerializer):
    deferred_reason = serializers.CharField(max_length=200, required=False)
    told_at = MomentField(required=False, help_text="When the caller was told of the delay.")


class CancelSerializer(MoveSerializer):
    """`reason` names the other zone when that is why."""

    cancelled_because = serializers.ChoiceField(source="because", choices=Incident.Cancelled.choices)


class MergeSerializer(MoveSerializer):
    into = serializers.UUIDField(help_text="The running incident that goes on.")


class UnmergeSerializer(MoveSerializer):
    reason = serializers.CharField(max_length=400)


class LinkSerializer(RowSerializer[Link]):
    class Meta:
        model = Link
        fields = ["id", "one", "other", "kind", "reason", "at"]
        read_only_fields = fields


class LinkToldSerializer(InputSerializer):
    to = serializers.UUIDField(help_text="The incident it belongs with.")
    kind = serializers.ChoiceField(choices=Link.Kind.choices)
    reason = serializers.CharField(max_length=200)


class UnlinkSerializer(InputSerializer):
    link = serializers.UUIDField()
    reason = serializers.CharField(max_length=200)


class FinishSerializer(MoveSerializer):
    """A result that asks for a document stays `reporting` until its number, or why there is none."""

    result = serializers.ChoiceField(choices=Incident.Result.choices)
    pv_number = serializers.CharField(max_length=30, required=False)
    no_pv_reason = serializers.CharField(max_length=200, required=False)
    answers = serializers.DictField(
        child=serializers.BooleanField(),
        required=False,
        help_text="Whether each follow-up that its type proposes is needed, by kind.",
    )
    otherwise = serializers.BooleanField(required=False, help_text="The answer for those not named.")


class ReopenSerializer(MoveSerializer):
    to_queue = serializers.BooleanField(default=False, help_text="True when a team must go again.")
    reason = serializers.CharField(max_length=400)


class NoteToldSerializer(InputSerializer):
    text = serializers.CharField(max_length=LONGEST_WORDS)
    at = MomentField(required=False)


class PlaceWarningSerializer(RowSerializer[PlaceWarning]):
    class Meta:
        model = PlaceWarning
        fields = [
            "id",
            "kind",
            "status",
            "status_since",
            "words",
            "reference",
            "place",
            "address_id",
            "lat",
            "lon",
            "reach_m",
            "municipality",
            "sector",
            "wijk",
            "incident",
            "set_at",
            "set_by",
            "until_at",
            "reviewed_at",
            "reviewed_by",
            "ended_at",
            "version",
        ]
        read_only_fields = fields


class WarnSerializer(InputSerializer):
    """A warning of a place; the place needs its point."""

    kind = serializers.ChoiceField(choices=PlaceWarning.Kind.choices)
    words = serializers.CharField(max_length=LONGEST_WARNING)
    place = PlaceToldSerializer()
    until_at = MomentField(help_text="When it ends by itself.")
    reach_m = serializers.IntegerField(
        required=False, min_value=1, max_value=WIDEST_M, help_text="Default: the norm `place_reach`."
    )
    reference = serializers.CharField(max_length=60, required=False, help_text="Order or PV number.")
    incident = serializers.UUIDField(required=False, help_text="The incident from which it is known.")


class ReviewSerializer(ReasonedSerializer):
    until_at = MomentField(help_text="Until when it holds on.")


class WithdrawSerializer(VersionedSerializer):
    reason = serializers.CharField(max_length=400)


class SpotSerializer(InputSerializer):
    """A point (WGS84) to ask about, and the words in which it was told."""

    lat = serializers.FloatField(min_value=-90, max_value=90)
    lon = serializers.FloatField(min_value=-180, max_value=180)
    address_id = serializers.IntegerField(min_value=1, max_value=2**63 - 1, required=False)
    words = serializers.CharField(max_length=2000, required=False)


class FactSerializer(serializers.Serializer[Fact]):
    """One thing known of the place. `distance_m` 0 is the address itself, null: found by the words."""

    record = serializers.UUIDField(source="record.pk")
    kind = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]  # a field, not DRF's label
    words = serializers.CharField()
    is_danger = serializers.BooleanField()
    distance_m = serializers.IntegerField(allow_null=True)
    until_at = serializers.DateTimeField(allow_null=True)
    reference = serializers.CharField()
    by = serializers.CharField()


class EarlierSerializer(serializers.Serializer[Earlier]):
    """An incident that happened there before."""

    incident = serializers.UUIDField(source="incident.pk")
    reference = serializers.CharField(source="incident.reference")
    type = serializers.CharField(source="incident.type_id", allow_null=True)
    priority = serializers.IntegerField(source="incident.priority_id", allow_null=True)
    status = serializers.CharField(source="incident.status")
    result = serializers.CharField(source="incident.result")
    received_at = serializers.DateTimeField(source="incident.received_at")
    distance_m = serializers.IntegerField()


class AroundSerializer(serializers.Serializer[Around]):
    """What the user may know of a place; `is_whole` false when a source could not be asked."""

    facts = FactSerializer(many=True)
    earlier = EarlierSerializer(many=True)
    has_more = serializers.BooleanField()
    is_whole = serializers.BooleanField()
