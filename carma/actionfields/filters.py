from __future__ import annotations

from django_filters import rest_framework as filters

from carma.actionfields.models import Question
from carma.api.filters import RowFilters


class QuestionFilter(RowFilters):
    type = filters.CharFilter(field_name="type_id")

    class Meta:
        model = Question
        fields: list[str] = []
