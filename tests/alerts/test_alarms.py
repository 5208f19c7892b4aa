from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Event as Signal

import pytest
import time_machine
from django.contrib.auth.models import Group, Permission
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from carma import clock as time_now
from carma.accounts.models import User
from carma.alerts.actions import raise_alert
from carma.alerts.models import Alert
from carma.audit.models import Entry
from carma.duty.models import Turn
from carma.events.models import Event
from carma.incidents.models import Incident
from carma.timers.actions import run_due
from carma.timers.models import Timer
from interventions.actions import assign
from interventions.models import Team
from tests.cast import Member
from tests.events.streaming import until

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]
Browse = Callable[[User], Client]
Traveller = time_machine.Traveller
HTMX = {"HX-Request": "true"}
TEXT = "No team yet: incident %(reference)s, priority %(priority)s"


def sound(incident: Incident, *, kind: str = "incident.unassigned", priority: int = 1) -> Alert:
    facts = {"reference": incident.reference, "priority": priority}
    return raise_alert(kind, incident, priority=priority, text=TEXT, facts=facts, at=time_now.now())


@pytest.fixture
def alert(incident: Incident, duty_officer: User) -> Alert:
    return sound(incident)


def acknowledge(client: Client, alert: Alert, *, htmx: bool = True) -> int:
    address = reverse("alerts:acknowledge", args=[alert.pk])
    return int(client.post(address, headers=HTMX if htmx else {}).status_code)


def test_it_is_acknowledged_by_name(
    browse: Browse, duty_officer: User, alert: Alert, clock: Traveller
) -> None:
    clock.shift(timedelta(seconds=40))
    assert acknowledge(browse(duty_officer), alert) == 200

    alert.refresh_from_db()
    assert (alert.status, alert.acknowledged_by, alert.acknowledged_at) == (
        "acknowledged", duty_officer, time_now.now(),
    )  # fmt: skip
    assert Entry.objects.get(action="alert.acknowledged").actor == duty_officer
    assert Event.objects.filter(kind="alert.acknowledged", subject_id=alert.pk).count() == 1


def test_a_plain_form_goes_to_the_list(browse: Browse, duty_officer: User, alert: Alert) -> None:
    address = reverse("alerts:acknowledge", args=[alert.pk])

    assert browse(duty_officer).post(address)["Location"] == reverse("alerts:recent")


def test_it_is_acknowledged_once(browse: Browse, duty_officer: User, dispatcher: User, alert: Alert) -> None:
    assert acknowledge(browse(duty_officer), alert) == 200
    response = browse(dispatcher).post(reverse("alerts:acknowledge", args=[alert.pk]), headers=HTMX)

    assert response.status_code == 409
    assert duty_officer.display_name in response.content.decode()


def test_an_outsider_does_not_learn_it_exists(
    browse: Browse, member: Callable[..., User], alert: Alert
) -> None:
    role = Group.objects.create(name="lone")
    role.permissions.set(Permission.objects.filter(codename__in=["view_alert", "acknowledge_alert"]))

    assert acknowledge(browse(member("lone", "lone")), alert) == 404


@pytest.mark.parametrize("role", ["officer", "wijkinspecteur", "policy_maker"])
def test_a_role_without_the_verb_may_not(
    browse: Browse, request: pytest.FixtureRequest, alert: Alert, role: str
) -> None:
    assert acknowledge(browse(request.getfixturevalue(role)), alert) == 403


def test_every_page_of_those_who_watch_shows_it(
    browse: Browse, dispatcher: User, duty_officer: User, officer: User, alert: Alert
) -> None:
    for page in (reverse("interventions:board"), reverse("duty:now")):
        html = browse(dispatcher).get(page).content.decode()
        assert f'id="alert-{alert.pk}"' in html
        assert 'data-alarm="1"' in html
        assert duty_officer.display_name in html, "who was told"
        assert reverse("alerts:acknowledge", args=[alert.pk]) in html
    assert str(alert.pk) not in browse(officer).get(reverse("duty:now")).content.decode()


def test_who_was_told_hears_it_without_watching_the_zone(browse: Browse, officer: User, alert: Alert) -> None:
    alert.recipients.add(officer)
    html = browse(officer).get(reverse("alerts:alarms")).content.decode()

    assert str(alert.pk) in html
    assert reverse("alerts:acknowledge", args=[alert.pk]) not in html


def test_quiet_is_an_empty_part(browse: Browse, dispatcher: User) -> None:
    html = browse(dispatcher).get(reverse("alerts:alarms")).content.decode().strip()

    assert html.endswith("></div>"), "truly empty, so that no frame is drawn around nothing"


