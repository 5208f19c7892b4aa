from __future__ import annotations

from django.urls import path

from carma.followups import views

app_name = "followups"
urlpatterns = [path("of/<uuid:pk>/", views.panel, name="panel")]
