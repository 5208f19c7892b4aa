from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from carma.api import wire
from carma.api.problems import problem


class ProblemMiddleware:
    """Make problem details of refusals that never reached a view: a strange host, a failing database.

    Outermost, so that whatever a middleware answers to an API client is something it can read; the
    headers stay as they were.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.status_code < 400 or not request.path.startswith("/api/"):
            return response
        if response.headers.get("Content-Type") != wire.PROBLEM:
            response.content = problem(response.status_code).content
            response["Content-Type"] = wire.PROBLEM
            response["Content-Length"] = str(len(response.content))
        return response
