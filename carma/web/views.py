"""Answers to what went wrong: a sentence that says what to do, never a trace.

They are drawn without the user, the menu or any query, for the database may be what is wrong.
"""

from __future__ import annotations

import logging
import sys

from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from carma.web.middleware import request_id

log = logging.getLogger(__name__)

RETRY_AFTER_S = 5


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _failure(
        request,
        status=400,
        title=_("We could not read this request"),
        advice=_("Go back, load the page again and repeat what you did."),
    )


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return _failure(
        request,
        status=403,
        title=_("This form is no longer valid"),
        advice=_(
            "You signed in or out in another window since this page was opened, or the browser refuses "
            "cookies. Copy what you typed, load the page again and send it once more."
        ),
    )


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _failure(
        request,
        status=403,
        title=_("Your role does not include this"),
        advice=_("Ask your team leader whether this belongs to your role. Nothing was changed."),
    )


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _failure(
        request,
        status=404,
        title=_("Nothing found here"),
        advice=_(
            "The address is wrong, or it leads to something that is not among your work. Search for the "
            "number of the incident with the search box."
        ),
    )


def server_error(request: HttpRequest) -> HttpResponse:
    """The last resort; says apart that the database is away, for that passes by itself."""
    error = sys.exc_info()[1]
    if isinstance(error, OperationalError | InterfaceError):
        return _database_away(request, error)
    log.error("%s %r failed, told as code %s", request.method, request.path_info, request_id.get())
    return _failure(
        request,
        status=500,
        title=_("Something went wrong on our side"),
        advice=_(
            "What you just did may not be saved: load the page again and check. If it happens again, "
            "report the code below."
        ),
    )


def _database_away(request: HttpRequest, error: Exception) -> HttpResponse:
    log.error("the database does not answer: %s", str(error).strip().partition("\n")[0])
    response = _failure(
        request,
        status=503,
        title=_("The database does not answer"),
        advice=_(
            "What you just did was not saved. Wait a few seconds and try again. Does it last longer than "
            "a minute: work on paper and call for help."
        ),
    )
    response["Retry-After"] = str(RETRY_AFTER_S)
    # One line a request is enough: Django would log a trace for each while the outage lasts.
    response._has_been_logged = True  # type: ignore[attr-defined]  # Django's own mark
    return response


def _failure(request: HttpRequest, *, status: int, title: str, advice: str) -> HttpResponse:
    """A page, or a fragment to htmx; `carma.api` makes problem details of it for its own clients."""
    template = "web/_failure.html" if "HX-Request" in request.headers else "web/failure.html"
    context = {
        "title": title,
        "advice": advice,
        "status": status,
        "code": request_id.get(),
        "help_contact": settings.HELP_CONTACT,
        "again": request.get_full_path() if status == 503 and request.method == "GET" else "",
    }
    return HttpResponse(render_to_string(template, context), status=status)
