from __future__ import annotations

from collections.abc import Set
from functools import lru_cache
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_filters.rest_framework import DjangoFilterBackend, FilterSet, filters
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.views import APIView

PAGING = frozenset({"limit", "cursor", "updated_since"})


class RowFilters(FilterSet):  # type: ignore[misc]  # django-filter has no types
    """Base of the filters of a list."""


class YesNoField(forms.Field):
    """`true` or `false`, or 1 or 0; a word that is neither is refused rather than taken for no answer."""

    default_error_messages = {"invalid": gettext_lazy("Say true or false.")}

    def to_python(self, value: Any) -> bool | None:
        if value in self.empty_values:
            return None
        said = {"true": True, "1": True, "false": False, "0": False}.get(str(value).lower())
        if said is None:
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid")
        return said


class YesNoFilter(filters.BooleanFilter):  # type: ignore[misc]  # no types
    field_class = YesNoField

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, widget=forms.TextInput, **kwargs)


class WholeNumberFilter(filters.NumberFilter):  # type: ignore[misc]  # no types
    field_class = forms.IntegerField


def refuse_unknown(asked: Set[str], known: Set[str]) -> None:
    """Raise DRF's `ValidationError` for each parameter asked that is none of those known."""
    unknown = sorted(asked - known - PAGING)
    if unknown:
        raise ValidationError({name: [_("There is no such parameter here.")] for name in unknown})


@lru_cache(maxsize=200)
def narrowed(filterset_class: Any, names: frozenset[str]) -> Any:
    """The same filters without those that nobody asked for."""
    fewer = type(filterset_class.__name__, (filterset_class,), {})
    base_filters = {name: filterset_class.base_filters[name] for name in names}
    fewer.base_filters = base_filters  # type: ignore[attr-defined]  # django-filter has no types
    return fewer


class StrictFilters(DjangoFilterBackend):  # type: ignore[misc]  # it has no types
    """The view's `filterset_class`, where a misspelt parameter is refused rather than ignored.

    Lists asked without a filter pay nothing for them. A view names parameters it reads itself in
    `own_parameters`.
    """

    def get_filterset_class(self, view: APIView, queryset: QuerySet[Any] | None = None) -> Any:
        """The view's filters; for a request only those it asks for: building all costs milliseconds."""
        whole = getattr(view, "filterset_class", None)
        if whole is None or getattr(view, "swagger_fake_view", False):
            return whole
        return narrowed(whole, frozenset(view.request.query_params).intersection(whole.base_filters))

    def filter_queryset(self, request: Request, queryset: QuerySet[Any], view: APIView) -> QuerySet[Any]:
        asked = request.query_params.keys() - PAGING - getattr(view, "own_parameters", frozenset())
        if not asked or getattr(view, "detail", False):
            return queryset
        whole = getattr(view, "filterset_class", None)
        refuse_unknown(asked, whole.base_filters.keys() if whole else frozenset())
        filtered: QuerySet[Any] = super().filter_queryset(request, queryset, view)
        return filtered
