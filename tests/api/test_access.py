"""Who may: walked over every address of the API, so that a new one can't forget to ask."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.models import Permission
from django.urls import URLPattern
from rest_framework.test import APIClient

from carma.accounts.models import User
from carma.api.permissions import SIGNED_IN
from carma.api.viewsets import VisibleViewSet
from carma.config.api_urls import router
from carma.followups.models import FollowUp
from carma.incidents.models import Incident
from interventions.models import Assignment
from tests.api.conftest import Bearing
from tests.cast import Login

Route = tuple[str, str, str]


def views() -> Iterator[tuple[Any, dict[str, str], str]]:
    """Each address's view, its actions by method, and the address with `{}` for a key."""
    for pattern in router.urls:
        assert isinstance(pattern, URLPattern)
        view = pattern.callback
        shape = str(pattern.pattern)
        for converter in ("<uuid:pk>", "<str:pk>", "<int:pk>"):
            shape = shape.replace(converter, "{}")
        yield view.cls, view.actions, f"/api/v1/{shape}"  # type: ignore[attr-defined]


def routes() -> list[Route]:
    return [(method, action, path) for _cls, actions, path in views() for method, action in actions.items()]


ROUTES = [route for route in routes() if route[0] != "head"]
WRITES = [path for method, _action, path in ROUTES if method == "post"]


def test_every_action_names_a_permission_that_exists(db: None) -> None:
    rows = Permission.objects.values_list("content_type__app_label", "codename")
    known = {f"{app}.{code}" for app, code in rows} | {SIGNED_IN}
    for cls, actions, path in views():
        for action in actions.values():
            assert cls.action_permissions.get(action) in known, (path, action)


def test_no_view_names_an_action_it_does_not_have() -> None:
    for cls in {cls for cls, _actions, _path in views()}:
        for action in cls.action_permissions:
            assert hasattr(cls, action), (cls, action)


@pytest.mark.parametrize(("method", "action", "path"), ROUTES)
def test_nobody_gets_in(method: str, action: str, path: str, db: None) -> None:
    r = getattr(APIClient(), method)(path.format(uuid4()).replace("{}", "1"))

    assert r.status_code in (401, 404) if "{}" in path else r.status_code == 401


@pytest.mark.parametrize("path", WRITES)
def test_a_role_without_the_verb_is_refused(path: str, api: Login, policy_maker: User) -> None:
    r = api(policy_maker).post(path.format(uuid4()), {})

    assert (r.status_code, r.json()["code"]) == (403, "forbidden")


@pytest.mark.parametrize("path", WRITES)
def test_a_token_without_the_scope_is_refused(path: str, bearing: Bearing, dispatcher: User) -> None:
    r = bearing(dispatcher, "incidents.view_incident").post(path.format(uuid4()), {})

    assert (r.status_code, r.json()["code"]) == (403, "forbidden")


@pytest.fixture
def keys(assignment: Assignment) -> dict[str, str]:
    """One record of each resource that not everybody may know of, all about Genk."""
    follow_up = FollowUp.objects.create(
        incident=assignment.incident,
        kind=FollowUp.Kind.PREVENTION,
        asked_at=assignment.assigned_at,
        due_at=assignment.assigned_at,
    )
    call = assignment.incident.calls.get()
    return {
        "incidents": str(assignment.incident_id),
        "calls": str(call.pk),
        "assignments": str(assignment.pk),
        "followups": str(follow_up.pk),
    }


def test_an_outsider_learns_of_nothing(api: Login, member: Any, keys: dict[str, str]) -> None:
    """With every verb of dispatch, but for another place: lists are empty, keys are not there."""
    stranger = member("stranger", "dispatcher", municipalities=["72004"])
    stranger.scopes = frozenset(stranger.role_permissions - {"incidents.view_every_incident"})
    client = api(stranger)
    for noun, key in keys.items():
        assert client.get(f"/api/v1/{noun}/").json()["results"] == [], noun
        assert client.get(f"/api/v1/{noun}/{key}/").status_code == 404, noun
    needed = {
        "incidents": {
            "qualify": {"type": "ORD-106", "place": {"label": "x"}},
            "retype": {"type": "ORD-106"},
            "replan": {"planned_for": "2026-12-01T09:00:00+01:00"},
            "reprioritise": {"priority": 2},
            "cancel": {"cancelled_because": "false_call"},
            "merge": {"into": keys["incidents"]},
            "link": {"to": keys["incidents"], "kind": "series", "reason": "x"},
            "unlink": {"link": keys["incidents"], "reason": "x"},
            "finish": {"result": "advice"},
            "reopen": {"reason": "x"},
            "note": {"text": "x"},
        }
    }
    for path in WRITES:
        noun, key, *verb = [*path.removeprefix("/api/v1/").strip("/").split("/"), ""]
        if noun in keys and key == "{}":
            body = needed.get(noun, {}).get(verb[0], {})
            r = client.post(path.format(keys[noun]), body)
            assert r.status_code in (403, 404), (path, r.content)


def test_a_foreign_key_in_a_body_is_not_there(
    api: Login, member: Any, keys: dict[str, str], incident: Incident
) -> None:
    stranger = member("stranger", "dispatcher", municipalities=["72004"])
    stranger.scopes = frozenset(stranger.role_permissions - {"incidents.view_every_incident"})
    r = api(stranger).post("/api/v1/calls/", {"incident": keys["incidents"], "words": "x"})

    assert (r.status_code, r.json()["code"]) == (400, "invalid_input")
    assert r.json()["errors"].keys() == {"incident"}


def test_what_is_not_named_is_refused(db: None, rf: Any, dispatcher: User) -> None:
    class Forgetful(VisibleViewSet):
        queryset = Incident.objects.all()

        def list(self, request: Any) -> Any:
            raise AssertionError("it was let in")

    request = rf.get("/x/")
    request.user = dispatcher
    request._dont_enforce_csrf_checks = True
    assert Forgetful.as_view({"get": "list"})(request).status_code == 403
