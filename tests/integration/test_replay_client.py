from __future__ import annotations

import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest

from carma.integration.replay.client import Client, NotAllowed, ServerGone


class Scripted(BaseHTTPRequestHandler):
    """Answers what the test wrote down: (status, body, headers), or None to hang up without an answer."""

    protocol_version = "HTTP/1.1"
    script: list[tuple[int, Any, dict[str, str]] | None] = []
    heard: list[dict[str, str]] = []

    def do_POST(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        self.rfile.read(length)
        Scripted.heard.append(dict(self.headers))
        answer = Scripted.script.pop(0)
        if answer is None:
            self.close_connection = True
            return
        status, body, headers = answer
        text = json.dumps(body).encode()
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(text))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(text)

    def do_GET(self) -> None:
        self.do_POST()

    def log_message(self, *args: Any) -> None:
        pass


@pytest.fixture
def server() -> Iterator[ThreadingHTTPServer]:
    Scripted.script, Scripted.heard = [], []
    with ThreadingHTTPServer(("127.0.0.1", 0), Scripted) as httpd:
        thread = Thread(target=httpd.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        yield httpd
        httpd.shutdown()
        thread.join()


@pytest.fixture
def waits() -> list[float]:
    return []


@pytest.fixture
def client(server: ThreadingHTTPServer, waits: list[float]) -> Iterator[Client]:
    made = Client(f"http://127.0.0.1:{server.server_port}", "t", patience_s=60, sleep=waits.append)
    yield made
    made.close()


def test_a_lost_answer_is_asked_for_again_with_the_same_key(client: Client, waits: list[float]) -> None:
    Scripted.script = [None, (201, {"id": "x"}, {})]
    answer = client.post("/incidents/", {}, key="k1")

    assert (answer.status, answer.body["id"]) == (201, "x")
    assert [heard["Idempotency-Key"] for heard in Scripted.heard] == ["k1", "k1"]
    assert len(waits) == 1


def test_it_waits_as_long_as_it_is_asked_to(client: Client, waits: list[float]) -> None:
    Scripted.script = [(429, {}, {"Retry-After": "7"}), (503, {}, {"Retry-After": "3"}), (201, {}, {})]
    client.post("/incidents/", {}, key="k")

    assert waits == [7.0, 3.0]


def test_a_fault_that_comes_back_is_the_requests_own(client: Client) -> None:
    Scripted.script = [(500, {"code": "internal_error"}, {})] * 3

    assert client.post("/incidents/", {}, key="k").code == "internal_error"


def test_a_server_that_stays_away_ends_it(client: Client, waits: list[float]) -> None:
    Scripted.script = [(503, {"detail": "down"}, {})] * 50
    with pytest.raises(ServerGone, match="down"):
        client.post("/incidents/", {}, key="k")

    assert 60 <= sum(waits) < 120


def test_a_refused_token_ends_it_at_once(client: Client, waits: list[float]) -> None:
    Scripted.script = [(401, {"detail": "This token is not known."}, {})]
    with pytest.raises(NotAllowed, match="not known"):
        client.post("/incidents/", {}, key="k")

    assert waits == []


def test_a_list_is_read_to_its_last_page(client: Client) -> None:
    Scripted.script = [
        (200, {"results": [{"id": 1}], "next": "http://zone/api/v1/teams/?cursor=abc%3D"}, {}),
        (200, {"results": [{"id": 2}], "next": None}, {}),
    ]

    assert [row["id"] for row in client.every("/teams/")] == [1, 2]


@pytest.mark.parametrize("url", ["", "ftp://zone", "http://"])
def test_an_address_that_is_none_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="no address"):
        Client(url, "t")
