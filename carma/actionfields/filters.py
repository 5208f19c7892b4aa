from __future__ import annotations

from django_filters import rest_framework as filters

from carma.actionfields.models import Question


class QuestionFilter(filters.FilterSet):  # type: ignore[misc]  # no types
    type = filters.CharFilter(field_name="type_id")

    class Meta:
        model = Question
        fields: list[str] = []
