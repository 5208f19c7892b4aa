"""Who is at the other end of a stream, and which topics that person may hear of.

Streams outlive any request, so they hold no database connection: who they belong to is looked up
by two threads of this process, at the start and again while it lasts (`guard`).
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from importlib import import_module
from typing import TypeVar

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY, load_backend
from django.db import close_old_connections
from django.http import HttpRequest
from django.utils.crypto import constant_time_compare

from carma import registry
from carma.accounts.models import User

THREADS = 2
LONGEST = 5.0  # seconds a look at the database may take

T = TypeVar("T")

_threads = ThreadPoolExecutor(THREADS, thread_name_prefix="viewers")
_sessions = import_module(settings.SESSION_ENGINE)


@dataclass(frozen=True, slots=True)
class Credential:
    """What a client showed at the door: a session of the web site, else a service token."""

    session: str
    token: str
    address: str


@dataclass(frozen=True, slots=True)
class Viewer:
    user_id: int
    topics: frozenset[str]


def shown_by(request: HttpRequest) -> Credential:
    scheme, _space, token = request.headers.get("Authorization", "").partition(" ")
    return Credential(
        session=request.COOKIES.get(settings.SESSION_COOKIE_NAME, ""),
        token=token.strip() if scheme.lower() == "bearer" else "",
        address=request.META.get("REMOTE_ADDR", ""),
    )


async def in_thread(work: Callable[[], T]) -> T:
    """Run database work outside the loop. Raises `TimeoutError` when the database hangs."""
    running = asyncio.get_running_loop().run_in_executor(_threads, _with_live_connection, work)
    return await asyncio.wait_for(running, LONGEST)


def look(credentials: Sequence[Credential]) -> list[Viewer | None]:
    """Who these belong to now; None for who is not, or no longer, let in. Reads, never writes."""
    return [_viewer(credential) for credential in credentials]


def _viewer(credential: Credential) -> Viewer | None:
    user = _by_token(credential) if credential.token else _by_session(credential.session)
    if user is None or not user.is_active:
        return None
    return Viewer(user.pk, frozenset(registry.user_topics(user)))


def _by_token(credential: Credential) -> User | None:
    for check in registry.authenticators():
        user: User | None = check(credential.token, credential.address)
        if user is not None:
            return user
    return None


def _by_session(key: str) -> User | None:
    """The user of a session that has not ended and still carries the user's present proof.

    Django's own `get_user` may give the session a new key; here nothing may change a session,
    nor keep it from ending.
    """
    session = _sessions.SessionStore(key or None)
    user_id, backend = session.get(SESSION_KEY), session.get(BACKEND_SESSION_KEY)
    if user_id is None or backend not in settings.AUTHENTICATION_BACKENDS:
        return None
    user = load_backend(backend).get_user(user_id)
    if not isinstance(user, User):
        return None
    proofs = [user.get_session_auth_hash(), *user.get_session_auth_fallback_hash()]
    shown = session.get(HASH_SESSION_KEY, "")
    return user if any(constant_time_compare(shown, proof) for proof in proofs) else None


def _with_live_connection(work: Callable[[], T]) -> T:
    close_old_connections()
    try:
        return work()
    finally:
        close_old_connections()
