from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from carma import lasting
from carma.accounts.models import User
from carma.incidents import around, planning, watch
from carma.incidents.models import PlaceWarning
from carma.registry import MenuItem, menu, on_timer, place_source, topics_for

place_source("incidents.placewarning")(around.warned)
on_timer(lasting.until(PlaceWarning))(lasting.is_over)


@on_timer(watch.UNASSIGNED)
def unassigned(timer: Any, incident: Any) -> None:
    watch.fire(timer, incident)


@on_timer(planning.APPEARS)
def planned_appears(timer: Any, incident: Any) -> None:
    planning.fire(incident, at=timer.due_at)


@topics_for
def incident_topics(user: User) -> set[str]:
    if user.has_perm("incidents.view_every_incident"):
        return {"incident:*"}
    if user.has_perm("incidents.view_incident") and user.section:
        return {f"incident:{nis}" for nis in user.section.municipalities}
    return set()


@topics_for
def place_topics(user: User) -> set[str]:
    if not user.has_perm("incidents.view_placewarning"):
        return set()
    if user.has_perm("incidents.view_every_incident"):
        return {"place:*"}
    return {f"place:{nis}" for nis in user.section.municipalities} if user.section else set()


menu(MenuItem(_("New call"), "incidents:new", "incidents.take_call", order=20, icon="telephone-plus"))
menu(MenuItem(_("Incidents"), "incidents:recent", "incidents.view_incident", order=30, icon="list-ul"))
