from __future__ import annotations

from django_filters import rest_framework as filters

from carma.alerts.models import Alert
from carma.api.filters import RowFilters


class AlertFilter(RowFilters):
    status = filters.ChoiceFilter(choices=Alert.Status.choices)
    kind = filters.CharFilter()
    subject_id = filters.CharFilter()

    class Meta:
        model = Alert
        fields: list[str] = []
