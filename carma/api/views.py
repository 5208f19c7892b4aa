from __future__ import annotations

import hashlib
from functools import cache

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.shortcuts import render
from django.views.decorators.http import require_safe

from carma.api.problems import problem
from carma.api.schema import document


@login_not_required
@require_safe
def schema(request: HttpRequest) -> HttpResponse:
    """The OpenAPI document, made once per process: it is open to everybody and takes a second."""
    content, etag = _document()
    headers = {"ETag": etag, "Cache-Control": "no-cache"}
    if request.headers.get("If-None-Match") == etag:
        return HttpResponseNotModified(headers=headers)
    return HttpResponse(content, content_type="application/vnd.oai.openapi+json", headers=headers)


@login_not_required
@require_safe
def docs(request: HttpRequest) -> HttpResponse:
    """A page to read and try the API, with a token or with the session of who is signed in."""
    return render(request, "api/docs.html")


@login_not_required
def unknown(request: HttpRequest) -> HttpResponse:
    return problem(404)


@cache
def _document() -> tuple[bytes, str]:
    content = document()
    return content, f'"{hashlib.sha256(content).hexdigest()[:32]}"'
