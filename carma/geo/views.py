"""What the intake form and the maps ask. Places are no personal data: signing in is enough."""

from __future__ import annotations

from math import isfinite, nan

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import cache_control
from django.views.decorators.http import condition, require_safe

from carma.geo import addresses, layers, places
from carma.geo.addresses import Match

MATCHES = "geo/_matches.html"


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """Options for what is being typed (`q`); of equals, those near `lat` and `lon` come first."""
    point = _degrees(request, "lat"), _degrees(request, "lon")
    near = point if all(map(isfinite, point)) else None
    return _options(request, addresses.search(request.GET.get("q", ""), near=near))


@require_safe
def nearest(request: HttpRequest) -> HttpResponse:
    """The address nearest to a click on the map, as one option; none when there is none near."""
    found = addresses.nearest(_degrees(request, "lat"), _degrees(request, "lon"))
    return _options(request, [found[0]] if found else [])


def _etag(request: HttpRequest, kind: str) -> str:
    return f'"{kind}-{layers.version()}"'


@require_safe
@cache_control(private=True, max_age=3600)
@condition(etag_func=_etag)
def layer(request: HttpRequest, kind: str) -> HttpResponse:
    """The areas of one kind as GeoJSON, simplified for a map; 404 for a kind there is not."""
    if kind not in places.KINDS:
        raise Http404
    return HttpResponse(layers.geojson(kind), content_type="application/geo+json")


def _options(request: HttpRequest, matches: list[Match]) -> HttpResponse:
    return render(request, MATCHES, {"matches": matches})


def _degrees(request: HttpRequest, name: str) -> float:
    try:
        return float(request.GET.get(name, ""))
    except ValueError:
        return nan
