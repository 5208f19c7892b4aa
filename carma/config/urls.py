from __future__ import annotations

from django.urls import include, path

from carma.web.parts import parts

urlpatterns = [
    path("api/v1/", include("carma.config.api_urls")),  # first: asked most
    path("parts/", parts, name="parts"),
    path("", include("carma.desk.urls")),
    path("events/", include("carma.events.urls")),
    path("geo/", include("carma.geo.urls")),
    path("incidents/", include("carma.incidents.urls")),
    path("followups/", include("carma.followups.urls")),
    path("alerts/", include("carma.alerts.urls")),
    path("duty/", include("carma.duty.urls")),
    path("", include("interventions.urls")),
]
handler400 = "carma.web.views.bad_request"
handler403 = "carma.web.views.forbidden"
handler404 = "carma.web.views.not_found"
handler500 = "carma.web.views.server_error"
