"""How views answer: a fragment to htmx, a page or a redirect to a plain browser."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.shortcuts import redirect, render
from django.utils.cache import patch_vary_headers
from django.utils.http import parse_etags
from django_htmx.http import trigger_client_event

from carma.web.request import Request

# The token in a form is masked anew each time it is drawn, and says nothing about the fragment.
_CSRF_VALUE = re.compile(rb'name="csrfmiddlewaretoken" value="[^"]*"')


def partial_or_redirect(
    request: Request, template: str, context: Mapping[str, Any], *, to: str, said: str = ""
) -> HttpResponse:
    """Answer the fragment to htmx, and a redirect to a plain form post.

    `said` is a sentence for the user ("Saved."): a toast for htmx, a message on the next page otherwise.
    """
    if not request.htmx:
        if said:
            messages.success(request, said)
        return redirect(to)
    response = render(request, template, dict(context))
    return trigger_client_event(response, "carma:toast", {"text": said}) if said else response


def invalid(request: HttpRequest, template: str, context: Mapping[str, Any]) -> HttpResponse:
    """Answer a form with its errors: 422, which htmx swaps in place of the form."""
    return render(request, template, dict(context), status=422)


def fragment(request: HttpRequest, template: str, context: Mapping[str, Any]) -> HttpResponse:
    """Answer a fragment that a live page asks for again: 304 when it still has this one."""
    content = render(request, template, dict(context)).content
    return unless_held(request, content, etag_of(_CSRF_VALUE.sub(b"", content)))


def unless_held(request: HttpRequest, content: bytes | str, etag: str) -> HttpResponse:
    """Answer what is drawn already: 304 to a page that still has it."""
    answer = HttpResponseNotModified() if _holds(request, etag) else HttpResponse(content)
    answer["ETag"] = etag
    patch_vary_headers(answer, ["Cookie", "HX-Request"])
    return answer


def etag_of(content: bytes) -> str:
    return f'W/"{hashlib.blake2b(content, digest_size=12).hexdigest()}"'


def _holds(request: HttpRequest, etag: str) -> bool:
    return etag in parse_etags(request.headers.get("If-None-Match", ""))
