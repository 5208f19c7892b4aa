from __future__ import annotations

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory

from carma.accounts.models import User
from carma.audit import context
from carma.web.middleware import RequestIdMiddleware
from tests.cast import Browse

pytestmark = [pytest.mark.urls("tests.web.addresses"), pytest.mark.django_db]


def test_a_deed_carries_the_request_it_came_from() -> None:
    seen: list[context.Source] = []

    def deed(request: HttpRequest) -> HttpResponse:
        seen.append(context.source())
        return HttpResponse()

    request = RequestFactory().get("/", headers={"X-Request-ID": "desk-12-0001"})
    answer = RequestIdMiddleware(deed)(request)

    assert (seen[0].ip, seen[0].request_id) == ("127.0.0.1", "desk-12-0001")
    assert answer["X-Request-ID"] == "desk-12-0001"
    assert context.source() == context.Source()


@pytest.mark.parametrize("forged", ["x\nINFO forged line", "<b>", "a" * 41, "short"])
def test_an_id_that_could_forge_the_log_is_replaced(forged: str) -> None:
    request = RequestFactory().get("/", headers={"X-Request-ID": forged})

    assert RequestIdMiddleware(lambda _: HttpResponse())(request)["X-Request-ID"] != forged


def test_the_user_s_language_goes_before_the_browser_s(browse: Browse, dispatcher: User) -> None:
    dispatcher.language = "fr"
    dispatcher.save(update_fields=["language"])
    answer = browse(dispatcher).get("/fine/", headers={"Accept-Language": "en"})

    assert answer["Content-Language"] == "fr"


@pytest.mark.parametrize(("header", "language"), [("fr-BE,fr;q=0.9", "fr"), ("de", "nl"), ("", "nl")])
def test_before_sign_in_the_browser_says_and_dutch_is_the_rest(header: str, language: str) -> None:
    answer = Client().get("/login/", headers={"Accept-Language": header})

    assert answer["Content-Language"] == language


def test_a_workstation_keeps_its_language_after_signing_out(client: Client) -> None:
    client.cookies["language"] = "fr"

    assert client.get("/login/", headers={"Accept-Language": "nl"})["Content-Language"] == "fr"


def test_a_page_asks_to_sign_in_and_comes_back(client: Client) -> None:
    answer = client.get("/fine/")

    assert (answer.status_code, answer["Location"]) == (302, "/login/?next=/fine/")


def test_htmx_is_told_without_losing_the_page(client: Client) -> None:
    answer = client.get("/fine/", headers={"HX-Request": "true"})

    assert answer.status_code == 401
    assert "refusal" in answer.content.decode()
    assert "<html" not in answer.content.decode()


def test_what_a_user_sees_is_kept_nowhere(browse: Browse, dispatcher: User) -> None:
    answer = browse(dispatcher).get("/fine/")

    assert answer["Cache-Control"] == "no-store, private"


@pytest.mark.parametrize("address", ["/login/", "/nowhere/", "/malformed/", "/away/"])
def test_every_answer_is_guarded(address: str) -> None:
    headers = Client(raise_request_exception=False).get(address).headers

    assert "camera=()" in headers["Permissions-Policy"]
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "script-src 'self'" in headers["Content-Security-Policy"]
    assert "unsafe" not in headers["Content-Security-Policy"]
