from __future__ import annotations

from carma.actionfields.filters import QuestionFilter
from carma.actionfields.models import IncidentType, Priority, Question
from carma.actionfields.serializers import IncidentTypeSerializer, PrioritySerializer, QuestionSerializer
from carma.api.viewsets import Listed, Reference, Shown


class IncidentTypeViewSet(Listed, Shown, Reference):
    """What an incident can be, with its default priority and the follow-ups it proposes."""

    queryset = IncidentType.objects.order_by("code")
    serializer_class = IncidentTypeSerializer
    lookup_value_converter = "str"


class PriorityViewSet(Listed, Shown, Reference):
    """The Belgian priority codes with their timers, in seconds."""

    queryset = Priority.objects.order_by("code")
    serializer_class = PrioritySerializer
    lookup_value_converter = "int"


class QuestionViewSet(Listed, Shown, Reference):
    """What to ask a caller once the type is known, in order."""

    queryset = Question.objects.order_by("type", "order")
    serializer_class = QuestionSerializer
    filterset_class = QuestionFilter
    lookup_value_converter = "int"
