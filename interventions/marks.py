"""Running clocks as screens show them: from when they count, and when they call for attention."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from carma.actionfields.models import Priority
from carma.incidents.models import Incident
from carma.incidents.watch import priority_of, waits_since
from carma.norms import figures
from interventions import watch
from interventions.models import Assignment, Team


@dataclass(frozen=True)
class Marks:
    """When a clock started, when it asks for attention and when it is too late; all UTC."""

    since: datetime
    warn_at: datetime | None = None
    late_at: datetime | None = None

    def rank(self, at: datetime) -> int:
        """0 for what is too late at a moment, 1 for what asks attention, 2 for the rest."""
        if self.late_at is not None and at >= self.late_at:
            return 0
        return 1 if self.warn_at is not None and at >= self.warn_at else 2


def of_incident(incident: Incident) -> Marks:
    """How long an incident waits for a team."""
    return _by_terms(priority_of(incident), "unassigned", waits_since(incident))


def of_assignment(assignment: Assignment, priority: Priority | None) -> Marks:
    """How long a team takes for its next step, or is on scene without a word."""
    running = watch.over(assignment)
    since = watch.counts_from(assignment)
    return _by_terms(priority, running.term, since) if running else Marks(since)


def of_position(team: Team) -> Marks | None:
    """How old a team's position is, None when it has none."""
    if team.position_at is None or team.lat is None or team.lon is None:
        return None
    return Marks(team.position_at, warn_at=team.position_at + figures.span("position_old"))


def _by_terms(priority: Priority | None, term: str, since: datetime) -> Marks:
    if priority is None:
        return Marks(since)
    warn, escalate = (priority.term(term, stage) for stage in watch.STAGES)
    return Marks(since, since + warn if warn else None, since + escalate if escalate else None)
