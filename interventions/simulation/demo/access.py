"""What one needs to get in: the demo password and a service token, kept in a file only its owner reads."""

from __future__ import annotations

import json
import os
import secrets
from datetime import timedelta
from pathlib import Path
from typing import TypedDict

from django.conf import settings

from carma import clock
from carma.accounts.models import User
from carma.api import tokens
from carma.api.models import ServiceToken
from interventions.simulation.demo import staff

TOKEN_NAME = "demo"  # noqa: S105  the token's label, not the token
TOKEN_LIFE = timedelta(days=180)
RENEWED_BEFORE = timedelta(days=30)


class Access(TypedDict):
    """What the file holds; a login is its name, its password and its role."""

    logins: list[list[str]]
    token: str


def path() -> Path:
    return Path(settings.VAR_DIR) / "demo.json"


def create() -> Access:
    """Write the file; what it already holds and still works stays as it is."""
    kept = _read()
    known = kept["logins"][0][1] if kept["logins"] else ""
    password = os.environ.get("CARMA_DEMO_PASSWORD") or known or secrets.token_urlsafe(9)
    if not _works(password):
        staff.set_password(password)
    logins = [[post.username, password, post.role] for post in staff.POSTS]
    access = Access(logins=logins, token=_token(kept["token"]))
    if access != kept:
        _write(access)
    return access


def _works(password: str) -> bool:
    return User.objects.get(username=staff.POSTS[0].username).check_password(password)


def _token(raw: str) -> str:
    """The token of the file while it lasts, else a new one; older ones of that name are taken back."""
    now = clock.now()
    live = ServiceToken.objects.filter(name=TOKEN_NAME, owner__username=staff.SERVICE, revoked_at=None)
    if raw and live.filter(prefix=raw.split("_")[1], expires_at__gt=now + RENEWED_BEFORE).exists():
        return raw
    for old in live:
        tokens.revoke(old, by=None, reason="replaced by a new demo token")
    owner = User.objects.get(username=staff.SERVICE)
    _stored, made = tokens.make(
        owner, name=TOKEN_NAME, scopes=owner.role_permissions, expires_at=now + TOKEN_LIFE, by=None
    )
    return made


def _read() -> Access:
    try:
        kept: Access = json.loads(path().read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return Access(logins=[], token="")
    return kept


def _write(access: Access) -> None:
    path().parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps(access, ensure_ascii=False, indent=2) + "\n"
    with os.fdopen(
        os.open(path(), os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8"
    ) as file:
        file.write(text)
    path().chmod(0o600)
