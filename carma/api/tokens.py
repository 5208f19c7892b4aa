"""Service tokens: made once, known by their hash, taken back at any moment."""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import ip_address, ip_network
from typing import Any

from django.contrib.auth.models import Permission
from django.db import connection, transaction
from django.utils.translation import gettext as _

from carma import clock
from carma.accounts.known import COLUMNS, person_of
from carma.accounts.models import User
from carma.api.models import LONGEST_LIFE, ServiceToken
from carma.audit import trail
from carma.errors import DomainError, InvalidInput

SHAPE = re.compile(r"carma_[0-9a-f]{8}_[0-9a-f]{64}")
USE_NOTED_EVERY = timedelta(minutes=1)

# One statement for token, owner and roles: the ORM's form of it costs more than the rest of a request.
_BEARER = f"""
SELECT token.id, token.scopes, token.networks, token.expires_at, token.revoked_at, token.last_used_at,
       token.rate_per_minute, {COLUMNS}
FROM api_servicetoken token JOIN accounts_user person ON person.id = token.owner_id
WHERE token.digest = %s
"""  # noqa: S608  our own column names


class TokenRefused(DomainError):
    """The token is unknown, past its end, taken back, or used from elsewhere."""

    status = 401
    code = "not_authenticated"


@dataclass(frozen=True)
class Bearer:
    """A request's token and the user it acts as, narrowed to the token's scopes."""

    user: User
    token_id: int
    rate_per_minute: int | None


def make(
    owner: User,
    *,
    name: str,
    scopes: Iterable[str],
    expires_at: datetime,
    by: User | None,
    networks: Iterable[str] = (),
    rate_per_minute: int | None = None,
) -> tuple[ServiceToken, str]:
    """Store a new token and answer it with its secret, which can't be read again.

    `by` is None when the command line makes it. Raises `InvalidInput` for a scope that is no
    permission, a network that is no CIDR block, or an end more than a year away.
    """
    now = clock.now()
    scopes = _known(scopes)
    networks = [_block(network) for network in networks]
    if not now < expires_at <= now + LONGEST_LIFE:
        raise InvalidInput(_("Give an end within a year from now."), field="expires_at")
    prefix = secrets.token_hex(4)
    raw = f"carma_{prefix}_{secrets.token_hex(32)}"
    with transaction.atomic():
        token = ServiceToken.objects.create(
            prefix=prefix,
            digest=_digest(raw),
            name=name,
            owner=owner,
            scopes=scopes,
            networks=networks,
            rate_per_minute=rate_per_minute,
            created_at=now,
            expires_at=expires_at,
        )
        changes = {"owner": [None, owner.username], "scopes": [None, scopes], "networks": [None, networks]}
        trail.record("servicetoken.made", token, by=by, at=now, changes=changes)
    return token, raw


def revoke(token: ServiceToken, *, by: User | None, reason: str = "") -> None:
    """Take a token back, from the next request on. Taking it back again changes nothing."""
    now = clock.now()
    with transaction.atomic():
        token.refresh_from_db(from_queryset=ServiceToken.objects.select_for_update())
        if token.revoked_at:
            return
        token.revoked_at = now
        token.save(update_fields=["revoked_at"])
        changes = {"revoked_at": [None, now.isoformat()]}
        trail.record("servicetoken.revoked", token, by=by, at=now, changes=changes, reason=reason)


def user_of(raw: str, ip: str) -> User | None:
    """Who a secret speaks for, or None; for doors that only open or stay shut, such as the stream."""
    try:
        return bearer(raw, ip).user
    except TokenRefused:
        return None


def bearer(raw: str, ip: str) -> Bearer:
    """Know a token by its secret and the address it comes from; one query. Raises `TokenRefused`."""
    row = _stored(raw)
    if row is None:
        raise TokenRefused(_("This token is not known."))
    token_id, scopes, networks, expires_at, revoked_at, last_used_at, rate, *owner = row
    user = person_of(owner)
    now = clock.now()
    if revoked_at or not user.is_active:
        raise TokenRefused(_("This token has been revoked. Ask for a new one."))
    if expires_at <= now:
        raise TokenRefused(_("This token has expired. Ask for a new one."))
    if not _comes_from(ip, networks):
        raise TokenRefused(_("This token may not be used from this address."))
    user.scopes = frozenset(scopes)
    _note_use(token_id, last_used_at, now)
    return Bearer(user, token_id, rate)


def _stored(raw: str) -> tuple[Any, ...] | None:
    if not SHAPE.fullmatch(raw):
        return None
    with connection.cursor() as cursor:
        cursor.execute(_BEARER, [_digest(raw)])
        row: tuple[Any, ...] | None = cursor.fetchone()
    return row


def _digest(raw: str) -> bytes:
    return hashlib.sha256(raw.encode()).digest()


def _note_use(token_id: int, last_used_at: datetime | None, now: datetime) -> None:
    if last_used_at is None or now - last_used_at >= USE_NOTED_EVERY:
        ServiceToken.objects.filter(pk=token_id).update(last_used_at=now)


def _comes_from(ip: str, networks: Sequence[str]) -> bool:
    if not networks:
        return True
    try:
        address = ip_address(ip)
    except ValueError:
        return False
    told = getattr(address, "ipv4_mapped", None) or address
    return any(told in ip_network(network) for network in networks)


def _known(scopes: Iterable[str]) -> list[str]:
    asked = sorted(set(scopes))
    rows = Permission.objects.values_list("content_type__app_label", "codename").order_by()
    unknown = set(asked) - {f"{app}.{codename}" for app, codename in rows}
    if unknown or not asked:
        raise InvalidInput(
            _("These are no permissions: %(names)s.") % {"names": ", ".join(sorted(unknown)) or "—"},
            field="scopes",
        )
    return asked


def _block(network: str) -> str:
    try:
        return str(ip_network(network))
    except ValueError as error:
        raise InvalidInput(
            _("“%(network)s” is no network, such as 10.2.0.0/16.") % {"network": network}, field="networks"
        ) from error
