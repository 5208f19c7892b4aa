from __future__ import annotations

from typing import Any, cast

import pytest
from django.contrib.messages import get_messages
from django.contrib.messages.storage.cookie import CookieStorage
from django.http import HttpResponse
from django.test import RequestFactory
from django_htmx.middleware import HtmxDetails

from carma.web.answers import fragment, invalid, partial_or_redirect
from carma.web.request import Request

TEMPLATE = "_refusal.html"


class _Error:
    code, detail = "stale", "Look again."


CONTEXT = {"error": _Error()}


def asked(**headers: str) -> Request:
    request: Any = RequestFactory().get("/x/", headers=headers)
    request.htmx = HtmxDetails(request)
    request._messages = CookieStorage(request)
    return cast(Request, request)


def test_htmx_gets_the_fragment_and_what_was_said() -> None:
    answer = partial_or_redirect(asked(HX_Request="true"), TEMPLATE, CONTEXT, to="desk:home", said="Saved.")

    assert answer.status_code == 200
    assert "Look again." in answer.content.decode()
    assert answer["HX-Trigger"] == '{"carma:toast": {"text": "Saved."}}'


def test_a_plain_form_goes_on_to_the_page_with_a_message() -> None:
    request = asked()
    answer = partial_or_redirect(request, TEMPLATE, CONTEXT, to="desk:home", said="Saved.")

    assert (answer.status_code, answer["Location"]) == (302, "/")
    assert [str(message) for message in get_messages(request)] == ["Saved."]


def test_an_invalid_form_is_swapped_in_place() -> None:
    assert invalid(asked(), TEMPLATE, CONTEXT).status_code == 422


def test_a_fragment_that_did_not_change_is_not_sent_again() -> None:
    first = fragment(asked(), TEMPLATE, CONTEXT)
    second = fragment(asked(If_None_Match=first["ETag"]), TEMPLATE, CONTEXT)

    assert first["ETag"].startswith('W/"')
    assert (second.status_code, second.content, second["ETag"]) == (304, b"", first["ETag"])


def test_a_fragment_that_changed_is_sent() -> None:
    first = fragment(asked(), TEMPLATE, CONTEXT)
    other = {"error": type("Other", (), {"code": "x", "detail": "Something else."})()}
    second = fragment(asked(If_None_Match=first["ETag"]), TEMPLATE, other)

    assert second.status_code == 200
    assert second["ETag"] != first["ETag"]


def test_a_fragment_with_a_form_stays_the_same_though_its_token_does_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    tokens = iter(["a" * 64, "b" * 64])

    def drawn(*args: object) -> HttpResponse:
        return HttpResponse(f'<input type="hidden" name="csrfmiddlewaretoken" value="{next(tokens)}">')

    monkeypatch.setattr("carma.web.answers.render", drawn)
    first = fragment(asked(), TEMPLATE, {})

    assert fragment(asked(If_None_Match=first["ETag"]), TEMPLATE, {}).status_code == 304
