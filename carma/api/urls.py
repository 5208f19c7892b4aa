from __future__ import annotations

from django.urls import path, re_path

from carma.api import views

app_name = "api"

urlpatterns = [
    path("schema/", views.schema, name="schema"),
    path("docs/", views.docs, name="docs"),
    re_path("^.*$", views.unknown, name="unknown"),  # last: what no resource answers is a problem, not a page
]
