"""Addresses that go wrong in every way a page can."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import BadRequest, PermissionDenied
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.template import RequestContext, Template
from django.urls import path

from carma.config.urls import handler400, handler403, handler404, handler500
from carma.config.urls import urlpatterns as real
from carma.errors import MoveNotAllowed
from carma.web.answers import partial_or_redirect
from carma.web.request import Request

__all__ = ["handler400", "handler403", "handler404", "handler500"]


def refused(request: HttpRequest) -> HttpResponse:
    raise MoveNotAllowed("GK12 is already on an assignment.")


@login_not_required
def broken(request: HttpRequest) -> HttpResponse:
    raise RuntimeError("the cause that nobody may read")


@login_not_required
def away(request: HttpRequest) -> HttpResponse:
    raise OperationalError("server closed the connection unexpectedly\n\tThis probably means…")


@login_not_required
def malformed(request: HttpRequest) -> HttpResponse:
    raise BadRequest


def forbidden(request: HttpRequest) -> HttpResponse:
    raise PermissionDenied


def fine(request: HttpRequest) -> HttpResponse:
    return HttpResponse("fine")


_PAGE = """{% extends "base.html" %}{% block title %}Trial{% endblock %}{% block content %}
<h1>Trial</h1>
<button type="button" id="outside" data-key="n" data-key-label="New thing">New</button>
<input id="field" data-key="f" aria-label="Field">
<ul data-keys-list id="list">
  <li id="one"><a href="#opened-one">One</a> <button type="button" data-key="a">Act on one</button></li>
  <li id="two"><a href="#opened-two">Two</a> <button type="button" data-key="a">Act on two</button></li>
  <li id="three"><a href="#opened-three">Three</a></li>
</ul>
<button type="button" id="ask" hx-post="/refused/" hx-target="#list">Ask</button>
<button type="button" id="say" hx-post="/said/" hx-target="#list" hx-swap="none">Say</button>
<button type="button" id="gone" hx-post="/gone/" hx-target="#list">Gone</button>
<div id="alarms"></div>
{% endblock %}"""


def trial(request: HttpRequest) -> HttpResponse:
    """A page with one of everything that keys, sounds and htmx touch."""
    return HttpResponse(Template(_PAGE).render(RequestContext(request)))


def said(request: Request) -> HttpResponse:
    return partial_or_redirect(request, "web/_panel_failed.html", {}, to="desk:home", said="Saved at once.")


urlpatterns = [
    path("trial/", trial),
    path("said/", said),
    path("refused/", refused),
    path("broken/", broken),
    path("away/", away),
    path("malformed/", malformed),
    path("forbidden/", forbidden),
    path("fine/", fine),
    *real,
]
