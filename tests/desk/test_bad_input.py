"""What no form of ours sends gets a clear refusal, never an error of the server."""

from __future__ import annotations

import pytest
from axes.models import AccessAttempt
from django.test import Client

from carma.accounts.models import User
from interventions.models import Assignment, Team
from tests.cast import Browse, Login


def test_a_name_longer_than_any_is_not_tried(client: Client, db: None) -> None:
    r = client.post("/login/", {"username": "x" * 300, "password": "y"})

    assert r.status_code == 200
    assert not AccessAttempt.objects.exists()


def test_a_note_with_an_empty_byte_is_refused(browse: Browse, officer: User, assignment: Assignment) -> None:
    r = browse(officer).post(f"/field/assignments/{assignment.pk}/note/", {"text": "a\0b"})

    assert r.status_code == 400
    assert not assignment.incident.notes.exists()


@pytest.mark.parametrize("field", [{"address_id": str(2**70)}, {"cic_received_at": "0001-01-01T00:00"}])
def test_a_call_with_an_impossible_field_is_not_saved(
    browse: Browse, dispatcher: User, geography: None, field: dict[str, str]
) -> None:
    told = {"key": "6d1f0b9e-0000-4000-8000-000000000001", "channel": "cic_112", "words": "x", **field}
    r = browse(dispatcher).post("/incidents/new/", told)

    assert r.status_code in (200, 400, 422)


def test_changes_since_a_moment_beyond_the_calendar(api: Login, dispatcher: User) -> None:
    r = api(dispatcher).get("/api/v1/incidents/", {"updated_since": "9999-12-31T23:59:59-23:59"})

    assert (r.status_code, r.json()["code"]) == (400, "invalid_input")


@pytest.mark.parametrize(
    "told",
    [{"until_at": "9999-12-31T23:59:59Z"}, {"at": "0001-01-02T00:00:00Z", "reason": "op papier"}],
)
def test_a_shift_without_end_or_of_long_ago_is_refused(
    api: Login, dispatcher: User, geography: None, told: dict[str, str]
) -> None:
    r = api(dispatcher).post("/api/v1/teams/", {"call_sign": "GK77", "base": "Genk", **told})

    assert r.status_code in (400, 409)
    assert not Team.objects.exists()
