from __future__ import annotations

import pytest
from django.contrib.auth.models import Group, Permission


@pytest.fixture
def assign_only(db: None) -> str:
    """A role that may use dispatch's verbs on what it sees, and sees its own municipalities only."""
    role = Group.objects.create(name="local_dispatch")
    allowed = ["view_incident", "view_team", "view_assignment", "assign_team", "operate_assignment"]
    role.permissions.set(Permission.objects.filter(codename__in=allowed))
    return role.name
