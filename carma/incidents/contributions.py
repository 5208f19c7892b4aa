from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from carma.accounts.models import User
from carma.incidents import watch
from carma.registry import MenuItem, menu, on_timer, topics_for


@on_timer(watch.UNASSIGNED)
def unassigned(timer: Any, incident: Any) -> None:
    watch.fire(timer, incident)


@topics_for
def incident_topics(user: User) -> set[str]:
    if user.has_perm("incidents.view_every_incident"):
        return {"incident:*"}
    if user.has_perm("incidents.view_incident") and user.section:
        return {f"incident:{nis}" for nis in user.section.municipalities}
    return set()


menu(MenuItem(_("New call"), "incidents:new", "incidents.take_call", order=20, icon="telephone-plus"))
menu(MenuItem(_("Incidents"), "incidents:recent", "incidents.view_incident", order=30, icon="list-ul"))
