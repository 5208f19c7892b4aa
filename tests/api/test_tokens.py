from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.models import Group
from rest_framework.test import APIClient
from time_machine import Traveller

from carma import clock as time_now
from carma.accounts.models import User
from carma.api import tokens
from carma.api.models import ServiceToken
from carma.audit.models import Entry
from carma.errors import InvalidInput
from carma.incidents.models import Incident
from tests.api.conftest import Bearing, Made
from tests.cast import Member

URL = "/api/v1/incidents/"


def test_a_token_opens_what_its_scopes_name(bearing: Bearing, dispatcher: User, incident: Incident) -> None:
    r = bearing(dispatcher, "incidents.view_incident", "incidents.view_every_incident").get(URL)

    assert r.status_code == 200
    assert [row["id"] for row in r.json()["results"]] == [str(incident.pk)]


def test_it_may_do_less_than_its_owner(bearing: Bearing, dispatcher: User, incident: Incident) -> None:
    r = bearing(dispatcher, "incidents.view_incident").post(f"{URL}{incident.pk}/note/", {"text": "x"})

    assert (r.status_code, r.json()["code"]) == (403, "forbidden")


def test_scopes_narrow_the_rows_as_well(bearing: Bearing, dispatcher: User, incident: Incident) -> None:
    """Without `view_every_incident` the dispatcher's token sees its section's places: none."""
    r = bearing(dispatcher, "incidents.view_incident").get(f"{URL}{incident.pk}/")

    assert r.status_code == 404


def test_it_may_never_do_more_than_its_owner(bearing: Bearing, outsider: User, incident: Incident) -> None:
    r = bearing(outsider, "incidents.view_every_incident", "incidents.cancel_incident").get(URL)

    assert r.status_code == 403


def test_what_a_role_loses_its_tokens_lose(bearing: Bearing, dispatcher: User) -> None:
    client = bearing(dispatcher, "incidents.view_incident")
    assert client.get(URL).status_code == 200
    dispatcher.groups.set(Group.objects.none())

    assert client.get(URL).status_code == 403


@pytest.mark.parametrize(
    "header",
    [
        "Bearer carma_00000000_" + "0" * 64,
        "Bearer nonsense",
        "Bearer ",
        "Basic ZGlzcGF0Y2hlcjp4",
        "Bearer carma_00000000_" + "é" * 64,
    ],
)
def test_an_unknown_token_is_refused(db: None, header: str) -> None:
    r = APIClient().get(URL, headers={"Authorization": header})

    assert (r.status_code, r.json()["code"]) == (401, "not_authenticated")
    assert r["WWW-Authenticate"].startswith("Bearer")


def test_it_ends_when_it_said_it_would(bearing: Bearing, dispatcher: User, clock: Traveller) -> None:
    client = bearing(dispatcher)
    clock.shift(timedelta(days=29, hours=23))
    assert client.get(URL).status_code == 200
    clock.shift(timedelta(hours=1))
    r = client.get(URL, headers={"Accept-Language": "en"})

    assert (r.status_code, r.json()["code"]) == (401, "not_authenticated")
    assert "expired" in r.json()["detail"]


def test_it_can_be_taken_back_at_once(
    bearing: Bearing, dispatcher: User, officer: User, clock: Traveller
) -> None:
    client = bearing(dispatcher)
    token = ServiceToken.objects.get()
    tokens.revoke(token, by=officer, reason="lost")
    tokens.revoke(token, by=officer, reason="again")

    assert client.get(URL).status_code == 401
    entry = Entry.objects.get(action="servicetoken.revoked")
    assert (entry.actor, entry.reason, entry.subject_id) == (officer, "lost", str(token.pk))


@pytest.mark.parametrize(
    ("ip", "status"), [("10.2.3.4", 200), ("::ffff:10.2.3.4", 200), ("10.3.0.1", 401), ("2001:db8::1", 401)]
)
def test_it_works_only_from_its_networks(bearing: Bearing, dispatcher: User, ip: str, status: int) -> None:
    client = bearing(dispatcher, networks=["10.2.0.0/16", "192.0.2.7"])

    assert client.get(URL, REMOTE_ADDR=ip).status_code == status


