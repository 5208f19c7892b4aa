"""The simulated dispatcher: takes calls, sends teams, settles by phone what can be."""

from __future__ import annotations

import logging
from collections import deque
from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

from carma import clock
from carma.actionfields.models import IncidentType, Priority
from carma.incidents import actions as incidents
from carma.incidents.actions import CallTold, PlaceTold
from carma.incidents.models import Incident
from interventions import actions, plans, recommend
from interventions.candidates import Availability
from interventions.models import Assignment
from interventions.simulation import cast, documents
from interventions.simulation.arrivals import Arrivals
from interventions.simulation.dice import seeded
from interventions.simulation.running.agenda import Agenda
from interventions.simulation.running.hands import taken_over
from interventions.simulation.running.tempo import Tempo
from interventions.simulation.story import (
    LONGEST_ADVICE_S,
    Ending,
    Fate,
    SecondCall,
    Story,
    Storyteller,
    draw_fate,
)

log = logging.getLogger(__name__)

REMEMBERED = 500
NO_TEAM_FREE_S = 30
OLDEST_CALL = timedelta(minutes=2)  # callers who waited longer while we were away have hung up


class Room:
    def __init__(self, teller: Storyteller, arrivals: Arrivals, agenda: Agenda, tempo: Tempo) -> None:
        self.teller = teller
        self.arrivals = arrivals
        self.agenda = agenda
        self.tempo = tempo
        self.by = cast.dispatcher()
        self.types: dict[str, IncidentType] = IncidentType.objects.in_bulk()
        self.priorities: dict[int, Priority] = Priority.objects.in_bulk()
        self._fates: dict[UUID, Fate] = {}
        self._recent: deque[tuple[Story, UUID]] = deque(maxlen=8)
        self._heard_until = tempo.start

    def listen(self, now: datetime) -> None:
        """Note the calls that came in since the last round; each is written down when it has been told."""
        since = max(self._heard_until, now - OLDEST_CALL)
        if since > self._heard_until:
            log.warning("calls from %s to %s went unheard", self._heard_until, since)
        start, end = self.tempo.simulated(since), self.tempo.simulated(now)
        for moment in self.arrivals.between(start, end):
            told = self.teller.hear(moment, [story for story, _ in self._recent])
            received_at = self.tempo.real(moment)
            if isinstance(told, Story):
                self.agenda.add(
                    received_at + self.tempo.wait(told.steps.call), partial(self._take, told, received_at)
                )
            else:
                self.agenda.add(received_at, partial(self._attach, told, received_at))
        self._heard_until = now

    def plan(self, incident: Incident) -> None:
        """An incident of ours waits: decide when it is its turn, and whether a team goes."""
        fate = self.fate(incident)
        if fate.ending is Ending.BY_PHONE:
            wait = self.tempo.wait(min(fate.steps.queue, LONGEST_ADVICE_S))
            self.agenda.add(incident.status_since + wait, partial(self._cancel, incident.pk, fate.ending))
            return
        due = incident.status_since + self.tempo.wait(fate.steps.queue)
        self.agenda.add(due, partial(self._send, incident.pk))

    def fate(self, incident: Incident) -> Fate:
        """How it goes on: as its story says, or drawn anew after a restart."""
        known = self._fates.get(incident.pk)
        if known is None:
            dice = seeded(self.teller.seed, "fate", incident.reference)
            priority = 3 if incident.priority_id is None else incident.priority_id
            known = draw_fate(dice, str(incident.type_id), priority)
            self._remember(incident.pk, known)
        return known

    def stand_down(self, assignment: Assignment) -> None:
        """Call the team back: the caller says it is over."""
        actions.abort(assignment, by=self.by, reason="Beller meldt dat het voorbij is")
        self._cancel(assignment.incident_id, Ending.STOOD_DOWN)

    def _remember(self, pk: UUID, fate: Fate) -> None:
        self._fates[pk] = fate
        while len(self._fates) > REMEMBERED:
            del self._fates[next(iter(self._fates))]

    def _take(self, story: Story, received_at: datetime) -> None:
        spot, caller = story.spot, story.caller
        incident = incidents.take_call(
            CallTold(
                channel=story.matter.channel,
                words=story.words,
                caller_name=caller.name,
                caller_phone=caller.phone,
                received_at=received_at,
            ),
            by=self.by,
            type=self.types[story.type_code],
            place=PlaceTold(spot.label, spot.lat, spot.lon, spot.address_id),
            priority=self.priorities[story.matter.priority],
        )
        self._remember(incident.pk, story.fate)
        self._recent.append((story, incident.pk))
        if story.matter.priority > 2 and not story.matter.is_own:
            self._queue(incident, story.fate)

    def _queue(self, incident: Incident, fate: Fate) -> None:
        if fate.steps.queue < documents.DEFERRED_FROM_S or fate.ending is Ending.BY_PHONE:
            incidents.queue(incident, by=self.by)
            return
        incidents.queue(incident, by=self.by, deferred_reason=documents.DEFERRED, told_at=clock.now())

    def _attach(self, second: SecondCall, received_at: datetime) -> None:
        known = next((pk for story, pk in self._recent if story is second.story), None)
        if known is None:
            return
        call = CallTold(
            channel=second.channel,
            words=second.words,
            caller_name=second.caller.name,
            caller_phone=second.caller.phone,
            received_at=received_at,
        )
        incidents.attach_call(call, Incident.objects.get(pk=known), by=self.by)

    def _send(self, pk: UUID) -> None:
        incident = self._still_ours(pk)
        if incident is None:
            return
        asked = max(plans.of(incident).teams, 1)
        sent = [self._send_best(incident) for _each in range(asked)]
        if not any(sent):
            self.agenda.add(clock.now() + self.tempo.wait(NO_TEAM_FREE_S), partial(self._send, pk))

    def _send_best(self, incident: Incident) -> bool:
        """Send the best free team there is now, as recommended; whether there was one."""
        for one in recommend.rank(incident, recommend.look(self.by)):
            if one.availability is not Availability.FREE:
                continue
            try:
                actions.assign(one.team, incident, by=self.by)
            except actions.TeamNotAvailable as refusal:
                log.info("%s: %s", incident, refusal.detail)  # a person was quicker: the next team
            else:
                return True
        return False

    def _cancel(self, pk: UUID, ending: Ending) -> None:
        incident = self._still_ours(pk)
        if incident is not None:
            because = documents.cancelled_because(ending, incident.received_at)
            incidents.cancel(incident, because, by=self.by)

    def _still_ours(self, pk: UUID) -> Incident | None:
        """The incident as it is now, if it waits and nobody else looks after it."""
        incident = Incident.objects.get(pk=pk)
        if not incident.is_waiting or taken_over("incidents.incident", pk):
            return None
        return incident
