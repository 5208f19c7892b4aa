from interventions.models.assignment import Assignment
from interventions.models.deed import Deed
from interventions.models.position import Position
from interventions.models.team import Team

__all__ = ["Assignment", "Deed", "Position", "Team"]
