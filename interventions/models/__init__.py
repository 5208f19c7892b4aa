from interventions.models.assignment import Assignment
from interventions.models.claim import SectorClaim
from interventions.models.crew import CrewPlace
from interventions.models.position import Position
from interventions.models.shift import ShiftTemplate
from interventions.models.team import Team

__all__ = ["Assignment", "CrewPlace", "Position", "SectorClaim", "ShiftTemplate", "Team"]
