from __future__ import annotations

import json
import stat
from io import StringIO

import pytest
from django.core.management import call_command
from django.db.models import F

from carma import clock
from carma.accounts.models import User
from carma.api import tokens
from carma.audit.models import Entry
from carma.duty.models import Turn
from carma.duty.now import on_duty
from carma.followups.models import FollowUp
from carma.incidents.models import Call, Incident
from carma.policy.models import Tally
from carma.timers.models import Timer
from interventions.models import Assignment, Team
from interventions.simulation import people
from interventions.simulation.demo import access, history, staff

DAYS = 4


@pytest.fixture
def demo(zone: None) -> str:
    out = StringIO()
    call_command("load_demo", days=DAYS, stdout=out)
    return out.getvalue()


def test_it_brings_people_teams_and_a_rota_but_tells_no_secrets(demo: str) -> None:
    told = json.loads(access.path().read_text())
    members = User.objects.filter(username__in=[post.username for post in staff.POSTS])
    caller = tokens.user_of(told["token"], "127.0.0.1")

    assert len(set(members.values_list("groups__name", flat=True))) == 17
    assert all(name.endswith(people.BACK) for name in members.values_list("last_name", flat=True))
    assert Team.objects.count() == 12
    assert set(Team.objects.values_list("base", flat=True)) == {"Genk", "Bree"}
    assert Team.objects.values("sector").distinct().count() == 4
    assert all(on_duty(function, at=clock.now()) for function in Turn.Function.values)
    assert stat.S_IMODE(access.path().stat().st_mode) == 0o600
    for username, password, _role in told["logins"][:1]:
        assert User.objects.get(username=username).check_password(password)
        assert password not in demo
    assert caller is not None and caller.has_perm("incidents.take_call")
    assert told["token"] not in demo


def test_the_history_has_calls_teams_results_and_a_trail(demo: str) -> None:
    incidents = Incident.objects.all()
    count = incidents.count()
    traced = Entry.objects.filter(subject_type="incidents.incident").values_list("subject_id", flat=True)
    numbers = list(incidents.order_by("received_at").values_list("reference", flat=True))

    assert count == pytest.approx(130 * DAYS, rel=0.15)
    assert Call.objects.count() >= count
    assert Assignment.objects.filter(status="cleared").count() > 0.5 * count
    assert set(incidents.filter(status="closed").values_list("result", flat=True)) >= {"pv", "gas", "advice"}
    assert not incidents.exclude(attributes__contains=[history.MARK]).exists()
    assert {str(pk) for pk in incidents.values_list("pk", flat=True)} == set(traced)
    assert FollowUp.objects.exists() and Tally.objects.exists()
    assert numbers == sorted(numbers)


def test_moments_are_in_order_and_no_team_was_in_two_places_at_once(demo: str) -> None:
    stamps = ("received_at", "qualified_at", "assigned_at", "en_route_at", "on_scene_at", "cleared_at")
    for told in Incident.objects.values_list(*stamps):
        known = [moment for moment in told if moment]
        assert known == sorted(known)
    assert not Assignment.objects.filter(on_scene_at__lt=F("assigned_at")).exists()
    for team in Team.objects.all():
        spans = sorted(team.assignments.values_list("assigned_at", "ended_at"))
        ends = [end or clock.now() for _, end in spans]
        assert all(end <= start for end, (start, _) in zip(ends, spans[1:], strict=False))


def test_it_ends_now_with_work_under_way_and_its_timers_set(demo: str) -> None:
    waiting = Incident.objects.waiting().count()

    assert Incident.objects.open().count() >= history.LIVELY
    assert Assignment.objects.open().count() == Assignment.objects.filter(ended_at=None).count()
    assert Timer.objects.open().filter(kind="incident.unassigned").count() == waiting
    assert Timer.objects.open().count() > waiting


def test_a_second_time_changes_nothing(demo: str) -> None:
    def everything() -> tuple[int, ...]:
        return tuple(model.objects.count() for model in (Incident, User, Turn, Entry, Team))

    before, told = everything(), access.path().read_text()
    call_command("load_demo", days=DAYS, stdout=StringIO())

    assert everything() == before
    assert access.path().read_text() == told


def test_a_lost_file_gives_a_new_password_and_takes_the_old_token_back(demo: str) -> None:
    old = json.loads(access.path().read_text())
    access.path().unlink()
    call_command("load_demo", days=DAYS, stdout=StringIO())
    new = json.loads(access.path().read_text())
    dispatcher = User.objects.get(username="dispatcher")

    assert dispatcher.check_password(new["logins"][0][1])
    assert not dispatcher.check_password(old["logins"][0][1])
    assert tokens.user_of(old["token"], "127.0.0.1") is None
    assert tokens.user_of(new["token"], "127.0.0.1") is not None
