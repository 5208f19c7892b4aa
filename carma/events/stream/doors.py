"""Which requests for a stream are let in at all, before anybody asks who it is."""

from __future__ import annotations

from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import DisallowedHost
from django.http import HttpRequest
from django.http.request import split_domain_port
from django.utils.translation import gettext as _

from carma.errors import DomainError, NotThere
from carma.events.stream import feed

_PORTS = {"http": 80, "https": 443}
_NEAR = {"same-origin", "same-site", "none"}


class Refused(DomainError):
    """The request comes from a place, or in a way, that gets no stream."""

    status = 403
    code = "foreign_origin"


class OnlyGet(DomainError):
    status = 405
    code = "method_not_allowed"


class NotKnown(DomainError):
    status = 401
    code = "not_authenticated"


class TooMany(DomainError):
    status = 429
    code = "too_many_streams"


class Unready(DomainError):
    status = 503
    code = "unready"


def check_address(request: HttpRequest) -> None:
    if request.path != "/stream":
        raise NotThere(_("There is only a stream to be got here."))
    if request.method != "GET":
        raise OnlyGet(_("A stream can only be listened to."))


def origin_of(request: HttpRequest) -> str:
    """The web origin to answer to, "" when the request names none. Raises `Refused`.

    Pages and stream share a host name but not always a port, and cookies do not tell ports apart:
    so only pages of our own web port, or of the stream's own, are answered.
    """
    try:
        host, port = split_domain_port(request.get_host())
    except DisallowedHost:
        raise Refused(_("This address is not served here.")) from None
    origin = request.headers.get("Origin", "")
    if request.headers.get("Sec-Fetch-Site", "none") not in _NEAR or not _is_ours(origin, host, port):
        raise Refused(_("Another web site may not listen here."))
    return origin


def position_of(request: HttpRequest) -> int | None:
    """Where the client left off: what the browser itself says on coming back counts first."""
    return feed.position(request.headers.get("Last-Event-ID") or request.GET.get("after"))


def _is_ours(origin: str, host: str, port: str) -> bool:
    if not origin:
        return True
    try:
        told = urlsplit(origin)
        told_port = told.port or _PORTS.get(told.scheme)
    except ValueError:
        return False
    own_port = int(port) if port else _PORTS.get(told.scheme)
    same_host = told.hostname == host.strip("[]")
    return told.scheme in _PORTS and same_host and told_port in {settings.PORT, own_port}
