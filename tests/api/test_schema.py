from __future__ import annotations

from collections.abc import Iterator
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import get_resolver

URL = "/api/v1/schema/"
Operation = tuple[str, str, dict[str, Any]]


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    answer: dict[str, Any] = Client().get(URL).json()
    return answer


def operations(document: dict[str, Any]) -> Iterator[Operation]:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield path, method, operation


def test_anybody_may_read_it(django_assert_num_queries: Any, db: None) -> None:
    Client().get(URL)
    with django_assert_num_queries(0):
        r = Client().get(URL)

    assert r.status_code == 200
    assert r["Content-Type"].startswith("application/vnd.oai.openapi+json")


def test_who_has_it_is_not_sent_it_again() -> None:
    etag = Client().get(URL)["ETag"]
    r = Client().get(URL, headers={"If-None-Match": etag})

    assert (r.status_code, r.content) == (304, b"")


def test_it_is_sound_and_draws_no_warning() -> None:
    call_command("spectacular", "--validate", "--fail-on-warn", stdout=StringIO())


def test_it_holds_every_resource(document: dict[str, Any]) -> None:
    nouns = {path.split("/")[3] for path, _method, _operation in operations(document)}

    assert nouns >= {
        "incidents",
        "calls",
        "teams",
        "assignments",
        "alerts",
        "followups",
        "types",
        "priorities",
        "events",
    }


def test_every_operation_tells_its_refusals(document: dict[str, Any]) -> None:
    for path, method, operation in operations(document):
        expected = {"401", "403", "429"} | ({"404"} if "{" in path else set())
        if method == "post":
            expected |= {"400", "409", "411", "412", "413", "415", "422"}
        assert expected <= operation["responses"].keys(), (method, path)


def test_every_write_takes_an_idempotency_key(document: dict[str, Any]) -> None:
    for path, method, operation in operations(document):
        told = [parameter.get("$ref", "") for parameter in operation.get("parameters", ())]
        assert ("#/components/parameters/IdempotencyKey" in told) == (method == "post"), (method, path)


def test_every_operation_says_what_it_does(document: dict[str, Any]) -> None:
    silent = [path for path, _method, operation in operations(document) if not operation.get("description")]

    assert silent == []


def test_no_status_is_written_but_by_a_verb(document: dict[str, Any]) -> None:
    assert {method for _path, method, _operation in operations(document)} == {"get", "post"}
    for name, schema in document["components"]["schemas"].items():
        if name.endswith("Request"):
            assert "status" not in schema["properties"], name


def test_what_is_said_has_its_bounds(document: dict[str, Any]) -> None:
    """Every text has a length, every number a range, and nothing unknown is let in."""
    for name, schema in document["components"]["schemas"].items():
        if not name.endswith("Request"):
            continue
        assert schema["additionalProperties"] is False, name
        for field, told in schema["properties"].items():
            if told.get("type") == "string" and "format" not in told and "enum" not in told:
                assert "maxLength" in told, (name, field)
            if told.get("type") in ("integer", "number"):
                assert told.keys() >= {"minimum", "maximum"}, (name, field)


def test_a_token_and_a_session_both_open_it(document: dict[str, Any]) -> None:
    assert document["components"]["securitySchemes"].keys() == {"serviceToken", "cookieAuth"}


def test_it_is_in_english_whoever_asks(document: dict[str, Any]) -> None:
    dutch = Client().get(URL, headers={"Accept-Language": "nl"}).json()

    assert dutch == document
    assert "Comma" in str(dutch) or "commas" in str(dutch)


def test_no_address_of_the_api_is_a_page() -> None:
    """All of /api/v1/ answers JSON; the one page is the one to try it on."""
    found = get_resolver().resolve("/api/v1/anything/at/all/")

    assert found.view_name == "api:unknown"
