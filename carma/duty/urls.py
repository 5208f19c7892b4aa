from __future__ import annotations

from django.urls import path

from carma.duty import views

app_name = "duty"
urlpatterns = [path("", views.now, name="now")]
