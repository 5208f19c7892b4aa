from __future__ import annotations

import pytest
from pytest_django import Settings


@pytest.fixture
def quick_hashes(settings: Settings) -> None:
    """Passwords hashed in no time, for tests about what surrounds them."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
