from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, JsonResponse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from carma import registry
from carma.errors import InvalidInput
from carma.events.stream import feed


@login_not_required
@never_cache
@require_GET
def poll(request: HttpRequest) -> JsonResponse:
    """What happened after a position, for pages the stream does not reach.

    A script asks: it gets problems as JSON, and 401 instead of the sign-in page.
    """
    if not request.user.is_authenticated:
        return _problem(401, "not_authenticated", _("Sign in first."))
    try:
        after = feed.position(request.GET.get("after"))
    except InvalidInput as error:
        return _problem(error.status, error.code, error.detail)
    topics = frozenset(registry.user_topics(request.user))
    caught = feed.catch_up(after)
    pulse = feed.pulse()
    heard = [told.payload for told in caught.events if told.may_be_heard_with(topics)]
    answer = {"events": heard, "pos": caught.pos, "resync": caught.resync}
    return JsonResponse(answer | {"at": pulse.at, "engine": pulse.engine})


def _problem(status: int, code: str, detail: str) -> JsonResponse:
    body = {"type": "about:blank", "status": status, "code": code, "detail": detail}
    return JsonResponse(body, status=status, content_type="application/problem+json")
