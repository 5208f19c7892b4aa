from __future__ import annotations

import pytest
from django.test import Client

from carma.accounts.models import User
from carma.audit.models import Entry
from tests.cast import Browse

pytestmark = pytest.mark.usefixtures("quick_hashes")

PASSWORD = "een-lang-wachtwoord-voor-hanne"
NEXT_PASSWORD = "nog-een-langer-wachtwoord-daarna"


def test_it_keeps_language_theme_and_keys(browse: Browse, dispatcher: User) -> None:
    client = browse(dispatcher)
    answer = client.post("/profile/", {"language": "fr", "theme": "light"})

    assert answer.status_code == 302
    dispatcher.refresh_from_db()
    assert (dispatcher.language, dispatcher.theme, dispatcher.single_keys) == ("fr", "light", False)
    entry = Entry.objects.get(action="user.preferences")
    assert entry.changes["theme"] == ["dark", "light"]
    page = client.get("/profile/")
    assert page["Content-Language"] == "fr"
    assert 'data-bs-theme="light"' in page.content.decode()
    assert 'data-single-keys="off"' in page.content.decode()


def test_it_refuses_a_language_that_does_not_exist(browse: Browse, dispatcher: User) -> None:
    answer = browse(dispatcher).post("/profile/", {"language": "xx", "theme": "dark"})

    assert answer.status_code == 422
    dispatcher.refresh_from_db()
    assert dispatcher.language == "nl"


def test_the_theme_changes_on_the_page_as_it_stands(browse: Browse, dispatcher: User) -> None:
    answer = browse(dispatcher).post("/profile/theme/", {"theme": "light"}, headers={"HX-Request": "true"})

    assert (answer.status_code, answer["HX-Trigger"]) == (204, '{"carma:theme": {"theme": "light"}}')


@pytest.mark.parametrize(
    ("told", "back"), [("/search/?q=x", "/search/?q=x"), ("https://evil.example/", "/"), ("", "/")]
)
def test_a_plain_form_goes_back_to_our_own_page(
    browse: Browse, dispatcher: User, told: str, back: str
) -> None:
    answer = browse(dispatcher).post("/profile/theme/", {"theme": "nonsense", "next": told})

    assert answer["Location"] == back
    dispatcher.refresh_from_db()
    assert dispatcher.theme == "dark"


def test_the_workstation_remembers_the_language(browse: Browse, dispatcher: User) -> None:
    client = browse(dispatcher)
    client.post("/profile/language/", {"language": "fr", "next": "/profile/"})
    client.post("/logout/")

    assert client.get("/login/")["Content-Language"] == "fr"


def test_a_new_password_ends_the_other_sessions(browse: Browse, db: None) -> None:
    hanne = User.objects.create_user("hanne", password=PASSWORD)
    here, elsewhere = browse(hanne), browse(hanne)
    told = {"old_password": PASSWORD, "new_password1": NEXT_PASSWORD, "new_password2": NEXT_PASSWORD}

    assert here.post("/profile/password/", told).status_code == 302
    assert here.get("/profile/").status_code == 200
    assert elsewhere.get("/profile/").status_code == 302
    assert Entry.objects.get(action="user.password").changes == {}


def test_a_short_password_is_refused_with_the_reason(browse: Browse, db: None) -> None:
    hanne = User.objects.create_user("hanne", password=PASSWORD)
    told = {"old_password": PASSWORD, "new_password1": "kort", "new_password2": "kort"}
    answer = browse(hanne).post("/profile/password/", told)

    assert answer.status_code == 422
    assert "12" in answer.content.decode()
    assert not Entry.objects.filter(action="user.password").exists()


def test_one_sees_one_s_own_sign_ins(client: Client, db: None) -> None:
    User.objects.create_user("hanne", password=PASSWORD)
    User.objects.create_user("jef", password=PASSWORD)
    Client(REMOTE_ADDR="10.0.0.8").post("/login/", {"username": "jef", "password": PASSWORD})
    client.post("/login/", {"username": "hanne", "password": PASSWORD}, REMOTE_ADDR="10.0.0.7")
    page = client.get("/profile/").content.decode()

    assert "10.0.0.7" in page
    assert "10.0.0.8" not in page
