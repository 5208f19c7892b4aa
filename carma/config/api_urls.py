"""Every resource of the API, by name."""

from __future__ import annotations

from django.urls import include, path
from rest_framework.routers import SimpleRouter

from carma.actionfields.api import IncidentTypeViewSet, PriorityViewSet, QuestionViewSet
from carma.alerts.api import AlertViewSet
from carma.api.feed import EventViewSet
from carma.followups.api import FollowUpViewSet
from carma.geo.api import AddressViewSet
from carma.incidents.api import CallViewSet, IncidentViewSet, PlaceWarningViewSet
from carma.policy.api import MonthlyReportViewSet
from interventions.api import (
    AssignmentViewSet,
    AssistanceViewSet,
    PanicViewSet,
    PositionViewSet,
    SectorClaimViewSet,
    ShiftTemplateViewSet,
    TeamViewSet,
    WantedNoticeViewSet,
)
from interventions.api_plans import ResponsePlanViewSet, SkillViewSet
from interventions.api_recommendation import RecommendationViewSet

router = SimpleRouter(use_regex_path=False)
router.register("incidents", IncidentViewSet)
router.register("incidents", RecommendationViewSet, basename="recommendation")
router.register("calls", CallViewSet)
router.register("place-warnings", PlaceWarningViewSet)
router.register("teams", TeamViewSet)
router.register("sector-claims", SectorClaimViewSet)
router.register("shift-templates", ShiftTemplateViewSet)
router.register("assignments", AssignmentViewSet)
router.register("positions", PositionViewSet)
router.register("panics", PanicViewSet)
router.register("assistance", AssistanceViewSet)
router.register("wanted-notices", WantedNoticeViewSet)
router.register("alerts", AlertViewSet)
router.register("followups", FollowUpViewSet)
router.register("types", IncidentTypeViewSet)
router.register("priorities", PriorityViewSet)
router.register("questions", QuestionViewSet)
router.register("skills", SkillViewSet)
router.register("response-plans", ResponsePlanViewSet)
router.register("monthly-reports", MonthlyReportViewSet, basename="monthlyreport")
router.register("addresses", AddressViewSet)
router.register("events", EventViewSet, basename="event")

urlpatterns = [*router.urls, path("", include("carma.api.urls"))]
