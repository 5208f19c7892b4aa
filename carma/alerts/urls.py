from __future__ import annotations

from django.urls import path

from carma.alerts import views

app_name = "alerts"
urlpatterns = [
    path("", views.recent, name="recent"),
    path("list/", views.listed, name="list"),
    path("alarms/", views.alarms, name="alarms"),
    path("<uuid:pk>/acknowledge/", views.acknowledge, name="acknowledge"),
]
