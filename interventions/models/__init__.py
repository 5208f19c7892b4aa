from interventions.models.assignment import Assignment
from interventions.models.assistance import Assistance
from interventions.models.base import Base
from interventions.models.claim import SectorClaim
from interventions.models.crew import CrewPlace
from interventions.models.deed import Deed
from interventions.models.panic import Panic
from interventions.models.plan import ResponsePlan, Skill
from interventions.models.position import Position
from interventions.models.shift import ShiftTemplate
from interventions.models.team import Team
from interventions.models.wanted import WantedNotice

__all__ = [
    "Assignment",
    "Assistance",
    "Base",
    "CrewPlace",
    "Deed",
    "Panic",
    "Position",
    "ResponsePlan",
    "SectorClaim",
    "ShiftTemplate",
    "Skill",
    "Team",
    "WantedNotice",
]
