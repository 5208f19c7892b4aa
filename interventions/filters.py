from __future__ import annotations

from django_filters import rest_framework as filters

from carma.api.filters import RowFilters, YesNoFilter
from interventions.models import Assignment, Assistance, Panic, Position, Team, WantedNotice
from interventions.models.assignment import AssignmentQuerySet


class TeamFilter(RowFilters):
    status = filters.ChoiceFilter(choices=Team.Status.choices)
    sector = filters.CharFilter()
    base = filters.CharFilter()
    call_sign = filters.CharFilter()

    class Meta:
        model = Team
        fields: list[str] = []


class AssignmentFilter(RowFilters):
    status = filters.ChoiceFilter(choices=Assignment.Status.choices)
    incident = filters.UUIDFilter(field_name="incident_id")
    team = filters.UUIDFilter(field_name="team_id")
    open = YesNoFilter(method="filter_open", help_text="True: not ended yet.")

    class Meta:
        model = Assignment
        fields: list[str] = []

    def filter_open(self, rows: AssignmentQuerySet, name: str, value: bool) -> AssignmentQuerySet:  # noqa: FBT001  its
        return rows.open() if value else rows.exclude(status__in=Assignment.OPEN)


class PanicFilter(RowFilters):
    status = filters.ChoiceFilter(choices=Panic.Status.choices)
    team = filters.UUIDFilter(field_name="team_id")
    incident = filters.UUIDFilter(field_name="incident_id")

    class Meta:
        model = Panic
        fields: list[str] = []


class AssistanceFilter(RowFilters):
    status = filters.ChoiceFilter(choices=Assistance.Status.choices)
    assignment = filters.UUIDFilter(field_name="assignment_id")
    incident = filters.UUIDFilter(field_name="assignment__incident_id")

    class Meta:
        model = Assistance
        fields: list[str] = []


class TrackFilter(RowFilters):
    reported_from = filters.IsoDateTimeFilter(field_name="reported_at", lookup_expr="gte")
    reported_before = filters.IsoDateTimeFilter(field_name="reported_at", lookup_expr="lt")

    class Meta:
        model = Position
        fields: list[str] = []


class WantedNoticeFilter(RowFilters):
    kind = filters.ChoiceFilter(choices=WantedNotice.Kind.choices)
    status = filters.ChoiceFilter(choices=WantedNotice.Status.choices)

    class Meta:
        model = WantedNotice
        fields: list[str] = []
