"""Who gets a stream at all, and until when."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.conf import settings
from django.contrib.auth.models import Group
from django.contrib.sessions.models import Session
from django.utils import timezone

from carma import clock
from carma.accounts.models import User
from carma.api import tokens
from carma.events.stream import guard, service
from tests.events.streaming import InThread, Listener, cookie_of, listening, serving, tell, until


@pytest.fixture
def stream(committed: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[InThread]:
    """A stream that looks at its clients again as soon as it can."""
    monkeypatch.setattr(guard, "AGAIN", 0.0)
    server = InThread()
    with serving(server):
        yield server


def refusal(stream: InThread, headers: dict[str, str], query: str = "") -> int:
    listener = Listener(stream.port, headers, query).open()
    listener.close()
    return listener.status


def test_without_a_session_there_is_none(stream: InThread) -> None:
    assert refusal(stream, {}) == 401
    assert refusal(stream, {"Cookie": f"{settings.SESSION_COOKIE_NAME}=not-a-session"}) == 401


@pytest.mark.parametrize("after", ["abc", "-1", "1.5", "", "9" * 30, "1%00"])
def test_a_position_that_is_none_is_refused(stream: InThread, dispatcher: User, after: str) -> None:
    assert refusal(stream, cookie_of(dispatcher), f"?after={after}") == 400


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://elsewhere.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:1"},
        {"Origin": "http://127.0.0.1.elsewhere.example:8000"},
        {"Origin": "http://127.0.0.1:notaport"},
        {"Origin": "ftp://127.0.0.1:8000"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Host": "elsewhere.example"},
    ],
)
def test_another_web_site_may_not_listen(stream: InThread, dispatcher: User, headers: dict[str, str]) -> None:
    assert refusal(stream, {**cookie_of(dispatcher), **headers}) == 403


def test_our_own_pages_may_with_their_cookies(stream: InThread, dispatcher: User) -> None:
    origin = f"http://127.0.0.1:{settings.PORT}"
    with listening(stream, dispatcher, Origin=origin, Sec_Fetch_Site="same-site") as listener:
        pass

    assert listener.status == 200
    assert listener.answer.headers["Access-Control-Allow-Origin"] == origin
    assert listener.answer.headers["Access-Control-Allow-Credentials"] == "true"
    assert "Origin" in listener.answer.headers["Vary"]


def test_only_get_and_only_the_stream(stream: InThread) -> None:
    for line, status in (("POST /stream", b"405"), ("GET /elsewhere", b"404"), ("GET /stream/", b"404")):
        with socket.create_connection(("127.0.0.1", stream.port)) as raw:
            raw.sendall(f"{line} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n".encode())
            assert raw.recv(100).split()[1] == status


def test_health_needs_no_login(stream: InThread) -> None:
    with socket.create_connection(("127.0.0.1", stream.port)) as raw:
        raw.sendall(b"GET /stream/health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        assert raw.recv(100).split()[1] == b"200"


def test_a_disabled_user_is_cut_off(stream: InThread, dispatcher: User) -> None:
    with listening(stream, dispatcher) as listener:
        dispatcher.is_active = False
        dispatcher.save(update_fields=["is_active"])
        until(lambda: listener.over)
        tell()

    assert not listener.positions
    assert refusal(stream, listener.headers) == 401


def test_another_password_cuts_the_old_sessions_off(stream: InThread, dispatcher: User) -> None:
    with listening(stream, dispatcher) as listener:
        dispatcher.set_password("quite another one 1")
        dispatcher.save(update_fields=["password"])
        until(lambda: listener.over)

    assert not listener.named("resync")


def test_it_ends_with_the_session(stream: InThread, dispatcher: User) -> None:
    with listening(stream, dispatcher) as listener:
        Session.objects.update(expire_date=timezone.now() - timedelta(seconds=1))
        until(lambda: listener.over)

    assert refusal(stream, listener.headers) == 401


def test_listening_does_not_keep_the_session_alive(stream: InThread, dispatcher: User) -> None:
    before: list[Session] = []
    with listening(stream, dispatcher) as listener:
        before = list(Session.objects.all())
        tell()
        until(lambda: listener.positions)
        [client] = stream.service.hub.clients
        checked = client.checked_at
        until(lambda: client.checked_at > checked)

    [session] = Session.objects.all()
    assert [(s.session_key, s.expire_date) for s in before] == [(session.session_key, session.expire_date)]


def test_who_loses_a_role_fetches_anew_and_hears_less(stream: InThread, dispatcher: User) -> None:
    with listening(stream, dispatcher) as listener:
        dispatcher.groups.set(Group.objects.filter(name="policy"))
        until(lambda: listener.over)
    pos = tell()
    with listening(stream, dispatcher, f"?after={pos - 1}") as again:
        until(lambda: again.named("heartbeat"))

    assert listener.named("resync")
    assert not again.positions


def test_what_can_not_be_checked_is_cut_off(
    stream: InThread, dispatcher: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    with listening(stream, dispatcher) as listener:
        monkeypatch.setattr(guard, "AGAIN", 1000.0)
        monkeypatch.setattr(guard, "LONGEST", 0.5)
        until(lambda: listener.over)


def test_a_service_token_opens_it_too_until_it_is_revoked(stream: InThread, dispatcher: User) -> None:
    token, secret = tokens.make(
        dispatcher,
        name="wall",
        scopes=["incidents.view_every_incident"],
        expires_at=clock.now() + timedelta(days=1),
        by=None,
    )
    with listening(stream, Authorization=f"Bearer {secret}") as listener:
        tell("team:GENK")  # not within the token's scopes, though within its owner's rights
        pos = tell()
        until(lambda: listener.positions == [pos])
        tokens.revoke(token, by=dispatcher)
        until(lambda: listener.over)

    assert refusal(stream, {"Authorization": f"Bearer {secret}"}) == 401
    assert refusal(stream, {**cookie_of(dispatcher), "Authorization": "Bearer bad"}) == 401


def test_one_user_does_not_take_all_places(
    stream: InThread, dispatcher: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "EACH", 1)
    with listening(stream, dispatcher) as listener:
        assert refusal(stream, listener.headers) == 429
