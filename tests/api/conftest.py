from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from rest_framework.test import APIClient

from carma import clock as time_now
from carma.accounts.models import User
from carma.api import throttling, tokens
from carma.api.models import ServiceToken

Bearing = Callable[..., APIClient]
Made = Callable[..., tuple[ServiceToken, str]]


@pytest.fixture
def make_token() -> Made:
    """Make a token of a month: `make_token(dispatcher, "incidents.view_incident")`."""

    def do(owner: User, *scopes: str, **told: object) -> tuple[ServiceToken, str]:
        settled: dict[str, Any] = {
            "name": "test",
            "expires_at": time_now.now() + timedelta(days=30),
            "by": None,
        }
        return tokens.make(owner, scopes=scopes or ["incidents.view_incident"], **{**settled, **told})

    return do


@pytest.fixture
def bearing(make_token: Made) -> Bearing:
    """A client that bears a token: `bearing(dispatcher, "incidents.view_incident")`."""

    def do(owner: User, *scopes: str, **told: object) -> APIClient:
        _token, secret = make_token(owner, *scopes, **told)
        client = APIClient()
        client.credentials(HTTP_AUTHORIZATION=f"Bearer {secret}")
        return client

    return do


@pytest.fixture
def empty_purse() -> Iterator[None]:
    """What other tests of this minute set aside is not ours to spend."""
    throttling.purse = throttling.Purse()
    yield
    throttling.purse = throttling.Purse()
