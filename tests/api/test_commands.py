from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from carma.accounts.models import User
from carma.api import tokens
from carma.api.models import ServiceToken
from carma.audit.models import Entry


def make(owner: User, *arguments: str) -> str:
    out = StringIO()
    call_command("make_token", owner.username, "nightly export", *arguments, stdout=out)
    return out.getvalue().strip()


def test_it_prints_a_secret_that_works(dispatcher: User) -> None:
    secret = make(dispatcher, "--scopes", "incidents.view_incident, incidents.take_call", "--days", "30")
    known = tokens.bearer(secret, "")

    assert known.user == dispatcher
    assert known.user.scopes == frozenset({"incidents.view_incident", "incidents.take_call"})
    assert Entry.objects.get(action="servicetoken.made").actor is None


def test_it_takes_networks_and_a_rate(dispatcher: User) -> None:
    make(dispatcher, "--scopes", "incidents.view_incident", "--networks", "10.0.0.0/8", "--rate", "60")
    token = ServiceToken.objects.get()

    assert (token.networks, token.rate_per_minute) == (["10.0.0.0/8"], 60)


@pytest.mark.parametrize(
    "arguments",
    [
        ["--scopes", "incidents.fly"],
        ["--scopes", "incidents.view_incident", "--days", "367"],
        ["--scopes", "incidents.view_incident", "--days", "99999999999"],
        ["--scopes", "incidents.view_incident", "--networks", "here"],
    ],
)
def test_it_says_what_is_wrong(dispatcher: User, arguments: list[str]) -> None:
    with pytest.raises(CommandError):
        make(dispatcher, *arguments)

    assert not ServiceToken.objects.exists()


def test_it_needs_somebody_to_act_as(db: None) -> None:
    with pytest.raises(CommandError, match="nobody"):
        call_command("make_token", "nobody", "x", "--scopes", "incidents.view_incident")


def test_a_token_is_taken_back_by_its_first_signs(dispatcher: User) -> None:
    secret = make(dispatcher, "--scopes", "incidents.view_incident")
    call_command("revoke_token", secret.split("_")[1], "--reason", "lost", stdout=StringIO())

    assert tokens.user_of(secret, "") is None
    with pytest.raises(CommandError, match="00000000"):
        call_command("revoke_token", "00000000")
