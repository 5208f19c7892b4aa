"""The REST API over one kept connection, patient with a server that is away for a while."""

from __future__ import annotations

import http.client
import json
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

TIMEOUT_S = 20.0
PATIENCE_S = 300.0
FIRST_WAIT_S, LONGEST_WAIT_S = 0.5, 30.0
AWAY = frozenset({429, 502, 503, 504})
FAULT_TRIES = 3  # a 500 that comes back is the request's, not the moment's


class ServerGone(Exception):
    """The server stayed away for longer than our patience."""


class NotAllowed(Exception):
    """The token is unknown, or may not do this: nothing that comes after can work either."""


@dataclass(frozen=True)
class Answer:
    """`body` is the record, or the problem with its `code` and `detail`."""

    status: int
    body: Mapping[str, Any]

    @property
    def is_ok(self) -> bool:
        return 200 <= self.status < 300

    @property
    def code(self) -> str:
        return str(self.body.get("code", self.status))

    @property
    def detail(self) -> str:
        """What the problem says, with the fields at fault."""
        errors = self.body.get("errors") or {}
        fields = "; ".join(f"{name}: {' '.join(map(str, told))}" for name, told in errors.items())
        return f"{self.body.get('detail', '')} {fields}".strip()


class Client:
    def __init__(
        self,
        url: str,
        token: str,
        *,
        patience_s: float = PATIENCE_S,
        sleep: Callable[[float], None] = time.sleep,
        tell: Callable[[str], None] = lambda text: None,
    ) -> None:
        """`url` is the zone's address, with or without /api/v1; `tell` hears when the server is away."""
        parts = urlsplit(url if "//" in url else f"//{url}", scheme="http")
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError(f"{url!r} is no address, such as http://localhost:8000")
        kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
        self._connection = kind(parts.hostname, parts.port, timeout=TIMEOUT_S)
        self._base = parts.path.rstrip("/").removesuffix("/api/v1") + "/api/v1"
        self._headers = {"Authorization": f"Bearer {token}", "Accept": "application/json"}
        self._patience_s = patience_s
        self._sleep = sleep
        self._tell = tell

    def close(self) -> None:
        self._connection.close()

    def post(self, path: str, body: Mapping[str, Any], *, key: str) -> Answer:
        """POST with an `Idempotency-Key`, so that sending again after a lost answer changes nothing."""
        headers = {"Content-Type": "application/json", "Idempotency-Key": key}
        return self._ask("POST", path, json.dumps(body).encode(), headers)

    def get(self, path: str, **query: str) -> Answer:
        return self._ask("GET", f"{path}?{urlencode(query)}" if query else path, None, {})

    def every(self, path: str) -> Iterator[Mapping[str, Any]]:
        """The rows of all pages of a list."""
        cursor = ""
        while True:
            page = self.get(path, cursor=cursor) if cursor else self.get(path)
            if not page.is_ok:
                raise NotAllowed(f"{path}: {page.detail or page.status}")
            yield from page.body["results"]
            following = urlsplit(str(page.body.get("next") or "")).query
            cursor = parse_qs(following).get("cursor", [""])[0]
            if not cursor:
                return

    def _ask(self, method: str, path: str, body: bytes | None, headers: Mapping[str, str]) -> Answer:
        waited, wait, faults = 0.0, FIRST_WAIT_S, 0
        while True:
            answer, pause = self._once(method, path, body, headers)
            if answer is not None and answer.status in (401, 403):
                raise NotAllowed(answer.detail or f"the server answers {answer.status}")
            if answer is not None and answer.status not in AWAY:
                faults += answer.status >= 500
                if answer.status < 500 or faults >= FAULT_TRIES:
                    return answer
            if waited >= self._patience_s:
                raise ServerGone(answer.detail if answer else "no connection")
            if waited == 0 and (answer is None or answer.status != 429):
                self._tell(f"the server is away ({answer.status if answer else 'no connection'}), waiting")
            pause = max(pause, wait)
            self._sleep(pause)
            waited, wait = waited + pause, min(wait * 2, LONGEST_WAIT_S)

    def _once(
        self, method: str, path: str, body: bytes | None, headers: Mapping[str, str]
    ) -> tuple[Answer | None, float]:
        """One request; the answer, None when the connection failed, and how long we were asked to wait."""
        try:
            self._connection.request(method, self._base + path, body, {**self._headers, **headers})
            response = self._connection.getresponse()
            text = response.read()
        except (OSError, http.client.HTTPException):
            self._connection.close()  # the next request opens it anew
            return None, 0.0
        told = response.getheader("Retry-After") or ""
        return Answer(response.status, _object(text)), float(told) if told.isdigit() else 0.0


def _object(text: bytes) -> Mapping[str, Any]:
    try:
        told = json.loads(text or b"{}")
    except ValueError:
        return {"detail": text[:200].decode("utf-8", "replace")}
    return told if isinstance(told, dict) else {"results": told}