def test_the_most_urgent_comes_first_and_has_the_key(
    browse: Browse, dispatcher: User, incident: Incident, alert: Alert
) -> None:
    worse = sound(incident, kind="assignment.no_contact", priority=0)
    html = browse(dispatcher).get(reverse("alerts:alarms")).content.decode()

    assert html.index(str(worse.pk)) < html.index('data-key="k k"') < html.index(f"alert-{alert.pk}")
    assert html.count("data-key=") == 1


def test_many_are_counted_with_a_way_to_all(browse: Browse, dispatcher: User, incident: Incident) -> None:
    for number in range(8):
        sound(incident, kind=f"test.{number}")
    html = browse(dispatcher).get(reverse("alerts:alarms")).content.decode()

    assert html.count('class="alarm"') == 5
    assert "<strong>8</strong>" in html
    assert reverse("alerts:recent") in html


def test_it_is_not_sent_again_unchanged(browse: Browse, dispatcher: User, alert: Alert) -> None:
    client = browse(dispatcher)
    first = client.get(reverse("alerts:alarms"))
    again = client.get(reverse("alerts:alarms"), headers={"If-None-Match": first["ETag"]})

    assert (first.status_code, again.status_code) == (200, 304)


def test_the_list_tells_who_acknowledged_when(
    browse: Browse, dispatcher: User, duty_officer: User, incident: Incident, alert: Alert
) -> None:
    alert.acknowledge(by=duty_officer)
    sounding = sound(incident, kind="assignment.no_contact")
    for address in (reverse("alerts:recent"), reverse("alerts:list")):
        html = browse(dispatcher).get(address).content.decode()
        assert f"listed-{sounding.pk}" in html
        assert f"listed-{alert.pk}" not in html
        assert duty_officer.display_name in html


def test_more_alerts_take_no_more_queries(
    browse: Browse,
    dispatcher: User,
    duty_officer: User,
    incident: Incident,
    alert: Alert,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    for number in range(6):
        sound(incident, kind=f"test.{number}").acknowledge(by=duty_officer)
        sound(incident, kind=f"test.{number}")
    client = browse(dispatcher)
    with django_assert_max_num_queries(12):
        client.get(reverse("alerts:recent"))


@pytest.mark.parametrize("page", ["recent", "list", "alarms"])
def test_a_role_without_alerts_may_not_look(browse: Browse, policy_maker: User, page: str) -> None:
    assert browse(policy_maker).get(reverse(f"alerts:{page}")).status_code == 403


def test_who_comes_on_duty_is_told_at_the_next_repeat(alert: Alert, member: Member, clock: Traveller) -> None:
    relief = member("relief", "duty_officer")
    starts = time_now.now() + timedelta(minutes=1)
    Turn.objects.create(
        function=Turn.Function.DUTY_OFFICER,
        person=relief,
        starts_at=starts,
        ends_at=starts + timedelta(hours=8),
    )
    assert relief not in alert.recipients.all()
    run_due(starts + timedelta(seconds=10))

    assert relief in alert.recipients.all()


def test_a_host_whose_clock_runs_ahead_does_not_silence_it(incident: Incident, clock: Traveller) -> None:
    clock.move_to(time_now.database_now() + timedelta(hours=1))
    alert = sound(incident)

    due = Timer.objects.of(alert).open().get().due_at
    assert due <= time_now.database_now() + timedelta(seconds=30)


def test_acknowledging_at_the_same_moment_keeps_no_team_back(
    committed: None, incident: Incident, duty_officer: User, dispatcher: User, team: Team
) -> None:
    alert = sound(incident)
    holds, goes_on = Signal(), Signal()

    def take_it_slowly() -> None:
        try:
            with transaction.atomic():
                Alert.objects.get(pk=alert.pk).acknowledge(by=duty_officer)
                holds.set()
                goes_on.wait(10)
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        slow = pool.submit(take_it_slowly)
        assert holds.wait(10)
        sent = pool.submit(_send, team, incident, dispatcher)
        until(_somebody_waits, "the sending to wait for the acknowledgement")
        goes_on.set()
        slow.result(20)
        sent.result(20)

    alert.refresh_from_db()
    assert (alert.status, team.assignments.count()) == ("acknowledged", 1)


def _somebody_waits() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock')")
        return bool(cursor.fetchone()[0])


def _send(team: Team, incident: Incident, by: User) -> None:
    try:
        assign(team, incident, by=by)
    finally:
        connection.close()
