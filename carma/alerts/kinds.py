"""How each kind of alert is told: to whom, in which order, and by which sound."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from carma.duty.models import Turn

DISPATCH, OFFICER = Turn.Function.DISPATCH, Turn.Function.DUTY_OFFICER


@dataclass(frozen=True)
class Kind:
    """The functions on one step of the ladder are told together; the next step joins when nobody answers.

    `sound` names a sound of its own, which comes before every other; without one the priority decides.
    """

    ladder: tuple[tuple[str, ...], ...] = ((OFFICER,), (DISPATCH,))
    sound: str = ""


KINDS: Mapping[str, Kind] = {
    "team.panic": Kind(ladder=((DISPATCH, OFFICER),), sound="panic"),
    "assignment.assistance": Kind(ladder=((DISPATCH,), (OFFICER,))),
}
LOUD = tuple(kind for kind, told in KINDS.items() if told.sound)


def of(kind: str) -> Kind:
    """A kind that is not in the table goes to the officer of duty first, then to dispatch."""
    return KINDS.get(kind, Kind())
