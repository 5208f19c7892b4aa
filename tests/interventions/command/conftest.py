from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from html import unescape

import pytest
from django.http import HttpResponse
from django.test import Client
from django.test.client import ClientHandler

from carma.accounts.models import User
from tests.cast import Browse, Member

PREVIEW, RUN = "/command/preview/", "/command/run/"
FIELDS = re.compile(r'name="(line|key|seen)" value="([^"]*)"')

Preview = Callable[[User, str], str]
Fields = dict[str, str]
Confirm = Callable[[User, Fields], HttpResponse]
Type = Callable[[User, str], HttpResponse]


def fields_of(preview: str) -> Fields:
    """What Enter sends, as the preview holds it."""
    return {name: unescape(value) for name, value in FIELDS.findall(preview)}


@pytest.fixture
def dispatcher(member: Member) -> User:
    """Reads English, so that what is told can be compared."""
    user = member("dispatcher", "dispatcher")
    user.language = "en"
    user.save(update_fields=["language"])
    return user


@pytest.fixture(scope="session")
def handler() -> ClientHandler:
    return ClientHandler(enforce_csrf_checks=False)


@pytest.fixture
def browse(browse: Browse, handler: ClientHandler) -> Browse:
    """These tests ask often: to load the middleware anew for each is most of their price."""

    @cache
    def login(user: User) -> Client:
        client = browse(user)
        client.handler = handler
        return client

    return login


@pytest.fixture
def preview(browse: Browse) -> Preview:
    """What the bar shows under a line."""

    def look(user: User, line: str) -> str:
        answer = browse(user).post(PREVIEW, {"line": line}, headers={"HX-Request": "true"})
        assert answer.status_code == 200
        return unescape(answer.content.decode())

    return look


@pytest.fixture
def confirm(browse: Browse) -> Confirm:
    """Press Enter on a preview."""

    def press(user: User, fields: Fields) -> HttpResponse:
        return browse(user).post(RUN, fields, headers={"HX-Request": "true"})  # type: ignore[return-value]

    return press


@pytest.fixture
def command(preview: Preview, confirm: Confirm) -> Type:
    """Type a line, see what it would do, and press Enter."""

    def do(user: User, line: str) -> HttpResponse:
        fields = fields_of(preview(user, line))
        assert fields, "the line can't be carried out"
        return confirm(user, fields)

    return do
