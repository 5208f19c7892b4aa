"""What sounds for one user now."""

from __future__ import annotations

from typing import Any

from carma.accounts.models import User
from carma.alerts.models import Alert

SHOWN = 5  # drawn in full; the others are counted, with a way to the list


def sounding_for(user: User) -> dict[str, Any] | None:
    """The alerts nobody acknowledged yet that this user may know of, most urgent first."""
    if not user.has_perm("alerts.view_alert"):
        return None
    sounding = Alert.objects.visible_to(user).sounding()
    alerts = list(sounding.prefetch_related("recipients")[: SHOWN + 1])
    total = sounding.count() if len(alerts) > SHOWN else len(alerts)
    return {
        "alerts": alerts[:SHOWN],
        "total": total,
        "more": max(total - SHOWN, 0),
        "may_acknowledge": user.has_perm("alerts.acknowledge_alert"),
    }
