from __future__ import annotations

from rest_framework.permissions import BasePermission
from rest_framework.request import Request

# For reference data and the caller's own matters: not a permission, and so within no role or scope.
SIGNED_IN = "signed in"


class ActionPermission(BasePermission):
    """Allow an action when the view names its permission and the user holds it; else refuse."""

    def has_permission(self, request: Request, view: object) -> bool:
        action = getattr(view, "action", None)
        if action in (None, "metadata"):
            return True  # no such method: DRF answers 405
        needed = getattr(view, "action_permissions", {}).get(action)
        if needed is None or not request.user.is_authenticated:
            return False
        return needed is SIGNED_IN or request.user.has_perm(needed)
