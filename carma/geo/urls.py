from __future__ import annotations

from django.urls import path

from carma.geo import views

app_name = "geo"
urlpatterns = [
    path("search/", views.search, name="search"),
    path("nearest/", views.nearest, name="nearest"),
    path("layers/<slug:kind>.geojson", views.layer, name="layer"),
]
