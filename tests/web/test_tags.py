from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import time_machine
from django.conf import settings
from django.template import Context, RequestContext, Template
from django.test import RequestFactory

from carma import registry
from carma.actionfields.models import Priority
from carma.web import icons
from carma.web.templatetags import carma as tags

NIGHT = datetime(2026, 3, 28, 22, 14, tzinfo=UTC)


def drawn(source: str, **context: object) -> str:
    return Template(source).render(Context(context))


def test_an_icon_takes_the_colour_of_the_text_and_is_silent() -> None:
    svg = drawn('{% icon "bell-fill" %}')

    assert svg.startswith("<svg")
    assert 'aria-hidden="true"' in svg
    assert 'fill="currentColor"' in svg


def test_a_missing_icon_leaves_the_words_standing() -> None:
    assert drawn('{% icon "no-such-icon" %}x') == "x"


def test_every_icon_the_project_names_exists() -> None:
    templates = Path(settings.BASE_DIR / "templates").rglob("*.html")
    named = {name for file in templates for name in re.findall(r'icon "([a-z0-9-]+)"', file.read_text())}
    named |= set(tags.STATUS_ICONS.values()) | {item.icon for item in registry.menu_items() if item.icon}

    for name in sorted(named):
        assert icons.svg(name)


@pytest.mark.parametrize(
    ("moment", "shown"),
    [(NIGHT, "23:14"), (NIGHT + timedelta(hours=3), "03:14"), (None, "")],
)
def test_times_are_those_of_the_zone_also_in_the_night_the_clocks_change(
    moment: datetime | None, shown: str
) -> None:
    assert drawn("{{ at|local_time }}", at=moment) == shown


def test_a_moment_tells_its_year_only_when_it_is_another(clock: time_machine.Traveller) -> None:
    assert drawn("{{ at|local_moment }}", at=NIGHT) == "za 28 mrt 23:14"
    assert drawn("{{ at|local_moment }}", at=NIGHT - timedelta(days=365)) == "28 mrt 2025 23:14"


def test_a_clock_carries_seconds_for_the_browser_and_a_text_that_stays(
    clock: time_machine.Traveller,
) -> None:
    source = "{% since at warn_at=soon %}"
    first = drawn(source, at=NIGHT, soon=NIGHT + timedelta(seconds=60))
    clock.shift(90)

    assert f'data-since="{int(NIGHT.timestamp())}"' in first
    assert f'data-warn-at="{int(NIGHT.timestamp()) + 60}"' in first
    assert ">23:14</time>" in first
    assert drawn(source, at=NIGHT, soon=NIGHT + timedelta(seconds=60)) == first


def test_a_stopped_clock_knows_when_it_stopped() -> None:
    stopped = drawn("{% since at frozen=end %}", at=NIGHT, end=NIGHT + timedelta(minutes=5))

    assert f'data-frozen="{int(NIGHT.timestamp()) + 300}"' in stopped
    assert " data-frozen>" in drawn("{% since at frozen=True %}", at=NIGHT)
    assert drawn("{% since at %}", at=None) == ""


def test_a_priority_is_told_by_shape_number_and_word() -> None:
    badge = drawn("{% priority one %}", one=Priority(code=1, label_nl="Zeer dringend"))

    assert 'data-priority="1"' in badge
    assert "Zeer dringend" in badge
    assert 'data-priority="2"' in drawn("{% priority 2 %}")
    assert 'data-priority="none"' in drawn("{% priority nothing %}", nothing=None)


def test_a_status_is_told_by_icon_and_word() -> None:
    badge = drawn('{% status "en_route" "Onderweg" %}')

    assert "<svg" in badge
    assert "Onderweg" in badge


def test_a_badge_does_not_let_markup_through() -> None:
    assert "<script>" not in drawn('{% status "x" label %}', label="<script>")


def test_a_panel_that_fails_leaves_the_page_standing(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(of: object, user: object) -> None:
        raise RuntimeError("another package's bug")

    panels = [
        registry.Panel("test", "web/_panel_failed.html", broken),
        registry.Panel("test", "_refusal.html", lambda of, user: {"error": {"detail": f"about {of}"}}),
        registry.Panel("test", "_refusal.html", lambda of, user: None),
    ]
    monkeypatch.setattr(registry, "_panels", panels)
    request = RequestFactory().get("/")
    request.user = None  # type: ignore[assignment]  # the panels of this test do not ask

    page = Template('{% panels "test" subject %}').render(RequestContext(request, {"subject": "this"}))
    assert page.count('role="status"') == 1
    assert page.count("about this") == 1
