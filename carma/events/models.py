from __future__ import annotations

from django.db import models
from django.db.models import Q

from carma import clock


class Event(models.Model):
    """Something that happened, told to screens and to other apps. Carries keys, never content.

    `pos` is given by the database at COMMIT, in the order of commits: a reader that asks for
    `pos > last` misses nothing. `topic` says who may hear of it: `word:key`.
    `at` is the moment of the deed, which may be told late; `recorded_at` when we heard.
    """

    at = models.DateTimeField()
    recorded_at = models.DateTimeField(default=clock.now)
    kind = models.CharField(max_length=80)
    subject_type = models.CharField(max_length=80)
    subject_id = models.CharField(max_length=64)
    version = models.IntegerField(null=True)
    topic = models.CharField(max_length=80, default="", blank=True)
    pos = models.BigIntegerField(null=True, editable=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["pos"], name="events_event_pos")]
        indexes = [models.Index(fields=["recorded_at"], name="events_event_recorded")]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject_id}"


class Delivery(models.Model):
    """One event owed to one subscriber. `done_at` empty means still owed."""

    event = models.ForeignKey(Event, models.CASCADE, related_name="deliveries", db_index=False)
    subscriber = models.CharField(max_length=120)
    due_at = models.DateTimeField(default=clock.now)
    done_at = models.DateTimeField(null=True)
    tries = models.PositiveSmallIntegerField(default=0)
    error = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["event", "subscriber"], name="events_one_delivery_per_subscriber")
        ]
        indexes = [models.Index(fields=["due_at"], condition=Q(done_at=None), name="events_delivery_owed")]

    def __str__(self) -> str:
        return f"{self.event_id} to {self.subscriber}"
