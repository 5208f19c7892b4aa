"""How an incident is closed on paper: the number of its PV, or why there is none."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TypedDict

from carma import clock
from carma.incidents.models import Incident
from interventions.simulation import reference
from interventions.simulation.dice import seeded
from interventions.simulation.story import Ending

SERVICE = "L0"  # of the invented numbers, so that they are nobody's
DEFERRED = "Geen ploeg vrij: dringende oproepen gaan voor"
DEFERRED_FROM_S = 1_800  # a wait of this length is announced to the caller
UNKNOWN_COURT = "XX"
WITHOUT_PV = {
    Incident.Result.VPV: "Vereenvoudigd pv op de maandlijst",
    Incident.Result.GAS: "Enkel GAS-verslag",
    Incident.Result.RIR: "Enkel informatierapport",
}


class Paper(TypedDict):
    result: str
    pv_number: str
    no_pv_reason: str


class Papers:
    def __init__(self, prefixes: Mapping[str, str]) -> None:
        """`prefixes` are the courts' letters by municipality (NIS)."""
        self.prefixes = prefixes
        self.charges: dict[str, str] = {row["types"]: row["charge"] for row in reference.rows("charges.csv")}

    def of(self, incident: Incident, result: str) -> Paper:
        """The papers of an incident that ends with `result`."""
        if result != Incident.Result.PV:
            reason = WITHOUT_PV.get(Incident.Result(result), "")
            return Paper(result=result, pv_number="", no_pv_reason=reason)
        return Paper(result=result, pv_number=self._number(incident), no_pv_reason="")

    def _number(self, incident: Incident) -> str:
        charge = reference.most_specific(self.charges, str(incident.type_id))
        sequence = seeded("pv", incident.reference).randrange(1, 1_000_000)
        court = self.prefixes.get(incident.municipality, UNKNOWN_COURT)
        return f"{court}.{charge}.{SERVICE}.{sequence:06}/{clock.local(incident.received_at):%y}"


def cancelled_because(ending: Ending, received_at: datetime) -> str:
    """Why an incident that no team ended was cancelled."""
    if ending is Ending.STOOD_DOWN:
        return Incident.Cancelled.CALLED_OFF
    chance = seeded("cancelled", received_at.isoformat()).random()
    return Incident.Cancelled.FALSE_CALL if chance < 0.08 else Incident.Cancelled.ADVICE_BY_PHONE
