"""Looking again, while streams last, whether each may still be heard by who opened it."""

from __future__ import annotations

import asyncio
import logging
import time
from functools import partial

from django.db import Error

from carma.events.stream import frames, viewers
from carma.events.stream.hub import Client, Hub
from carma.events.stream.viewers import Credential, Viewer

log = logging.getLogger(__name__)

AGAIN = 10.0  # seconds after which a client is looked at again
LONGEST = 15.0  # a client not looked at for so long is cut off, whatever kept us
TOGETHER = 10  # so that many clients don't hold up the loop's thread at once


async def keep(hub: Hub) -> None:
    """Check clients one batch after another, until cancelled; what can't be checked is cut off."""
    while True:
        due = _due(hub)
        try:
            await _check(due)
        except (Error, TimeoutError) as error:
            log.warning("can't check who listens: %s", str(error).strip() or "the database hangs")
        except Exception:
            log.exception("checking who listens failed")
        for client in [c for c in hub.clients if _age(c) > LONGEST]:
            client.end()
        await asyncio.sleep(0.05 if len(due) == TOGETHER else 0.5)


async def _check(due: dict[Credential, list[Client]]) -> None:
    if not due:
        return
    found = await viewers.in_thread(partial(viewers.look, list(due)))
    for clients, viewer in zip(due.values(), found, strict=True):
        for client in clients:
            _settle(client, viewer)


def _settle(client: Client, viewer: Viewer | None) -> None:
    client.checked_at = time.monotonic()
    if viewer is None:
        client.end()
    elif viewer != client.viewer:
        client.end(frames.resync(client.seen))


def _due(hub: Hub) -> dict[Credential, list[Client]]:
    """Whom to look at now, the longest unseen first; the windows of one browser are one look."""
    windows: dict[Credential, list[Client]] = {}
    for client in sorted(hub.clients, key=_age, reverse=True):
        windows.setdefault(client.credential, []).append(client)
    due = [credential for credential, clients in windows.items() if _age(clients[0]) > AGAIN]
    return {credential: windows[credential] for credential in due[:TOGETHER]}


def _age(client: Client) -> float:
    return time.monotonic() - client.checked_at
