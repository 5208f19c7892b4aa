"""A line from preview to deed."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.http import HttpResponse
from pytest_django import DjangoAssertNumQueries

from carma.accounts.models import User
from carma.alerts import actions as alerts
from carma.alerts.models import Alert
from carma.audit.models import Entry
from carma.events.models import Event
from carma.incidents.models import Incident, Note
from interventions import actions
from interventions.models import Assignment, Deed, Team
from tests.cast import Browse
from tests.interventions.command.conftest import PREVIEW, RUN, Confirm, Preview, Type, fields_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

UNKNOWN = "7d3c0f5e-58b6-4f0f-9a52-0a6c1f3f0f11"


def short(incident: Incident) -> str:
    return str(int(incident.reference.partition("-")[2]))


def code(answer: HttpResponse) -> tuple[int, str]:
    text = answer.content.decode()
    return answer.status_code, text.partition('data-code="')[2].partition('"')[0]


def test_a_preview_says_what_will_happen_and_does_nothing(
    preview: Preview, dispatcher: User, incident: Incident, team: Team
) -> None:
    told = preview(dispatcher, f"D 12 {short(incident)}")

    assert f"GK12 goes to {incident.reference}." in told
    assert "Stationsstraat 12, Genk" in told
    assert not Assignment.objects.exists() and not Deed.objects.exists()


def test_it_does_what_the_preview_showed_through_the_same_action(
    command: Type, dispatcher: User, incident: Incident, team: Team
) -> None:
    answer = command(dispatcher, f"D 12 {short(incident)}")

    assert answer.status_code == 200
    sent = Assignment.objects.get()
    assert (sent.team, sent.incident, sent.status) == (team, incident, "assigned")
    entry = Entry.objects.get(action="assignment.assigned")
    assert (entry.actor, entry.subject_id) == (dispatcher, str(sent.pk))
    assert Event.objects.filter(kind="assignment.assigned", subject_id=sent.pk).count() == 1
    assert Deed.objects.get().said in answer.content.decode()


@pytest.mark.parametrize("line", ["GK12 ter plaatse", "tp gk12", "Sur Place 12", "ARRIVÉ k12"])
def test_a_team_s_step_may_be_told_in_any_of_the_words(
    command: Type, dispatcher: User, assignment: Assignment, line: str
) -> None:
    command(dispatcher, line)

    assignment.refresh_from_db()
    assert assignment.status == "on_scene"


def test_a_whole_course_can_be_told(command: Type, dispatcher: User, assignment: Assignment) -> None:
    for line in ("E 12", "S 12", "N GK12 Rust teruggekeerd", "V 12"):
        assert command(dispatcher, line).status_code == 200

    assignment.refresh_from_db()
    assert assignment.status == "cleared"
    assert assignment.incident.status == "cleared"
    assert Note.objects.get().text == "Rust teruggekeerd"


def test_a_priority_is_given_with_its_reason(command: Type, dispatcher: User, incident: Incident) -> None:
    command(dispatcher, f"P {short(incident)} 1")
    command(dispatcher, f"P {short(incident)} 3 Toch geen dader ter plaatse")

    incident.refresh_from_db()
    assert incident.priority_id == 3
    last = Entry.objects.filter(action="incident.reprioritised").latest("id")
    assert last.reason == "Toch geen dader ter plaatse"


def test_lowering_a_high_priority_asks_why_before_anything_is_done(
    command: Type, preview: Preview, dispatcher: User, incident: Incident
) -> None:
    command(dispatcher, f"P {short(incident)} 1")

    assert 'data-code="reason_needed"' in preview(dispatcher, f"P {short(incident)} 3")


def _ring(incident: Incident, kind: str, team: str = "") -> Alert:
    facts = {"reference": incident.reference, "priority": 1, "team": team}
    text = "No word from %(team)s on scene: incident %(reference)s, priority %(priority)s"
    return alerts.raise_alert(kind, incident, priority=1, text=text, facts=facts, at=incident.received_at)


@pytest.mark.parametrize("line", ["K", "K 1", "k gk12"])
def test_an_alert_is_acknowledged_by_what_it_is_about(
    command: Type, dispatcher: User, incident: Incident, team: Team, line: str
) -> None:
    alert = _ring(incident, "assignment.no_contact", "GK12")
    command(dispatcher, line)

    alert.refresh_from_db()
    assert (alert.acknowledged_by, alert.channel) == (dispatcher, "command")


def test_of_two_alerts_none_is_acknowledged(preview: Preview, dispatcher: User, incident: Incident) -> None:
    _ring(incident, "assignment.no_contact", "GK12")
    _ring(incident, "incident.unassigned")

    assert 'data-code="ambiguous"' in preview(dispatcher, "K 1")
    assert Alert.objects.sounding().count() == 2


def test_a_call_sign_that_fits_two_teams_is_refused(
    preview: Preview, dispatcher: User, incident: Incident, team: Team
) -> None:
    Team.objects.create(call_sign="GK112", base="Genk", status_since=team.status_since)
    Team.objects.create(call_sign="BR12", base="Bree", status_since=team.status_since)
    told = preview(dispatcher, "D 12 1")

    assert 'data-code="ambiguous"' in told
    assert "BR12, GK12" in told and "GK112" not in told
    assert "GK112 goes" in preview(dispatcher, "D 112 1")


@pytest.mark.parametrize(
    ("line", "refused"),
    [
        ("D 12", "command_not_understood"),
        ("D 99 1", "not_found"),
        ("D 12 77", "not_found"),
        ("P 1 7", "invalid_input"),
        ("P 1 3", "invalid_input"),
        ("S 12", "not_found"),
        ("doe iets", "command_not_understood"),
        ("U", "not_found"),
        ("K", "not_found"),
    ],
)
def test_what_can_not_be_done_says_why(
    preview: Preview, dispatcher: User, incident: Incident, team: Team, line: str, refused: str
) -> None:
    told = preview(dispatcher, line)

    assert f'data-code="{refused}"' in told
    assert fields_of(told) == {}


def test_a_busy_team_is_told_where_it_is(
    preview: Preview, dispatcher: User, assignment: Assignment, take: object
) -> None:
    told = preview(dispatcher, "D 12 1")

    assert 'data-code="team_not_available"' in told
    assert assignment.incident.reference in told


def test_what_moved_on_since_the_preview_is_refused_and_told(
    preview: Preview, confirm: Confirm, dispatcher: User, officer: User, assignment: Assignment
) -> None:
    fields = fields_of(preview(dispatcher, "S 12"))
    actions.depart(assignment, by=officer)
    answer = confirm(dispatcher, fields)

    assert code(answer) == (412, "stale")
    assert "officer" in answer.content.decode()
    assignment.refresh_from_db()
    assert assignment.status == "en_route"
    assert not Deed.objects.exists()


def test_a_line_that_means_another_by_now_is_refused(
    preview: Preview, confirm: Confirm, dispatcher: User, incident: Incident, team: Team, second_team: Team
) -> None:
    fields = fields_of(preview(dispatcher, "D 12 1"))
    answer = confirm(dispatcher, {**fields, "line": "D 21 1"})

    assert code(answer) == (412, "stale")
    assert not Assignment.objects.exists()


def test_a_note_takes_nothing_away_and_so_is_never_too_late(
    preview: Preview, confirm: Confirm, dispatcher: User, officer: User, incident: Incident
) -> None:
    fields = fields_of(preview(dispatcher, "N 1 Hond in de tuin"))
    actions.assign(
        Team.objects.create(call_sign="GK14", status_since=incident.status_since), incident, by=officer
    )

    assert confirm(dispatcher, fields).status_code == 200
    assert Note.objects.get().text == "Hond in de tuin"


def test_enter_twice_does_it_once(
    preview: Preview, confirm: Confirm, dispatcher: User, incident: Incident
) -> None:
    fields = fields_of(preview(dispatcher, "N 1 Hond in de tuin"))
    answers = [confirm(dispatcher, fields) for _ in range(2)]

    assert [f'id="deed-{fields["key"]}"' in answer.content.decode() for answer in answers] == [True, True]
    assert Note.objects.count() == 1


def test_another_s_key_is_unknown(
    preview: Preview, confirm: Confirm, dispatcher: User, officer: User, incident: Incident
) -> None:
    fields = fields_of(preview(dispatcher, "N 1 Hond in de tuin"))
    confirm(dispatcher, fields)

    assert confirm(officer, fields).status_code == 404
    assert Note.objects.count() == 1


@pytest.mark.parametrize(
    "wrong",
    [
        {"key": "x"},
        {"key": ""},
        {"seen": "x"},
        {"seen": f"deed:{UNKNOWN}:1"},
        {"seen": f"incident:{UNKNOWN[:-1]}-:1"},
        {"line": ""},
        {"line": "N 1 a\0b"},
    ],
)
def test_what_no_preview_said_is_refused(
    confirm: Confirm, dispatcher: User, incident: Incident, wrong: dict[str, str]
) -> None:
    answer = confirm(dispatcher, {"line": "N 1 Hond", "key": UNKNOWN, "seen": "", **wrong})

    assert answer.status_code == 400
    assert not Note.objects.exists()


def test_a_record_nobody_knows_is_not_there(confirm: Confirm, dispatcher: User, incident: Incident) -> None:
    answer = confirm(dispatcher, {"line": "N 1 Hond", "key": UNKNOWN, "seen": f"incident:{UNKNOWN}:1"})

    assert answer.status_code == 404


def test_a_jump_or_a_search_is_no_deed(confirm: Confirm, dispatcher: User, incident: Incident) -> None:
    for line in ("1", "Z muziek", "?"):
        assert code(confirm(dispatcher, {"line": line, "key": UNKNOWN, "seen": ""})) == (412, "stale")


def test_a_role_without_the_verb_sees_no_preview_of_it(
    preview: Preview, confirm: Confirm, officer: User, incident: Incident, team: Team
) -> None:
    told = preview(officer, "D 12 1")
    answer = confirm(officer, {"line": "D 12 1", "key": UNKNOWN, "seen": ""})

    assert 'data-code="not_yours"' in told and incident.reference not in told
    assert answer.status_code == 403
    assert not Assignment.objects.exists()


def test_an_incident_one_may_not_know_of_is_not_there(
    preview: Preview, confirm: Confirm, wijkinspecteur: User, incident: Incident
) -> None:
    assert 'data-code="not_found"' in preview(wijkinspecteur, "N 1 Hond")
    assert confirm(wijkinspecteur, {"line": "N 1 Hond", "key": UNKNOWN, "seen": ""}).status_code == 404
    assert not Note.objects.exists()


def test_who_has_no_command_has_no_bar(browse: Browse, policy_maker: User, dispatcher: User) -> None:
    assert 'id="command"' not in browse(policy_maker).get("/").content.decode()
    assert browse(policy_maker).post(PREVIEW, {"line": "1"}).status_code == 403
    assert browse(policy_maker).post(RUN, {"line": "1"}).status_code == 403
    assert browse(policy_maker).get("/help/commands/").status_code == 403
    assert 'id="command"' in browse(dispatcher).get("/help/commands/").content.decode()


def test_words_never_stand_in_an_address(browse: Browse, dispatcher: User) -> None:
    assert browse(dispatcher).get(PREVIEW, {"line": "N 1 Janssens"}).status_code == 405


def test_the_bar_lists_what_one_may_type(browse: Browse, wijkinspecteur: User) -> None:
    told = browse(wijkinspecteur).post(PREVIEW, {"line": " "}).content.decode()

    assert "N 34" in told and "D 12" not in told


def test_a_search_lists_and_is_recorded(browse: Browse, dispatcher: User, take: object) -> None:
    found = take(words="Luide muziek in de tuin")  # type: ignore[operator]  # the fixture's function
    told = browse(dispatcher).post("/command/search/", {"words": "muziek"}).content.decode()

    assert found.reference in told
    entry = Entry.objects.get(action="incident.found")
    assert (entry.subject_id, entry.changes) == (str(found.pk), {"terms": "muziek"})


def test_a_jump_leads_to_an_incident_or_what_a_team_is_on(
    preview: Preview, dispatcher: User, assignment: Assignment, second_team: Team
) -> None:
    incident = f'href="/incidents/{assignment.incident_id}/"'
    for line in ("1", "2026-1", "2026/000001", "GK12", "k12"):
        assert incident in preview(dispatcher, line)
    assert f'href="/teams/{second_team.pk}/"' in preview(dispatcher, "BR21")


def test_what_was_done_is_kept_an_hour(
    command: Type, dispatcher: User, incident: Incident, clock: time_machine.Traveller
) -> None:
    command(dispatcher, "N 1 Hond")
    clock.shift(timedelta(hours=1, seconds=1))
    command(dispatcher, "N 1 Kat")

    assert Deed.objects.count() == 1


def test_a_preview_and_a_deed_cost_little(
    browse: Browse,
    preview: Preview,
    dispatcher: User,
    assignment: Assignment,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    preview(dispatcher, "?")
    with django_assert_num_queries(4):  # who asks and may, the teams, what the team is on
        fields = fields_of(preview(dispatcher, "S 12"))
    with django_assert_num_queries(27):
        browse(dispatcher).post(RUN, fields)
    with django_assert_num_queries(4):
        browse(dispatcher).get("/help/commands/")
