"""How the zone's things are drawn, the same on every page."""

from __future__ import annotations

import logging
from datetime import datetime
from typing import Any

from django import template
from django.template.loader import render_to_string
from django.utils import formats
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from carma import clock, registry
from carma.web import icons

log = logging.getLogger(__name__)
register = template.Library()

STATUS_ICONS = {
    "planned": "calendar-event",
    "received": "telephone-inbound",
    "qualified": "tag",
    "queued": "hourglass-split",
    "assigned": "person-check",
    "accepted": "hand-thumbs-up",
    "en_route": "car-front",
    "on_scene": "geo-alt-fill",
    "cleared": "flag",
    "reporting": "pencil-square",
    "closed": "check-circle",
    "cancelled": "x-circle",
    "merged": "sign-merge-left",
    "refused": "slash-circle",
    "aborted": "arrow-counterclockwise",
    "available": "check-circle-fill",
    "out_of_service": "wrench",
    "off_duty": "moon",
    "in_danger": "exclamation-octagon-fill",
}


@register.simple_tag
def icon(name: str) -> SafeString:
    """`{% icon "bell" %}`: an icon of the set; nothing when the set lacks it, for words stand beside it."""
    try:
        return icons.svg(name)
    except icons.NoSuchIcon:
        log.warning("no icon %r", name)
        return SafeString("")


@register.filter
def local_time(moment: datetime | None) -> str:
    """Hours and minutes on the clocks of the zone."""
    return clock.local(moment).strftime("%H:%M") if moment else ""


@register.filter
def local_moment(moment: datetime | None) -> str:
    """Day, month and time on the clocks of the zone, with the year when it is another."""
    if moment is None:
        return ""
    local = clock.local(moment)
    days = "D j b" if local.year == clock.local(clock.now()).year else "j b Y"
    return f"{formats.date_format(local, days)} {local:%H:%M}"


@register.simple_tag
def since(
    moment: datetime | None,
    warn_at: datetime | None = None,
    late_at: datetime | None = None,
    *,
    frozen: datetime | bool = False,
) -> SafeString:
    """A clock counting up from a moment; it marks the nearest `data-clocked` from `warn_at` on.

    `frozen` is the moment at which it stopped; True leaves the moment itself on the page.
    """
    return _clock("since", moment, warn_at, late_at, frozen=frozen)


@register.simple_tag
def until(
    moment: datetime | None, warn_at: datetime | None = None, late_at: datetime | None = None
) -> SafeString:
    """A clock counting down to a moment."""
    return _clock("until", moment, warn_at, late_at, frozen=False)


def _clock(
    way: str,
    moment: datetime | None,
    warn_at: datetime | None,
    late_at: datetime | None,
    *,
    frozen: datetime | bool,
) -> SafeString:
    """The text is the moment itself: it stays the same while time runs, so a fragment keeps its ETag."""
    if moment is None:
        return SafeString("")
    stopped = frozen if isinstance(frozen, datetime) else None
    marks = {way: moment, "warn-at": warn_at, "late-at": late_at, "frozen": stopped}
    told = format_html_join("", ' data-{}="{}"', [(k, int(v.timestamp())) for k, v in marks.items() if v])
    return format_html(
        '<time class="clock" datetime="{}" title="{}"{}{}>{}</time>',
        moment.isoformat(timespec="seconds"),
        local_moment(moment),
        told,
        mark_safe(" data-frozen") if frozen is True else "",
        local_time(moment),
    )


@register.simple_tag
def clock_state() -> SafeString:
    """What a `data-clocked` element says when its clock is over a mark: icon and word, not colour alone."""
    words = [
        ("warn", icons.svg("exclamation-triangle-fill"), _("attention")),
        ("late", icons.svg("alarm-fill"), _("too late")),
    ]
    marks = format_html_join("", '<span class="clock-mark" data-when="{}">{}{}</span>', words)
    return format_html('<span class="clock-state">{}</span>', marks)


@register.simple_tag
def priority(of: Any, *, short: bool = False) -> SafeString:
    """The badge of a priority: its own shape, number and colour, and its name (in `short`, as a hint).

    A bare number, as alerts have, is drawn without a name.
    """
    if of is None:
        return format_html('<span class="priority" data-priority="none">{}</span>', _("no priority yet"))
    code, label = (of, "") if isinstance(of, int) else (of.pk, of.label)
    return format_html(
        '<span class="priority" data-priority="{code}" title="{label}">'
        '<span class="priority-mark" aria-hidden="true">{code}</span>'
        '<span class="{hidden}"><span class="visually-hidden">{word} {code} </span>{label}</span></span>',
        code=code,
        label=label,
        word=_("priority"),
        hidden="visually-hidden" if short else "priority-label",
    )


@register.simple_tag
def status(code: str, label: str) -> SafeString:
    """The badge of a status: icon and word."""
    return format_html(
        '<span class="status-mark" data-status="{}">{}{}</span>',
        code,
        icon(STATUS_ICONS.get(code, "circle")),
        label,
    )


@register.simple_tag(takes_context=True)
def panels(context: template.RequestContext, page: str, of: Any = None) -> SafeString:
    """The parts other packages add to a page. One that fails says so and leaves the rest standing."""
    request = context["request"]
    drawn = [_panel(panel, of, request) for panel in registry.panels(page)]
    return mark_safe("".join(drawn))  # noqa: S308 - rendered templates


def _panel(panel: registry.Panel, of: Any, request: Any) -> str:
    try:
        told = panel.context(of, request.user)
        return "" if told is None else render_to_string(panel.template, dict(told), request)
    except Exception:
        log.exception("panel %s failed", panel.template)
        return render_to_string("web/_panel_failed.html")
