from interventions.models.assignment import Assignment
from interventions.models.assistance import Assistance
from interventions.models.crew import CrewPlace
from interventions.models.panic import Panic
from interventions.models.position import Position
from interventions.models.shift import ShiftTemplate
from interventions.models.team import Team
from interventions.models.wanted import WantedNotice

__all__ = [
    "Assignment",
    "Assistance",
    "CrewPlace",
    "Panic",
    "Position",
    "ShiftTemplate",
    "Team",
    "WantedNotice",
]
