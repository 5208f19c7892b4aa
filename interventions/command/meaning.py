"""What a line of the command bar means to this user, now."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from carma.actionfields.models import Priority
from carma.alerts.models import Alert
from carma.incidents.models import Incident
from carma.lifecycle import Lifecycle
from interventions.models import Assignment, Deed, Team

MODELS: dict[str, type[Lifecycle]] = {
    "team": Team,
    "incident": Incident,
    "assignment": Assignment,
    "alert": Alert,
}


@dataclass(frozen=True)
class Meaning:
    """The records a line is about, and what is said of them. `address` is where a jump leads."""

    team: Team | None = None
    incident: Incident | None = None
    assignment: Assignment | None = None
    alert: Alert | None = None
    priority: Priority | None = None
    deed: Deed | None = None
    text: str = ""
    reason: str = ""
    address: str = ""

    @property
    def records(self) -> Iterator[Lifecycle]:
        """Those it would change."""
        yield from (one for one in (self.team, self.incident, self.assignment, self.alert) if one is not None)

    @property
    def seen(self) -> str:
        """The records with their versions, as the preview hands them to the run."""
        told = [f"{one._meta.model_name}:{one.pk}:{one.version}" for one in self.records]
        return " ".join([*told, *([f"deed:{self.deed.pk}:"] if self.deed else [])])
