from __future__ import annotations

from typing import Any

from rest_framework import serializers

from carma.api.serializers import InputSerializer, RowSerializer
from carma.geo.models import Address


class AddressSerializer(RowSerializer[Address]):
    class Meta:
        model = Address
        fields = [
            "id",
            "street",
            "number",
            "box",
            "postcode",
            "municipality",
            "lat",
            "lon",
            "sector",
            "wijk",
            "ended_on",
        ]
        read_only_fields = fields


class MatchSerializer(serializers.Serializer[Any]):
    """A place to choose; as `place` of an incident it takes label, lat, lon and address_id."""

    label = serializers.CharField()  # type: ignore[assignment]  # a field, not DRF's label
    address_id = serializers.IntegerField(allow_null=True)
    lat = serializers.FloatField()
    lon = serializers.FloatField()
    municipality = serializers.CharField(help_text="NIS code.")
    score = serializers.FloatField(help_text="0 to 1; 1 is what was typed.")
    kind = serializers.ChoiceField(choices=["address", "street", "crossing", "place"])


class MatchesSerializer(serializers.Serializer[Any]):
    results = MatchSerializer(many=True)


class PointSerializer(InputSerializer):
    """A point in WGS84."""

    lat = serializers.FloatField(min_value=-90, max_value=90)
    lon = serializers.FloatField(min_value=-180, max_value=180)


class AskedSerializer(InputSerializer):
    """What was typed, and where the one who typed it is thinking of."""

    q = serializers.CharField(max_length=200, help_text="An address, a street, a crossing or a place.")
    limit = serializers.IntegerField(min_value=1, max_value=50, default=8)
    lat = serializers.FloatField(min_value=-90, max_value=90, required=False)
    lon = serializers.FloatField(min_value=-180, max_value=180, required=False)
