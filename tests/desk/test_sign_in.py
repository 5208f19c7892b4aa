from __future__ import annotations

import re

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.http import HttpResponse
from django.test import Client
from pytest_django import Settings

from carma.accounts.models import User

pytestmark = pytest.mark.usefixtures("quick_hashes")

PASSWORD = "een-lang-wachtwoord-voor-hanne"
ADDRESS = "/login/"


@pytest.fixture
def hanne(db: None) -> User:
    return User.objects.create_user("hanne", password=PASSWORD)


def attempt(client: Client, name: str, password: str, **extra: str) -> HttpResponse:
    return client.post(ADDRESS, {"username": name, "password": password, **extra})  # type: ignore[return-value]


def without_tokens(answer: HttpResponse) -> str:
    """The page without what differs each time, or was typed."""
    page = re.sub(r'name="csrfmiddlewaretoken" value="[^"]*"', "", answer.content.decode())
    return re.sub(r'name="username" value="[^"]*"', "", page)


def test_it_signs_in_and_goes_on_to_the_page_asked_for(client: Client, hanne: User) -> None:
    answer = attempt(client, "hanne", PASSWORD, next="/profile/")

    assert (answer.status_code, answer["Location"]) == (302, "/profile/")
    assert client.get("/profile/").status_code == 200


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example/", "javascript:alert(1)"])
def test_it_leads_nowhere_else(client: Client, hanne: User, elsewhere: str) -> None:
    assert attempt(client, "hanne", PASSWORD, next=elsewhere)["Location"] == "/"


def test_the_session_before_signing_in_ends(client: Client, hanne: User) -> None:
    session = client.session
    session["kept"] = "by the workstation"
    session.save()
    before = session.session_key
    attempt(client, "hanne", PASSWORD)

    assert client.session.session_key != before
    assert not Session.objects.filter(pk=before).exists()


def test_wrong_name_wrong_password_and_closed_account_get_one_answer(client: Client, hanne: User) -> None:
    User.objects.create_user("closed", password=PASSWORD, is_active=False)
    answers = [
        attempt(client, "hanne", "wrong-password"),
        attempt(client, "nobody", "wrong-password"),
        attempt(client, "closed", PASSWORD),
    ]

    assert {answer.status_code for answer in answers} == {200}
    assert len({without_tokens(answer) for answer in answers}) == 1


@pytest.mark.parametrize("name", ["hanne", "nobody"])
def test_too_many_attempts_block_for_a_while_and_say_whom_to_call(
    client: Client, hanne: User, settings: Settings, name: str
) -> None:
    settings.HELP_CONTACT = "ICT, 089 00 00 00"
    for _ in range(settings.AXES_FAILURE_LIMIT):
        answer = attempt(client, name, "wrong-password")

    assert (answer.status_code, answer["Retry-After"]) == (429, "900")
    assert "15" in answer.content.decode()
    assert "ICT, 089 00 00 00" in answer.content.decode()
    assert attempt(client, name, PASSWORD).status_code == 429


def test_a_block_holds_for_one_workstation_only(client: Client, hanne: User) -> None:
    for _ in range(settings.AXES_FAILURE_LIMIT):
        attempt(client, "hanne", "wrong-password")
    elsewhere = Client(REMOTE_ADDR="10.0.0.7")

    assert attempt(elsewhere, "hanne", PASSWORD).status_code == 302


def test_signing_out_ends_the_session_and_clears_the_browser(client: Client, hanne: User) -> None:
    attempt(client, "hanne", PASSWORD)
    key = client.session.session_key
    answer = client.post("/logout/")

    assert (answer.status_code, answer["Location"]) == (302, ADDRESS)
    assert answer["Clear-Site-Data"] == '"cache", "storage"'
    assert not Session.objects.filter(pk=key).exists()


def test_a_link_can_not_sign_out(client: Client, hanne: User) -> None:
    attempt(client, "hanne", PASSWORD)

    assert client.get("/logout/").status_code == 405
    assert client.get("/profile/").status_code == 200
