from __future__ import annotations

import pytest
from django.test import Client

from carma.accounts.models import User
from tests.cast import Browse

pytestmark = [pytest.mark.urls("tests.web.addresses"), pytest.mark.django_db]

HTMX = {"HX-Request": "true"}


@pytest.fixture
def visitor() -> Client:
    return Client(raise_request_exception=False)


def test_a_refusal_becomes_a_page_with_its_code(browse: Browse, dispatcher: User) -> None:
    answer = browse(dispatcher).get("/refused/")

    assert answer.status_code == 409
    assert 'data-code="move_not_allowed"' in answer.content.decode()
    assert "GK12 is already on an assignment." in answer.content.decode()
    assert "<html" in answer.content.decode()


def test_a_refusal_becomes_a_fragment_for_htmx(browse: Browse, dispatcher: User) -> None:
    answer = browse(dispatcher).get("/refused/", headers=HTMX)

    assert answer.status_code == 409
    assert "GK12 is already on an assignment." in answer.content.decode()
    assert "<html" not in answer.content.decode()


@pytest.mark.parametrize(
    ("address", "status"), [("/malformed/", 400), ("/nowhere/", 404), ("/broken/", 500), ("/away/", 503)]
)
def test_what_goes_wrong_says_what_to_do(visitor: Client, address: str, status: int) -> None:
    page = visitor.get(address)
    part = visitor.get(address, headers=HTMX)

    assert (page.status_code, part.status_code) == (status, status)
    assert "<h1>" in page.content.decode()
    assert "<html" not in part.content.decode()
    assert "refusal" in part.content.decode()


def test_a_verb_outside_ones_role_says_so(browse: Browse, dispatcher: User) -> None:
    assert browse(dispatcher).get("/forbidden/").status_code == 403


def test_a_failure_tells_its_code_and_not_its_cause(
    visitor: Client, caplog: pytest.LogCaptureFixture
) -> None:
    answer = visitor.get("/broken/")

    assert f"told as code {answer['X-Request-ID']}" in caplog.text
    assert answer["X-Request-ID"] in answer.content.decode()
    assert "nobody may read" not in answer.content.decode()


def test_a_database_that_is_away_is_said_apart_and_logged_in_one_line(
    visitor: Client, caplog: pytest.LogCaptureFixture
) -> None:
    answer = visitor.get("/away/?q=x")

    assert 'href="/away/?q=x"' in answer.content.decode()
    assert answer["Retry-After"] == "5"
    assert [record.getMessage() for record in caplog.records if record.name.startswith("carma")] == [
        "the database does not answer: server closed the connection unexpectedly"
    ]
    assert [record for record in caplog.records if record.name == "django.request"] == []


def test_a_stale_form_is_explained(dispatcher: User) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(dispatcher, backend="carma.accounts.known.RoleBackend")
    answer = client.post("/profile/theme/", {"theme": "light"})

    assert answer.status_code == 403
    assert "<h1>" in answer.content.decode()
    dispatcher.refresh_from_db()
    assert dispatcher.theme == "dark"
