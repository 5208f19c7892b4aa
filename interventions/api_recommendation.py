"""The recommendation over the API, as a page of the incident: `/incidents/{id}/recommendation/`."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request

from carma.api import wire
from carma.api.viewsets import VisibleViewSet
from carma.incidents.models import Incident
from interventions import recommend
from interventions.candidates import Availability, Candidate, From
from interventions.plans import Need
from interventions.recommend import Recommendation


class NeedSerializer(serializers.Serializer[Any]):
    teams = serializers.IntegerField()
    skills = serializers.ListField(child=serializers.CharField())


class TellingSerializer(serializers.Serializer[Any]):
    code = serializers.CharField()
    text = serializers.CharField(help_text="In the language of the one who asks.")


class ReasonSerializer(TellingSerializer):
    speaks_for = serializers.BooleanField()


class CandidateSerializer(serializers.Serializer[Any]):
    team = serializers.UUIDField()
    call_sign = serializers.CharField()
    availability = serializers.ChoiceField(choices=[each.value for each in Availability])
    assignment = serializers.UUIDField(
        allow_null=True, help_text="What it is on, for who may know; to `preempt` when it is preemptible."
    )
    travel_s = serializers.FloatField(allow_null=True, help_text="None when nobody knows where it may be.")
    travel_by = serializers.ChoiceField(
        choices=["road", "distance"], allow_null=True, help_text="A routing engine says so, or an estimate."
    )
    starts_from = serializers.ChoiceField(
        choices=[each.value for each in From],
        allow_null=True,
        help_text="Its base when no position was reported, or not lately.",
    )
    distance_m = serializers.FloatField(allow_null=True, help_text="As the crow flies.")
    position_at = serializers.DateTimeField(allow_null=True)
    base = serializers.CharField()
    sector = serializers.CharField()
    skills = serializers.ListField(child=serializers.CharField())
    brings = serializers.ListField(child=serializers.CharField(), help_text="The lacking skills it has.")
    workload = serializers.IntegerField(help_text="Its incidents in the last hours, the present one too.")
    reasons = ReasonSerializer(many=True)


class RecommendationSerializer(serializers.Serializer[Any]):
    need = NeedSerializer(help_text="What the response plan asks for.")
    lacks = NeedSerializer(help_text="What of it is not sent yet.")
    on_it = serializers.ListField(child=serializers.UUIDField(), help_text="Teams that are on it already.")
    recommended = serializers.UUIDField(allow_null=True, help_text="The first of the best.")
    best = CandidateSerializer(many=True, help_text="The best three that can be sent.")
    others = CandidateSerializer(many=True, help_text="The others that can be sent.")
    not_to_send = CandidateSerializer(many=True)
    shortfalls = TellingSerializer(many=True, help_text="What is asked and can't be had, or is not known.")


class RecommendationViewSet(VisibleViewSet):
    queryset = Incident.objects.select_related("priority").defer("search")
    action_permissions = {"recommendation": "interventions.assign_team"}

    @extend_schema(responses=RecommendationSerializer)
    @action(detail=True, methods=["get"])
    def recommendation(self, request: Request, pk: str) -> HttpResponse:
        """The teams on shift for this incident, the best first, each with what speaks for and against it.

        Advice only: any free team may be sent. Who names `recommended` when sending another says why.
        """
        return wire.answer(_told(recommend.for_incident(self.get_object(), self.member)))


def _told(advice: Recommendation) -> dict[str, Any]:
    return {
        "need": _need(advice.need),
        "lacks": _need(advice.lacks),
        "on_it": [team.pk for team in advice.on_it],
        "recommended": advice.first.team.pk if advice.first else None,
        "best": [_candidate(one) for one in advice.best],
        "others": [_candidate(one) for one in advice.others],
        "not_to_send": [_candidate(one) for one in advice.not_to_send],
        "shortfalls": [vars(each) for each in advice.shortfalls],
    }


def _need(need: Need) -> dict[str, Any]:
    return {"teams": need.teams, "skills": need.skills}


def _candidate(one: Candidate) -> dict[str, Any]:
    team, trip = one.team, one.trip
    by = None if trip is None else "road" if trip.by_road else "distance"
    return {
        "team": team.pk,
        "call_sign": team.call_sign,
        "availability": one.availability,
        "assignment": one.on.pk if one.on else None,
        "travel_s": trip.seconds if trip else None,
        "travel_by": by,
        "starts_from": one.start.of if one.start else None,
        "distance_m": trip.distance_m if trip else None,
        "position_at": team.position_at,
        "base": team.base,
        "sector": team.sector,
        "skills": team.skills,
        "brings": one.brings,
        "workload": one.workload,
        "reasons": [vars(reason) for reason in one.reasons],
    }
