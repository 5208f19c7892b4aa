from __future__ import annotations

from django_filters import rest_framework as filters

from carma.api.filters import RowFilters
from carma.followups.models import FollowUp


class FollowUpFilter(RowFilters):
    incident = filters.UUIDFilter(field_name="incident_id")
    kind = filters.ChoiceFilter(choices=FollowUp.Kind.choices)
    status = filters.ChoiceFilter(choices=FollowUp.Status.choices)
    due_before = filters.IsoDateTimeFilter(field_name="due_at", lookup_expr="lt")

    class Meta:
        model = FollowUp
        fields: list[str] = []
