from carma.incidents.models.call import Call
from carma.incidents.models.incident import Incident, IncidentQuerySet
from carma.incidents.models.link import Link
from carma.incidents.models.presence import Presence
from carma.incidents.models.record import Milestone, Note, Party
from carma.incidents.models.warning import PlaceWarning

__all__ = [
    "Call",
    "Incident",
    "IncidentQuerySet",
    "Link",
    "Milestone",
    "Note",
    "Party",
    "PlaceWarning",
    "Presence",
]
