"""Each way to be refused, seen from outside: status, code, and what one needs to do next."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from django.db import OperationalError
from django.test import Client
from rest_framework.test import APIClient

from carma.accounts.models import User
from carma.api.viewsets import VisibleViewSet
from carma.incidents.models import Incident
from tests.api.conftest import Bearing
from tests.cast import Login

URL = "/api/v1/incidents/"


def problem_of(response: Any) -> tuple[int, str]:
    """Status and code, once sure that it is problem details that agree with the answer."""
    body = response.json()
    assert response["Content-Type"] == "application/problem+json"
    assert body["status"] == response.status_code
    assert body["title"]
    assert body["detail"]
    return body["status"], body["code"]


def test_nobody_is_asked_to_sign_in(db: None) -> None:
    r = APIClient().get(URL)

    assert problem_of(r) == (401, "not_authenticated")
    assert r["WWW-Authenticate"].startswith("Bearer")


def test_a_role_without_the_verb(api: Login, policy_maker: User) -> None:
    assert problem_of(api(policy_maker).get(URL)) == (403, "forbidden")


def test_a_session_without_its_csrf_token(dispatcher: User) -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(dispatcher)
    r = browser.post(URL, "{}", content_type="application/json")

    assert problem_of(r) == (403, "forbidden")
    assert "CSRF" in r.json()["detail"]


def test_a_session_with_its_csrf_token(dispatcher: User) -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(dispatcher)
    browser.get("/api/v1/docs/")
    token = browser.cookies["csrftoken"].value
    r = browser.post(URL, '{"words": "x"}', content_type="application/json", headers={"X-CSRFToken": token})

    assert r.status_code == 201


def test_a_record_that_is_not_there(api: Login, dispatcher: User) -> None:
    assert problem_of(api(dispatcher).get(f"{URL}{uuid4()}/")) == (404, "not_found")


@pytest.mark.parametrize(
    "address", ["/api/v1/nothing/", "/api/v1/incidents", "/api/v1/incidents/7/", "/api/v1/", "/api/v2/x"]
)
def test_an_address_that_is_not_there(api: Login, dispatcher: User, address: str) -> None:
    assert problem_of(api(dispatcher).get(address)) == (404, "not_found")


@pytest.mark.parametrize("method", ["put", "patch", "delete", "options"])
def test_a_method_that_is_not_there(api: Login, dispatcher: User, method: str) -> None:
    r = getattr(api(dispatcher), method)(URL)

    assert problem_of(r) == (405, "method_not_allowed")


def test_another_language_than_json(api: Login, dispatcher: User) -> None:
    r = api(dispatcher).get(URL, headers={"Accept": "application/xml"})

    assert problem_of(r) == (406, "not_acceptable")


@pytest.mark.parametrize("accept", ["*/*", "text/html, */*;q=0.8", "application/json", "application/*"])
def test_who_takes_json_gets_it(api: Login, dispatcher: User, accept: str) -> None:
    assert api(dispatcher).get(URL, headers={"Accept": accept})["Content-Type"] == "application/json"


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data"])
def test_another_body_than_json(api: Login, dispatcher: User, kind: str) -> None:
    r = api(dispatcher).generic("POST", URL, "a=1", content_type=kind)

    assert problem_of(r) == (415, "unsupported_media_type")


def test_json_that_is_none(api: Login, dispatcher: User) -> None:
    r = api(dispatcher).generic("POST", URL, '{"words": ', content_type="application/json")

    assert problem_of(r) == (400, "malformed_json")
    assert not Incident.objects.exists()


def test_a_body_that_is_no_object(api: Login, dispatcher: User) -> None:
    r = api(dispatcher).post(URL, [1, 2])

    assert problem_of(r) == (400, "invalid_input")
    assert "body" in r.json()["errors"]


@pytest.mark.parametrize("size", [256 * 1024 + 1, 4 * 1024 * 1024])
def test_a_body_too_large(api: Login, dispatcher: User, size: int) -> None:
    r = api(dispatcher).generic("POST", URL, " " * size, content_type="application/json")

    assert problem_of(r) == (413, "too_large")


def test_a_body_of_unknown_length(api: Login, dispatcher: User) -> None:
    """The server would see an empty one: what was said must not be lost in silence."""
    r = api(dispatcher).post(URL, {"words": "x"}, headers={"Transfer-Encoding": "chunked"}, CONTENT_LENGTH="")

    assert problem_of(r) == (411, "length_required")
    assert not Incident.objects.exists()


def test_fields_that_are_not_there(api: Login, dispatcher: User) -> None:
    r = api(dispatcher).post(URL, {"word": "x", "status": "closed", "place": {"label": "x", "latt": 1}})

    assert problem_of(r) == (400, "invalid_input")
    assert r.json()["errors"].keys() == {"word", "status"}


def test_every_fault_is_told_by_the_path_of_its_field(api: Login, dispatcher: User) -> None:
    r = api(dispatcher).post(
        URL,
        {
            "channel": "smoke",
            "received_at": "2026-03-28T23:14:00",
            "words": "x" * 8001,
            "type": "XXX-1",
            "place": {"label": "x", "lat": 91, "latt": 1},
        },
    )

    assert problem_of(r) == (400, "invalid_input")
    assert r.json()["errors"].keys() == {"channel", "received_at", "words", "type", "place.latt"}


def test_a_refusal_of_the_trade_brings_its_facts(api: Login, dispatcher: User, incident: Incident) -> None:
    r = api(dispatcher).post(f"{URL}{incident.pk}/queue/", {"version": 7})

    assert problem_of(r) == (412, "stale")
    assert (r.json()["version"], r.json()["expected"]) == (incident.version, 7)


def test_a_place_that_is_not_ours(api: Login, dispatcher: User, geography: None) -> None:
    r = api(dispatcher).post(URL, {"place": {"label": "Paris", "lat": 48.85, "lon": 2.35}})

    assert problem_of(r) == (400, "place_outside_zone")
    assert not Incident.objects.exists()


def test_our_own_mistake_tells_nothing_of_itself(
    dispatcher: User, bearing: Bearing, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(view: VisibleViewSet) -> None:
        raise RuntimeError("secret thing")

    monkeypatch.setattr(VisibleViewSet, "get_queryset", fail)
    client = bearing(dispatcher)
    client.raise_request_exception = False
    r = client.get(URL)

    assert problem_of(r) == (500, "internal_error")
    assert b"secret" not in r.content


def test_our_own_mistake_is_loud_in_tests(
    dispatcher: User, bearing: Bearing, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(view: VisibleViewSet) -> None:
        raise RuntimeError("secret thing")

    monkeypatch.setattr(VisibleViewSet, "get_queryset", fail)
    with pytest.raises(RuntimeError, match="secret"):
        bearing(dispatcher).get(URL)


def test_a_database_that_is_away(dispatcher: User, api: Login, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(view: VisibleViewSet) -> None:
        raise OperationalError("server closed the connection")

    monkeypatch.setattr(VisibleViewSet, "get_queryset", fail)
    r = api(dispatcher).get(URL)

    assert problem_of(r) == (503, "unavailable")
    assert r["Retry-After"]


def test_a_host_that_is_not_ours(db: None) -> None:
    r = APIClient().get(URL, headers={"Host": "evil.example"})

    assert problem_of(r) == (400, "bad_request")


def test_it_speaks_the_language_of_the_user(api: Login, dispatcher: User, incident: Incident) -> None:
    told = {}
    for language in ("nl", "fr", "en"):
        dispatcher.language = language
        r = api(dispatcher).post(f"{URL}{incident.pk}/merge/", {}, headers={"Accept-Language": "de"})
        told[r["Content-Language"]] = r.json()["errors"]["into"][0]

    assert told.keys() == {"nl", "fr", "en"}
    assert len(set(told.values())) == 3
