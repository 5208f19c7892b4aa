from interventions.models.assignment import Assignment
from interventions.models.assistance import Assistance
from interventions.models.panic import Panic
from interventions.models.position import Position
from interventions.models.team import Team

__all__ = ["Assignment", "Assistance", "Panic", "Position", "Team"]
