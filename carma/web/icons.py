"""Icons, drawn inline from the installed npm package so that they take the colour of the text."""

from __future__ import annotations

import re
from functools import cache

from django.conf import settings
from django.utils.safestring import SafeString, mark_safe

_SHAPES = re.compile(r"<svg[^>]*>(?P<shapes>.*)</svg>", re.DOTALL)


class NoSuchIcon(Exception):
    """The installed set has no icon of this name."""


@cache
def svg(name: str) -> SafeString:
    """The icon as markup, hidden from screen readers: the words beside it carry the meaning."""
    file = settings.BASE_DIR / "node_modules" / "bootstrap-icons" / "icons" / f"{name}.svg"
    try:
        found = _SHAPES.search(file.read_text(encoding="utf-8"))
    except OSError:
        found = None
    if found is None:
        raise NoSuchIcon(name)
    shapes = " ".join(found["shapes"].split())
    return mark_safe(  # noqa: S308 - markup of a locked package, chosen by a name in our own templates
        f'<svg class="i" viewBox="0 0 16 16" fill="currentColor" aria-hidden="true" focusable="false">'
        f"{shapes}</svg>"
    )
