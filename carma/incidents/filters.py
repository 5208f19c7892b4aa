from __future__ import annotations

import django_filters
from django_filters import rest_framework as filters

from carma.api.filters import RowFilters, WholeNumberFilter, YesNoFilter
from carma.incidents.models import Call, Incident, IncidentQuerySet, PlaceWarning


class ChoiceInFilter(django_filters.BaseInFilter, filters.ChoiceFilter):  # type: ignore[misc]  # no types
    """One choice or several, with commas."""


class IncidentFilter(RowFilters):
    status = ChoiceInFilter(choices=Incident.Status.choices, help_text="One status or several, with commas.")
    open = YesNoFilter(method="filter_open", help_text="True: work that is not over yet.")
    type = filters.CharFilter(field_name="type_id")
    priority = WholeNumberFilter(field_name="priority_id", min_value=0, max_value=99)
    urgent = YesNoFilter()
    sphere = filters.ChoiceFilter(choices=Incident.Sphere.choices)
    municipality = filters.CharFilter()
    sector = filters.CharFilter()
    wijk = filters.CharFilter()
    received_from = filters.IsoDateTimeFilter(field_name="received_at", lookup_expr="gte")
    received_before = filters.IsoDateTimeFilter(field_name="received_at", lookup_expr="lt")
    q = filters.CharFilter(
        method="filter_text",
        max_length=200,
        help_text="A number, the caller's phone, or words.",
    )

    class Meta:
        model = Incident
        fields: list[str] = []

    def filter_open(self, rows: IncidentQuerySet, name: str, value: bool) -> IncidentQuerySet:  # noqa: FBT001  its call
        return rows.open() if value else rows.exclude(status__in=(Incident.Status.PLANNED, *Incident.OPEN))

    def filter_text(self, rows: IncidentQuerySet, name: str, text: str) -> IncidentQuerySet:
        return rows.search(text)


class CallFilter(RowFilters):
    incident = filters.UUIDFilter(field_name="incident_id")
    channel = filters.ChoiceFilter(choices=Call.Channel.choices)
    import_key = filters.CharFilter()

    class Meta:
        model = Call
        fields: list[str] = []


class PlaceWarningFilter(RowFilters):
    kind = ChoiceInFilter(choices=PlaceWarning.Kind.choices, help_text="One kind or several, with commas.")
    status = filters.ChoiceFilter(choices=PlaceWarning.Status.choices)
    municipality = filters.CharFilter()
    incident = filters.UUIDFilter(field_name="incident_id")

    class Meta:
        model = PlaceWarning
        fields: list[str] = []
