from __future__ import annotations

from django.urls import path

from carma.events import views

app_name = "events"

urlpatterns = [path("", views.poll, name="poll")]
