from __future__ import annotations

from django.utils.translation import gettext as _
from rest_framework.authentication import BaseAuthentication
from rest_framework.request import Request

from carma.accounts.models import User
from carma.api.tokens import Bearer, TokenRefused, bearer
from carma.audit.context import source


class BearerAuthentication(BaseAuthentication):
    """`Authorization: Bearer <service token>`; `request.auth` is the `Bearer`."""

    def authenticate(self, request: Request) -> tuple[User, Bearer] | None:
        header: str = request.META.get("HTTP_AUTHORIZATION", "")
        if not header:
            return None
        scheme, _space, raw = header.partition(" ")
        if scheme.lower() != "bearer":
            raise TokenRefused(_("Send the token as “Authorization: Bearer …”."))
        known = bearer(raw.strip(), source().ip)
        return known.user, known

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="CARMA"'
