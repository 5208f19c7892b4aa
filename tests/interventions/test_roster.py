"""Who is on shift and planned against the minimum, and the templates that ask it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import time, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from carma import clock as time_now
from carma.accounts.models import User
from carma.audit.models import Entry
from carma.errors import InvalidInput, Stale
from carma.events.models import Event
from interventions import roster, shifts
from interventions.models import ShiftTemplate, Team
from tests.browser import TABLET, BrowserPage, axe
from tests.cast import Login

Browse = Callable[[User], Client]
Traveller = time_machine.Traveller
URL = "/api/v1/shift-templates/"
LATE, NIGHT, EARLY = (time(14), time(22)), (time(22), time(6)), (time(6), time(14))
ALL_DAYS = tuple(range(7))


def planned(
    by: User, name: str, hours: tuple[time, time], *signs: str, least: int = 1, **told: Any
) -> ShiftTemplate:
    values = {"base": "Genk", "sector": "GENK", "days": ALL_DAYS, **told}
    template = shifts.Template(
        name=name, starts=hours[0], ends=hours[1], call_signs=signs, least=least, **values
    )
    return shifts.save_template(template, by=by)


def genk(viewer: User) -> roster.Cover:
    covers: list[roster.Cover] = roster.of_now(viewer)["covers"]
    return next(cover for cover in covers if (cover.base, cover.sector) == ("Genk", "GENK"))


@pytest.fixture
def night(team_lead: User, geography: None) -> ShiftTemplate:
    """Saturday 23:14 is within it: two teams needed, two planned."""
    return planned(team_lead, "Nacht", NIGHT, "GK12", "GK13", least=2)


@pytest.mark.django_db
@pytest.mark.usefixtures("clock")
class TestNow:
    def test_too_few_says_so_in_words(
        self, browse: Browse, dispatcher: User, night: ShiftTemplate, team: Team
    ) -> None:
        cover = genk(dispatcher)
        html = browse(dispatcher).get(reverse("interventions:roster")).content.decode()

        assert (cover.count, cover.least, cover.missing) == (1, 2, 1)
        assert [(seat.call_sign, seat.is_missing) for seat in cover.seats] == [("GK13", True)]
        assert 'data-health="late"' in html

    def test_enough_says_so_too(
        self, browse: Browse, dispatcher: User, night: ShiftTemplate, team: Team
    ) -> None:
        shifts.start(call_sign="GK13", base="Genk", sector="GENK", by=dispatcher)
        html = browse(dispatcher).get(reverse("interventions:roster")).content.decode()

        assert genk(dispatcher).missing == 0
        assert 'data-health="late"' not in html

    def test_out_of_service_does_not_count(self, dispatcher: User, night: ShiftTemplate, team: Team) -> None:
        team.go_out_of_service(by=dispatcher)

        assert (genk(dispatcher).count, len(genk(dispatcher).teams)) == (0, 1)

    def test_the_night_the_clocks_go_forward_is_an_hour_shorter(
        self, dispatcher: User, night: ShiftTemplate
    ) -> None:
        (shift, *_rest) = roster.coming([night], time_now.now())
        assert (shift.ends_at - shift.starts_at.astimezone(shift.ends_at.tzinfo)) == timedelta(hours=8)
        assert time_now.local(shift.ends_at).strftime("%d %H:%M") == "29 06:00"
        assert shift.ends_at.timestamp() - shift.starts_at.timestamp() == 7 * 3600

    def test_a_gap_in_the_plan_has_its_hours(
        self, dispatcher: User, team_lead: User, night: ShiftTemplate
    ) -> None:
        planned(team_lead, "Vroege", EARLY, "GK11", least=3)
        (gap,) = genk(dispatcher).gaps
        hours = [time_now.local(moment).strftime("%H:%M") for moment in (gap.starts_at, gap.ends_at)]
        assert (hours, gap.planned, gap.least) == (["06:00", "14:00"], 1, 3)

    def test_of_shifts_that_overlap_the_highest_minimum_counts(
        self, dispatcher: User, team_lead: User, night: ShiftTemplate
    ) -> None:
        planned(team_lead, "Weekendnacht", (time(21), time(4)), "GK14", least=3, days=(4, 5))
        assert genk(dispatcher).least == 3
        assert roster.least_by_sector(time_now.now()) == {"GENK": 3}

    def test_a_weekday_it_is_not_planned_on(self, dispatcher: User, team_lead: User, team: Team) -> None:
        planned(team_lead, "Nacht", NIGHT, "GK12", days=(0,))
        assert genk(dispatcher).least == 0

    def test_who_may_look(self, browse: Browse, officer: User, policy_maker: User, team: Team) -> None:
        page = browse(officer).get(reverse("interventions:roster"))
        assert (page.status_code, "take-over" in page.content.decode()) == (200, False)
        for name in ("roster", "roster_now", "start_team", "shift_templates"):
            assert browse(policy_maker).get(reverse(f"interventions:{name}")).status_code == 403

    def test_more_teams_take_no_more_queries(
        self, dispatcher: User, night: ShiftTemplate, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        for number in range(5):
            shifts.start(call_sign=f"T{number}", base="Genk", sector="GENK", by=dispatcher)
        roster.of_now(dispatcher)
        with django_assert_num_queries(2):
            roster.of_now(dispatcher)


@pytest.mark.django_db
@pytest.mark.usefixtures("clock", "geography")
class TestTemplates:
    BODY = {
        "name": "Late", "base": "Genk", "sector": "GENK", "starts": "14:00", "ends": "22:00",
        "days": [0, 1, 2, 3, 4], "call_signs": ["GK11", "GK12"], "least": 2,
    }  # fmt: skip

    def test_it_is_written_changed_and_dropped_with_its_trace(self, api: Login, team_lead: User) -> None:
        lead = api(team_lead)
        made = lead.post(URL, self.BODY)
        assert (made.status_code, made.json()["call_signs"]) == (201, ["GK11", "GK12"])
        address = f"{URL}{made.json()['id']}/"
        r = lead.post(f"{address}change/", {**self.BODY, "least": 3, "version": 1})
        assert (r.status_code, r.json()["least"], r["ETag"]) == (200, 3, '"2"')
        assert lead.post(f"{address}change/", {**self.BODY, "version": 1}).json()["code"] == "stale"
        assert lead.post(f"{address}drop/", {"version": 2}).status_code == 200
        assert not ShiftTemplate.objects.exists()
        saved, changed, _dropped = Entry.objects.filter(action__startswith="shift_template").order_by("id")
        assert (saved.changes["name"], changed.changes) == ([None, "Late"], {"least": [2, 3]})
        assert Event.objects.filter(kind__startswith="shift_template").count() == 3

    def test_a_dispatcher_does_not_plan(self, api: Login, dispatcher: User) -> None:
        assert api(dispatcher).post(URL, self.BODY).status_code == 403

    @pytest.mark.parametrize(
        "wrong", [{"sector": "MARS"}, {"call_signs": ["GK11", "GK11"]}, {"days": [7]}, {"days": []}]
    )
    def test_what_makes_no_sense(self, api: Login, team_lead: User, wrong: dict[str, Any]) -> None:
        r = api(team_lead).post(URL, {**self.BODY, **wrong})
        assert (r.status_code, r.json()["code"]) == (400, "invalid_input")
        assert not ShiftTemplate.objects.exists()

    def test_a_name_comes_once(self, team_lead: User) -> None:
        planned(team_lead, "Late", LATE, "GK11")
        with pytest.raises(InvalidInput):
            planned(team_lead, "Late", LATE, "GK12")

    def test_who_saved_second_is_told(self, team_lead: User) -> None:
        kept = planned(team_lead, "Late", LATE, "GK11")
        told = shifts.Template("Late", "Genk", "GENK", *LATE, ALL_DAYS, ("GK11",), 2)
        shifts.save_template(told, by=team_lead, template=kept, expect=1)
        with pytest.raises(Stale):
            shifts.save_template(told, by=team_lead, template=kept, expect=1)

    def test_the_page_saves_and_shows_what_is_wrong(self, browse: Browse, team_lead: User) -> None:
        client, page = browse(team_lead), reverse("interventions:shift_templates")
        told = {f"new-{name}": value for name, value in self.BODY.items()}
        wrong = client.post(page, {**told, "new-least": "veel", "new-call_signs": "GK11"})
        assert (wrong.status_code, "field-error" in wrong.content.decode()) == (422, True)
        assert client.post(page, {**told, "new-call_signs": "GK11, GK12"}).status_code == 302
        kept = ShiftTemplate.objects.get()
        assert kept.call_signs == ["GK11", "GK12"]
        address = reverse("interventions:drop_shift_template", args=[kept.pk])
        assert client.post(address, {f"{kept.pk}-version": "1"}).status_code == 302
        assert not ShiftTemplate.objects.exists()


@pytest.mark.journey
@pytest.mark.usefixtures("committed")
def test_a_shift_is_started_and_taken_over_by_keyboard(
    browser_page: BrowserPage, team_lead: User, officer: User, geography: None
) -> None:
    now = time_now.local(time_now.now())
    hours = (time(now.hour), time((now.hour + 8) % 24))
    planned(team_lead, "Dienst", hours, "GK12", "GK13", least=2)
    page = browser_page(team_lead, "/teams/")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("c")
    page.locator("#side [data-filter-crew]").focus()
    page.keyboard.type("offic")
    page.keyboard.press("Enter")
    assert axe(page) == []
    page.locator("#side .btn-primary").focus()
    page.keyboard.press("Enter")
    row = page.locator(".roster-row:not(.roster-seat)", has_text="GK12")
    row.wait_for()
    assert "officer" in row.inner_text()

    for theme, size in (("light", TABLET), ("dark", (1440, 900))):
        page.set_viewport_size({"width": size[0], "height": size[1]})
        page.evaluate("theme => { document.documentElement.dataset.bsTheme = theme; }", theme)
        page.wait_for_timeout(400)
        assert axe(page) == []
    page.keyboard.press("o")
    page.locator("#side .btn-primary").focus()
    page.keyboard.press("Enter")
    page.locator("#side").wait_for(state="hidden")
    assert Team.objects.on_shift().get().relieves is not None

    page.goto("/teams/templates/")
    page.wait_for_timeout(200)
    assert axe(page) == []
