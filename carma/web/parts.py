"""Several live parts of a page in one answer: after an event a whole room asks for all of theirs at once."""

from __future__ import annotations

import logging
from copy import copy
from typing import Any
from urllib.parse import urlsplit

import orjson
from django.core.exceptions import PermissionDenied
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpResponse, QueryDict
from django.urls import resolve
from django.views.decorators.http import require_GET

from carma.errors import DomainError
from carma.web.live import live_page
from carma.web.request import Request

log = logging.getLogger(__name__)

MOST = 30  # as `fragments.js` has it


@require_GET
@live_page
def parts(request: Request) -> HttpResponse:
    """Each `part`, the address of a live part, with the `etag` that stands at the same place.

    Answers in the same order what each address by itself would: `status`, `etag` and `html`.
    """
    asked = zip(request.GET.getlist("part"), request.GET.getlist("etag"), strict=False)
    answers = [_answer(request, *each) for each in list(asked)[:MOST]]
    return HttpResponse(orjson.dumps({"parts": answers}), content_type="application/json")


def _answer(request: Request, address: str, etag: str) -> dict[str, Any]:
    """What the view at this address says to the same person, by its own rules on who may see what."""
    try:
        response = _view(request, address, etag)
    except (Http404, PermissionDenied) as error:
        return {"status": 404 if isinstance(error, Http404) else 403, "etag": "", "html": ""}
    except DomainError as refusal:
        return {"status": refusal.status, "etag": "", "html": ""}
    except (InterfaceError, OperationalError):
        raise
    except Exception:  # the other parts are none the worse for it
        log.exception("live part %s failed", address)
        return {"status": 500, "etag": "", "html": ""}
    html = response.content.decode() if response.status_code == 200 else ""
    return {"status": response.status_code, "etag": response.headers.get("ETag", ""), "html": html}


def _view(request: Request, address: str, etag: str) -> HttpResponse:
    told = urlsplit(address)
    match = resolve(told.path)
    if match.func is parts:
        raise Http404
    inner = copy(request)
    inner.__dict__.pop("headers", None)  # those of the outer request
    inner.path = inner.path_info = told.path
    inner.resolver_match = match
    inner.GET = QueryDict(told.query)
    inner.META = {
        **request.META,
        "PATH_INFO": told.path,
        "QUERY_STRING": told.query,
        "HTTP_IF_NONE_MATCH": etag,
    }
    response: HttpResponse = match.func(inner, *match.args, **match.kwargs)
    return response
