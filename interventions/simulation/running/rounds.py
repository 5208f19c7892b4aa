"""The simulation from round to round: it looks at what is there, and does what is due."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

from django.core.exceptions import ObjectDoesNotExist
from django.db import Error, InterfaceError, OperationalError, connection

from carma import clock
from carma.alerts.models import Alert
from carma.errors import DomainError
from carma.geo.models import Municipality
from carma.incidents.models import Incident
from interventions.models import Assignment
from interventions.simulation import cast, world
from interventions.simulation.arrivals import Arrivals
from interventions.simulation.running.agenda import Act, Agenda
from interventions.simulation.running.field import Field
from interventions.simulation.running.hands import taken_over
from interventions.simulation.running.room import Room
from interventions.simulation.running.tempo import Tempo

log = logging.getLogger(__name__)

UNFINISHED = timedelta(days=7)  # how far back results are still written after a restart
PATIENCE_S = 240  # how long an alert sounds before the simulated officer of duty takes it


class DatabaseGone(Exception):
    """The database can't be reached now; no step is lost, the same round may be tried again."""


class Simulation:
    """Plays the dispatcher and the teams. What a person does meanwhile always stands.

    Every step reads its records anew and does nothing when they moved on; a refusal is a line in the
    log. Losing the database raises `DatabaseGone`: call `round` again later.
    """

    def __init__(self, *, rate: float, seed: int, speed: float) -> None:
        self.agenda = Agenda()
        self.tempo = Tempo(clock.now(), speed)
        self.room = Room(world.storyteller(seed), Arrivals(rate=rate, seed=seed), self.agenda, self.tempo)
        prefixes = dict(Municipality.objects.values_list("nis", "pv_prefix"))
        self.field = Field(self.room, self.agenda, self.tempo, prefixes)
        self._take_up_results()

    def round(self) -> None:
        """Everything due now; call it about every second of simulated time."""
        now = clock.now()
        with database_may_go():
            self.room.listen(now)
            self._look_around()
            for act in self.agenda.due(now):
                self._try(act, now)
            self.field.move_teams(now)
            self._acknowledge(now)

    def _try(self, act: Act, now: datetime) -> None:
        try:
            act()
        except DomainError as refusal:
            log.info("left alone: %s", refusal.detail)
        except ObjectDoesNotExist as gone:
            log.info("left alone: %s", gone)
        except Error as error:
            if _is_gone(error):
                self.agenda.add(now, act)
            raise

    def _look_around(self) -> None:
        """Plan for what has a new state since the last round, whoever brought it there."""
        ours = Incident.objects.waiting().filter(calls__taken_by=self.room.by).distinct()
        teams = Assignment.objects.open().select_related("team", "incident")
        waiting = {(one.pk, str(one.status_since)): one for one in ours}
        at_work = {(one.pk, str(one.status)): one for one in teams}
        for key in self.agenda.news({*waiting, *at_work}):
            if key in waiting:
                self.room.plan(waiting[key])
            else:
                self.field.plan(at_work[key])

    def _take_up_results(self) -> None:
        """Once, at the start: what was cleared before still waits for its result or document."""
        unwritten = Incident.objects.filter(
            status__in=[Incident.Status.CLEARED, Incident.Status.REPORTING],
            received_at__gt=self.tempo.start - UNFINISHED,
            calls__taken_by=self.room.by,
        )
        for incident in unwritten.distinct():
            self.field.plan_result(incident)

    def _acknowledge(self, now: datetime) -> None:
        """The simulated officer of duty takes what nobody took for some minutes."""
        old = Alert.objects.sounding().filter(raised_at__lt=now - self.tempo.wait(PATIENCE_S))
        for alert in old.filter(subject_type="incidents.incident"):
            if not taken_over("incidents.incident", UUID(alert.subject_id)):
                self._try(partial(alert.acknowledge, by=cast.duty_officer()), now)


@contextmanager
def database_may_go() -> Iterator[None]:
    """Turn the errors of a lost connection into `DatabaseGone`; what is wrong with a statement stays so."""
    try:
        yield
    except Error as error:
        if not _is_gone(error):
            raise
        raise DatabaseGone((str(error).strip().splitlines() or ["no answer"])[0]) from error


def _is_gone(error: Error) -> bool:
    """A server that dies under a statement gives a plain `DatabaseError`; then nothing works any more."""
    if isinstance(error, (OperationalError, InterfaceError)):
        return True
    return connection.connection is None or not connection.is_usable()
