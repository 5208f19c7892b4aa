"""Who asks, and what their roles allow, at the price of one statement: every request wants to know."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.db import DEFAULT_DB_ALIAS, connection

from carma.accounts.models import User

_FIELDS = [field.attname for field in User._meta.concrete_fields]
_OWN = ", ".join(f'person."{field.column}"' for field in User._meta.concrete_fields)
# What to select of `accounts_user person`; `person_of` makes a user of it.
COLUMNS = f"accounts_permissions_of(person.id), {_OWN}"
_BY_KEY = f"SELECT {COLUMNS} FROM accounts_user person WHERE person.id = %s"  # noqa: S608  our own column names


def person_of(selected: Sequence[Any]) -> User:
    """The user of the columns selected as `COLUMNS`, who knows what the roles allow."""
    permissions, *own = selected
    user = User.from_db(DEFAULT_DB_ALIAS, _FIELDS, own)
    user.role_permissions = frozenset(permissions)
    return user


class RoleBackend(ModelBackend):
    """Signs in by password; whoever is signed in comes with the permissions of the roles."""

    def get_user(self, user_id: int) -> User | None:
        with connection.cursor() as cursor:
            cursor.execute(_BY_KEY, [user_id])
            found = cursor.fetchone()
        user = person_of(found) if found else None
        return user if self.user_can_authenticate(user) else None
