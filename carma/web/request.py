from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails

from carma.accounts.models import User


class Request(HttpRequest):
    """A request past the sign-in: a known user, and htmx's own facts.

    `live_pos` is the stream position read before the page's queries (see `carma.web.live`).
    """

    user: User
    htmx: HtmxDetails
    live_pos: int | None


def client_address(request: HttpRequest) -> str:
    """Where a request comes from, looking behind a proxy only when we know that proxy.

    Anyone can send X-Forwarded-For: believed without this check it would forge the audit trail and
    step around the lock-out.
    """
    address: str = request.META.get("REMOTE_ADDR", "")
    if address not in settings.TRUSTED_PROXIES:
        return address
    hops = [hop.strip() for hop in request.headers.get("X-Forwarded-For", "").split(",") if hop.strip()]
    unknown = [hop for hop in hops if hop not in settings.TRUSTED_PROXIES]
    return unknown[-1] if unknown else address
