"""Addresses of a small live page, on which live.js, fragments.js and clocks.js are tried."""

from __future__ import annotations

import time

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotModified
from django.templatetags.static import static
from django.urls import include, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from carma.events.models import Event
from carma.web.context import shell
from carma.web.live import live_page
from carma.web.parts import parts
from carma.web.request import Request

_PAGE = """<!doctype html>
<html lang="nl"><head><title>Live</title>
<link rel="icon" href="data:,">
<meta name="htmx-config" content='{{"allowEval": false, "includeIndicatorStyles": false}}'>
<script src="{htmx}" defer></script>
<script type="module" src="{clocks}"></script>
<script type="module" src="{live}"></script></head>
<body data-pos="{pos}" data-stream-url="{stream}" data-poll-url="{poll}" data-parts-url="{together}">
<div id="live-banner" role="alert" data-stale-alarm="1" hidden></div>
<div id="live-state" data-text-connecting="Connecting" data-text-live="Live" data-text-polling="Slow"
  data-text-reconnecting="Again" data-text-stale="Old" data-text-signed-out="Out" data-text-age="{{age}} s"
  data-banner-stale="No contact since {{time}}." data-banner-signed-out="Signed out."
  data-banner-engine="No engine since {{time}}.">
  <span data-live-text role="status"></span><span data-live-age></span></div>
<div id="room">{parts}</div>
<p id="clocked" data-clocked><time id="up" data-since="{since}" data-warn-at="{soon}">x</time></p>
<time id="down" data-until="{until}">x</time><time id="past" data-until="{since}">x</time>
<time id="frozen" data-since="{since}" data-frozen="{until}">x</time>
</body></html>"""

_PART = """<div id="{name}" data-live="{shows}" data-live-url="{url}">
<b>{count}</b><button id="{name}-button">act</button><button>no id</button>
<input id="{name}-field"><details id="{name}-more"><summary>more</summary>x</details></div>"""

PARTS = {
    "queue": "incidents.incident:* interventions.team:*",
    "single": "incidents.incident:one",
    "quiet": "incidents.incident:*",
    "secret": "incidents.incident:secret",
}
SINCE = 95  # seconds the clocks of the page have run


@live_page
def page(request: Request) -> HttpResponse:
    now = int(time.time())
    told = shell(request)
    names = {name: static(f"web/{name}.js") for name in ("live", "clocks")}
    moments = {"since": now - SINCE, "until": now + 3700, "soon": now + 2}
    shown = mark_safe("".join(_part(name) for name in PARTS))  # noqa: S308  our own markup
    return HttpResponse(
        format_html(
            _PAGE,
            htmx=static("vendor/htmx/htmx.min.js"),
            pos=told["live_pos"],
            stream=told["stream_url"],
            poll=reverse("events:poll"),
            together=reverse("parts"),
            parts=shown,
            **names,
            **moments,
        )
    )


def part(request: HttpRequest, name: str) -> HttpResponse:
    if name == "secret":
        raise Http404
    body = _part(name)
    etag = f'"{hash(body)}"'
    if request.headers.get("If-None-Match") == etag:
        return HttpResponseNotModified()
    return HttpResponse(body, headers={"ETag": etag})


def _part(name: str) -> SafeString:
    """A part that shows how many events there are; the quiet one shows nothing of them."""
    count = 0 if name == "quiet" else Event.objects.count()
    return format_html(_PART, name=name, shows=PARTS[name], url=reverse("part", args=[name]), count=count)


urlpatterns = [
    path("live/", page),
    path("part/<str:name>/", part, name="part"),
    path("parts/", parts, name="parts"),
    path("events/", include("carma.events.urls")),
]
