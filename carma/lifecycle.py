"""Records whose status moves along a fixed table, and never in any other way."""

from __future__ import annotations

from collections.abc import Mapping, Set
from datetime import datetime
from typing import Any, ClassVar, Required, TypedDict

from django.db import models, transaction
from django.utils.translation import gettext as _

from carma import clock
from carma.accounts.models import User
from carma.audit import trail
from carma.errors import MomentOutOfOrder, MoveNotAllowed, ReasonNeeded, Stale
from carma.events import outbox


class How(TypedDict, total=False):
    """How a deed is told: by whom, when (UTC), on which version of the record, and why."""

    by: Required[User | None]
    at: datetime | None
    expect: int | None
    reason: str


class Lifecycle(models.Model):
    """Base of every record with a status.

    A subclass declares the field `status`, the table `MOVES` (from a status to the statuses it may
    move to) and one method per move. `_move` is the only writer of `status`, but for `take_back`, by which
    one told in error goes back along the table `BACK`.
    """

    MOVES: ClassVar[Mapping[str, Set[str]]] = {}
    BACK: ClassVar[Mapping[str, Set[str]]] = {}

    status: Any
    status_since = models.DateTimeField(default=clock.now, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        abstract = True

    def hold(self) -> None:
        """Lock the row until the transaction ends and reload it; unsaved changes are dropped.

        Records it points to stay at hand when it still points to them: the caller may hold those as well.
        """
        known = {
            field: field.get_cached_value(self)
            for field in self._meta.concrete_fields
            if isinstance(field, models.ForeignKey) and field.is_cached(self)
        }
        self.refresh_from_db(from_queryset=type(self)._base_manager.select_for_update(of=("self",)))
        for field, record in known.items():
            if record is not None and getattr(self, field.attname) == record.pk:
                field.set_cached_value(self, record)

    def can_move(self, to: str) -> bool:
        return to in self.MOVES.get(self.status, frozenset())

    def expect_version(self, expect: int | None) -> None:
        """Raise `Stale` when the record has moved on since version `expect`; None asks nothing."""
        if expect not in (None, self.version):
            raise Stale(
                _("Somebody changed %(record)s meanwhile. Look at it again, then decide.") % {"record": self},
                version=self.version,
                expected=expect,
            )

    def _moment(self, at: datetime | None, reason: str) -> datetime:
        """The moment of a deed: `at` as told, or now.

        Raises `MomentOutOfOrder` before the present status or in the future, and `ReasonNeeded` when
        it is told later than `clock.LATE` without a reason.
        """
        heard = clock.now()
        if at is None:
            return max(heard, self.status_since)
        if not self.status_since <= at <= heard + clock.SKEW:
            raise MomentOutOfOrder(
                _("%(record)s is “%(status)s” since %(since)s. Give a moment after that, not in the future.")
                % {
                    "record": self,
                    "status": self.get_status_display(),  # type: ignore[attr-defined]  # Django makes it for choices
                    "since": f"{clock.local(self.status_since):%d/%m %H:%M:%S}",
                }
            )
        if heard - at > clock.LATE and not reason:
            raise ReasonNeeded(_("Say why this is told more than two minutes later."))
        return at

    def _move(
        self,
        to: str,
        *,
        by: User | None,
        at: datetime | None = None,
        expect: int | None = None,
        reason: str = "",
        stamp: str = "",
        **also: Any,
    ) -> None:
        """Move to status `to` under a row lock, leaving an audit entry and an event.

        `at` is the moment of the deed in UTC (default: now); `stamp` names the field that keeps it,
        once (a second arrival leaves the first standing); `also` are fields set by the same move.
        Raises `Stale`, `MoveNotAllowed`, `MomentOutOfOrder` and `ReasonNeeded`.
        """
        with transaction.atomic():
            self.hold()
            self.expect_version(expect)
            if not self.can_move(to):
                labels = dict(self._meta.get_field("status").flatchoices)  # type: ignore[union-attr]
                raise MoveNotAllowed(
                    _("%(record)s is “%(status)s” and can't become “%(to)s”.")
                    % {"record": self, "status": labels[self.status], "to": labels[to]},
                    status_now=self.status,
                )
            at = self._moment(at, reason)
            was = self.status
            values = {"status": to, "status_since": at, "version": self.version + 1, **also}
            if stamp and getattr(self, stamp) is None:
                values[stamp] = at
            self._set(values)
            kind = f"{self._meta.model_name}.{to}"
            changes = {"status": [was, to], **{name: [None, str(value)] for name, value in also.items()}}
            trail.record(kind, self, by=by, at=at, changes=changes, reason=reason)
            outbox.emit(kind, self, at=at)

    def _change(
        self, kind: str, *, by: User | None, at: datetime | None = None, reason: str = "", **values: Any
    ) -> None:
        """Change fields other than the status, leaving an audit entry and an event of `kind`.

        The caller holds the row. Fields that stay as they are are left out; no change, no trace.
        """
        changes = {
            name: [_plain(getattr(self, name)), _plain(value)]
            for name, value in values.items()
            if getattr(self, name) != value
        }
        if not changes:
            return
        at = at or clock.now()
        self._set({**values, "version": self.version + 1})
        trail.record(kind, self, by=by, at=at, changes=changes, reason=reason)
        outbox.emit(kind, self, at=at)

    def take_back(self, was: Mapping[str, Any], *, by: User, reason: str) -> None:
        """Give the record the status, and what came with it, that it had before a deed told in error.

        The caller holds the row and knows that nothing else happened to it since. Raises `MoveNotAllowed`
        for a way that `BACK` does not know.
        """
        if was["status"] not in self.BACK.get(self.status, frozenset()):
            raise MoveNotAllowed(_("%(record)s can't go back to that status.") % {"record": self})
        self._change(f"{self._meta.model_name}.taken_back", by=by, reason=reason, **was)

    def _set(self, values: Mapping[str, Any]) -> None:
        for name, value in values.items():
            setattr(self, name, value)
        self.save(update_fields=list(values))


def _plain(value: Any) -> Any:
    """A value as the audit trail keeps it: JSON's own types as they are, a record by its key."""
    if isinstance(value, models.Model):
        return str(value.pk)
    return value if value is None or isinstance(value, (str, int, float, bool)) else str(value)
