"""What can be done with an incident: the words, the key and the form of each verb."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from carma.accounts.models import User
from carma.incidents import forms
from carma.incidents.forms import VerbForm
from carma.incidents.models import Incident

Status = Incident.Status
KNOWN = ("version", "planned_for", "type", "priority", "place", "lat", "lon", "address_id")


@dataclass(frozen=True)
class Offer:
    """A verb as the page offers it. Its name is also its address; `is_next` is what the record waits for."""

    name: str
    title: Any
    key: str
    icon: str
    form: type[VerbForm]
    permission: str
    fits: Callable[[Incident], bool]
    is_next: bool = False

    def start(self, incident: Incident) -> VerbForm:
        """The form with what is known already."""
        known = {name: getattr(incident, name) for name in KNOWN}
        return self.form(incident=incident, initial=known, auto_id=f"{self.name}-%s")

    def told(self, posted: QueryDict, incident: Incident) -> VerbForm:
        return self.form(posted, incident=incident, auto_id=f"{self.name}-%s")


def _can(to: Status) -> Callable[[Incident], bool]:
    return lambda incident: incident.can_move(to)


def _is_cleared(incident: Incident) -> bool:
    return incident.status in (Status.CLEARED, Status.REPORTING)


def _is_running(incident: Incident) -> bool:
    return incident.type_id is not None and (incident.is_open or _is_cleared(incident))


def _is_qualified(incident: Incident) -> bool:
    return bool(incident.status == Status.QUALIFIED)


def _is_received(incident: Incident) -> bool:
    return bool(incident.status == Status.RECEIVED)


def _is_planned(incident: Incident) -> bool:
    return bool(incident.status == Status.PLANNED)


def _is_merged(incident: Incident) -> bool:
    return bool(incident.status == Status.MERGED)


def _always(incident: Incident) -> bool:
    return True


def _is_over(incident: Incident) -> bool:
    return incident.status in (Status.CLOSED, Status.CANCELLED)


_OFFERS = (
    Offer(
        name="qualify",
        title=_("Qualify"),
        key="q",
        icon="tag",
        form=forms.QualifyForm,
        permission="qualify_incident",
        fits=_is_received,
        is_next=True,
    ),
    Offer(
        name="appear",
        title=_("To the board now"),
        key="b",
        icon="kanban",
        form=forms.AppearForm,
        permission="qualify_incident",
        fits=_is_planned,
        is_next=True,
    ),
    Offer(
        name="replan",
        title=_("Another moment"),
        key="e",
        icon="calendar-event",
        form=forms.ReplanForm,
        permission="qualify_incident",
        fits=_is_planned,
    ),
    Offer(
        name="finish",
        title=_("Result and close"),
        key="f",
        icon="check-circle",
        form=forms.FinishForm,
        permission="close_incident",
        fits=_is_cleared,
        is_next=True,
    ),
    Offer(
        name="priority",
        title=_("Priority"),
        key="p",
        icon="flag",
        form=forms.PriorityForm,
        permission="qualify_incident",
        fits=_is_running,
    ),
    Offer(
        name="type",
        title=_("Type"),
        key="t",
        icon="tag",
        form=forms.TypeForm,
        permission="qualify_incident",
        fits=_is_running,
    ),
    Offer(
        name="queue",
        title=_("Let it wait"),
        key="w",
        icon="hourglass-split",
        form=forms.QueueForm,
        permission="qualify_incident",
        fits=_is_qualified,
    ),
    Offer(
        name="merge",
        title=_("Merge"),
        key="m",
        icon="sign-merge-left",
        form=forms.MergeForm,
        permission="merge_incident",
        fits=_can(Status.MERGED),
    ),
    Offer(
        name="unmerge",
        title=_("Take apart again"),
        key="u",
        icon="signpost-split",
        form=forms.UnmergeForm,
        permission="unmerge_incident",
        fits=_is_merged,
        is_next=True,
    ),
    Offer(
        name="link",
        title=_("Link"),
        key="l",
        icon="link-45deg",
        form=forms.LinkForm,
        permission="link_incident",
        fits=_always,
    ),
    Offer(
        name="cancel",
        title=_("Cancel the incident"),
        key="x",
        icon="x-circle",
        form=forms.CancelForm,
        permission="cancel_incident",
        fits=_can(Status.CANCELLED),
    ),
    Offer(
        name="reopen",
        title=_("Reopen"),
        key="o",
        icon="arrow-counterclockwise",
        form=forms.ReopenForm,
        permission="reopen_incident",
        fits=_is_over,
    ),
)
OFFERS = {offer.name: offer for offer in _OFFERS}


def offered(incident: Incident, user: User) -> list[tuple[Offer, VerbForm]]:
    """The verbs that the incident's status and the user's roles allow, each with its form."""
    return [
        (offer, offer.start(incident))
        for offer in _OFFERS
        if offer.fits(incident) and user.has_perm(f"incidents.{offer.permission}")
    ]
