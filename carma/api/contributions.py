from __future__ import annotations

from carma.api.tokens import user_of
from carma.registry import authenticator

authenticator(user_of)
