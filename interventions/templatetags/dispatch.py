"""How the board draws what stands in it hundreds of times: small, and the same on an incident's page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from carma import clock
from carma.actionfields.models import Priority
from carma.incidents.models import Incident
from carma.web import icons
from carma.web.templatetags.carma import STATUS_ICONS, priority
from interventions import plans
from interventions.addresses import to
from interventions.marks import Marks
from interventions.models import Assignment
from interventions.verbs import ON_ASSIGNMENT, Verb

register = template.Library()

SYMBOLS = (
    "alarm-fill", "check-circle", "check-lg", "dash-lg", "exclamation-triangle-fill", "geo-alt",
    "hourglass-split", "pencil-square", "people-fill", "person-plus-fill", "question-circle", "send",
    "three-dots",
    *STATUS_ICONS.values(), *(verb.icon for verb in ON_ASSIGNMENT.values()),
)  # fmt: skip

_BUTTON = (
    '<button form="verbs" formaction="{}" name="version" value="{}" class="btn btn-sm" data-verb'
    ' data-key="{}">{}<span>{}</span></button>'
)

_UNKNOWN = (
    '<span class="priority" data-priority="none" title="{}">'
    '<span class="priority-mark" aria-hidden="true">?</span>'
    '<span class="visually-hidden">{}</span></span>'
)


@register.simple_tag
def symbols() -> SafeString:
    """The shapes that `use` refers to; once on a page."""
    names = sorted(set(SYMBOLS))
    drawn = format_html_join("", '<symbol id="i-{}" viewBox="0 0 16 16">{}</symbol>', _shapes(names))
    return format_html('<svg hidden fill="currentColor">{}</svg>', drawn)


@register.simple_tag
def use(name: str) -> SafeString:
    """`{% use "send" %}`: one of the page's `symbols`."""
    return _use(name)


@register.simple_tag
def status_mark(code: str, label: str) -> SafeString:
    """The badge of a status: icon and word."""
    drawn = _use(STATUS_ICONS.get(code, "question-circle"))
    return format_html('<span class="status-mark" data-status="{}">{}{}</span>', code, drawn, label)


@register.filter
def level(of: Priority | None) -> SafeString:
    """The mark of a priority; a question mark while nobody judged it."""
    language = get_language() or ""
    return _level(None, language, "") if of is None else _level(of.pk, language, of.label)


@register.filter
def skill(code: str) -> str:
    """What a team can do, in words."""
    return plans.label_of(code)


@register.simple_tag
def running(marks: Marks) -> SafeString:
    """A clock that runs and turns at its marks; its text is the moment it started."""
    told = {"since": marks.since, "warn-at": marks.warn_at, "late-at": marks.late_at}
    turns = "".join(f' data-{name}="{_unix(moment)}"' for name, moment in told.items() if moment)
    started = clock.local(marks.since).strftime("%H:%M")
    return mark_safe(f'<time class="clock"{turns}>{started}</time>')  # noqa: S308 - numbers only


@register.simple_tag
def place_of(incident: Incident) -> SafeString:
    """What the map needs to know of a row; nothing when its place is not known."""
    if incident.lat is None or incident.lon is None:
        return SafeString("")
    return format_html(
        ' data-place="incident" data-lat="{}" data-lon="{}" data-priority-code="{}" data-label="{} {}"',
        f"{incident.lat:.5f}",
        f"{incident.lon:.5f}",
        "?" if incident.priority_id is None else incident.priority_id,
        incident.reference,
        incident.type.label if incident.type else "",
    )


@register.simple_tag
def verb_button(assignment: Assignment, verb: Verb) -> SafeString:
    """One press tells it, on the version shown. The page has the form `verbs`, with the token."""
    address = to(f"interventions:{verb.name}", assignment.pk)
    return format_html(_BUTTON, address, assignment.version, verb.key, _use(verb.icon), verb.label)


@dataclass(frozen=True)
class _Named:
    """What the badge of a priority needs of one."""

    pk: int
    label: str


@lru_cache(maxsize=64)
def _level(code: int | None, language: str, label: str) -> SafeString:
    if code is not None:
        return priority(_Named(code, label), short=True)
    return format_html(_UNKNOWN, _("no priority yet"), _("no priority yet"))


@lru_cache(maxsize=64)
def _use(name: str) -> SafeString:
    return format_html('<svg class="i" aria-hidden="true"><use href="#i-{}"/></svg>', name)


def _shapes(names: list[str]) -> list[tuple[str, SafeString]]:
    """Each icon without the <svg> around it."""
    inner = (icons.svg(name).partition(">")[2].removesuffix("</svg>") for name in names)
    return [(name, mark_safe(shapes)) for name, shapes in zip(names, inner, strict=True)]  # noqa: S308  ours


def _unix(moment: datetime) -> int:
    return int(moment.timestamp())
