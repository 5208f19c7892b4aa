from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from contextvars import ContextVar
from typing import Any

from django.conf import settings
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils import translation
from django.utils.translation import gettext as _

from carma.audit.context import about
from carma.errors import DomainError
from carma.web.request import client_address

GetResponse = Callable[[HttpRequest], HttpResponse]

request_id: ContextVar[str] = ContextVar("request_id", default="")

# What a caller may choose as id: anything else could forge lines of the log.
_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{8,40}")


class RequestIdMiddleware:
    """Give every request an id: in its answer, in what it fails with, in each audit entry it causes."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        told = request.headers.get("X-Request-ID", "")
        known_as = told if _REQUEST_ID.fullmatch(told) else uuid.uuid4().hex
        token = request_id.set(known_as)
        try:
            with about(ip=client_address(request), request_id=known_as):
                response = self.get_response(request)
        finally:
            request_id.reset(token)
        response["X-Request-ID"] = known_as
        return response


class LanguageMiddleware:
    """Speak the user's language; before sign-in that of the workstation, else of the browser.

    Views open to everybody are not asked who is there: health checks and the sign-in page must
    answer without a database.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with translation.override(translation.get_language_from_request(request)):
            response = self.get_response(request)
            language = translation.get_language()
        response.headers.setdefault("Content-Language", language)
        return response

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponse], args: Any, kwargs: Any
    ) -> None:
        if getattr(view, "login_required", True) and request.user.is_authenticated:
            translation.activate(request.user.language)


class SignInMiddleware(LoginRequiredMiddleware):
    """Every view needs a sign-in unless it says otherwise; htmx is told so without losing the page.

    A view open to everybody is reached without asking who is there, so without a database.
    """

    def process_view(
        self,
        request: HttpRequest,
        view_func: Callable[..., HttpResponseBase],
        view_args: Any,
        view_kwargs: Any,
    ) -> HttpResponseBase | None:
        if not getattr(view_func, "login_required", True):
            return None
        return super().process_view(request, view_func, view_args, view_kwargs)

    def handle_no_permission(  # type: ignore[override]  # the stubs know of redirects only
        self, request: HttpRequest, view_func: Callable[..., HttpResponseBase]
    ) -> HttpResponse:
        if "HX-Request" not in request.headers:
            return super().handle_no_permission(request, view_func)
        return render(request, "web/_signed_out.html", status=401)


class PrivacyHeadersMiddleware:
    """Keep what a user sees out of caches, and devices' sensors out of our pages."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault(
            "Permissions-Policy", "camera=(), microphone=(), payment=(), usb=(), geolocation=(self)"
        )
        # The session tells without a query whether the answer is somebody's.
        if settings.SESSION_COOKIE_NAME in request.COOKIES or "Authorization" in request.headers:
            response.headers.setdefault("Cache-Control", "no-store, private")
        return response


class DomainErrorMiddleware:
    """Turn a refusal of the domain into an answer: the one place where pages do so."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if not isinstance(error, DomainError):
            return None
        template = "_refusal.html" if "HX-Request" in request.headers else "web/refused.html"
        return render(request, template, {"error": error, "title": _("Not done")}, status=error.status)