def test_it_dies_with_its_owner(bearing: Bearing, dispatcher: User) -> None:
    client = bearing(dispatcher)
    User.objects.filter(pk=dispatcher.pk).update(is_active=False)

    assert client.get(URL).status_code == 401


def test_knowing_it_costs_one_statement(
    make_token: Made, dispatcher: User, django_assert_num_queries: object
) -> None:
    _token, secret = make_token(dispatcher, "incidents.view_incident")
    tokens.bearer(secret, "10.0.0.1")
    with django_assert_num_queries(1):  # type: ignore[operator]
        known = tokens.bearer(secret, "10.0.0.1")
        assert known.user.has_perm("incidents.view_incident")
        assert not known.user.has_perm("incidents.take_call")


def test_its_use_is_noted_once_a_minute(make_token: Made, dispatcher: User, clock: Traveller) -> None:
    token, secret = make_token(dispatcher)
    first = time_now.now()
    tokens.bearer(secret, "")
    clock.shift(timedelta(seconds=59))
    tokens.bearer(secret, "")
    token.refresh_from_db()
    assert token.last_used_at == first
    clock.shift(timedelta(seconds=1))
    tokens.bearer(secret, "")
    token.refresh_from_db()

    assert token.last_used_at == first + timedelta(minutes=1)


def test_only_its_hash_is_kept(make_token: Made, dispatcher: User) -> None:
    token, secret = make_token(dispatcher)
    stored = ServiceToken.objects.values().get()

    assert secret.startswith(f"carma_{token.prefix}_")
    assert secret.rpartition("_")[2] not in repr(stored)
    assert len(bytes(token.digest)) == 32


def test_making_it_leaves_a_trace(make_token: Made, dispatcher: User, officer: User) -> None:
    token, secret = make_token(dispatcher, "incidents.view_incident", by=officer)
    entry = Entry.objects.get(action="servicetoken.made")

    assert (entry.actor, entry.subject_id) == (officer, str(token.pk))
    assert entry.changes["scopes"] == [None, ["incidents.view_incident"]]
    assert secret.rpartition("_")[2] not in repr(entry.changes)


@pytest.mark.parametrize(
    ("told", "field"),
    [
        ({"scopes": ["incidents.fly"]}, "scopes"),
        ({"scopes": []}, "scopes"),
        ({"networks": ["10.2.0.1/16"]}, "networks"),
        ({"networks": ["here"]}, "networks"),
        ({"days": 367}, "expires_at"),
        ({"days": 0}, "expires_at"),
    ],
)
def test_it_is_not_made_from_nonsense(dispatcher: User, told: dict[str, object], field: str) -> None:
    settled = {"scopes": ["incidents.view_incident"], "networks": [], "days": 30, **told}
    expires_at = time_now.now() + timedelta(days=settled.pop("days"))  # type: ignore[arg-type]
    with pytest.raises(InvalidInput) as refused:
        tokens.make(dispatcher, name="x", by=None, expires_at=expires_at, **settled)  # type: ignore[arg-type]

    assert refused.value.field == field
    assert not ServiceToken.objects.exists()


def test_the_stream_knows_it_too(make_token: Made, dispatcher: User) -> None:
    _token, secret = make_token(dispatcher)

    assert tokens.user_of(secret, "10.0.0.1") == dispatcher
    assert tokens.user_of(secret[:-1] + "g", "10.0.0.1") is None


def test_each_sees_his_own(make_token: Made, dispatcher: User, officer: User, member: Member) -> None:
    token, _secret = make_token(dispatcher)
    admin = member("admin", "admin")

    assert list(ServiceToken.objects.visible_to(dispatcher)) == [token]
    assert not ServiceToken.objects.visible_to(officer).exists()
    assert list(ServiceToken.objects.visible_to(admin)) == [token]
