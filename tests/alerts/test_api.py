from __future__ import annotations

import pytest

from carma import clock as time_now
from carma.accounts.models import User
from carma.alerts.actions import raise_alert
from carma.alerts.models import Alert
from carma.incidents.models import Incident
from carma.incidents.watch import UNASSIGNED, UNASSIGNED_TEXT
from tests.cast import Login

URL = "/api/v1/alerts/"


@pytest.fixture
def alert(duty_officer: User, incident: Incident) -> Alert:
    facts = {"reference": incident.reference, "priority": 3}
    return raise_alert(UNASSIGNED, incident, priority=3, text=UNASSIGNED_TEXT, facts=facts, at=time_now.now())


def test_it_is_acknowledged_by_name(api: Login, duty_officer: User, alert: Alert) -> None:
    client = api(duty_officer)
    (row,) = client.get(f"{URL}?status=raised").json()["results"]
    assert row["id"] == str(alert.pk)
    assert alert.facts["reference"] in row["message"]
    r = client.post(f"{URL}{alert.pk}/acknowledge/", {"version": row["version"]})

    assert (r.status_code, r.json()["status"]) == (200, "acknowledged")
    assert r.json()["acknowledged_by"] == duty_officer.username
    alert.refresh_from_db()
    assert alert.channel == "api"


def test_the_second_is_told_who_was_first(
    api: Login, duty_officer: User, dispatcher: User, alert: Alert
) -> None:
    api(duty_officer).post(f"{URL}{alert.pk}/acknowledge/", {})
    r = api(dispatcher).post(f"{URL}{alert.pk}/acknowledge/", {})

    assert (r.status_code, r.json()["code"]) == (409, "move_not_allowed")
    assert duty_officer.username in r.json()["detail"]


def test_it_is_not_everybodys(api: Login, officer: User, alert: Alert) -> None:
    assert api(officer).get(f"{URL}{alert.pk}/").status_code == 404
    assert api(officer).get(URL).json()["results"] == []
