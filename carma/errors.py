"""Refusals of the domain. Raised by models and actions, turned into an answer in one place.

`code` is stable and documented; `detail` is a sentence in the user's language that says what to do.
"""

from __future__ import annotations

from typing import Any


class DomainError(Exception):
    """A rule of the trade says no."""

    status = 409
    code = "refused"

    def __init__(self, detail: str, **facts: Any) -> None:
        super().__init__(detail)
        self.detail = detail
        self.facts = facts


class MoveNotAllowed(DomainError):
    code = "move_not_allowed"


class MomentOutOfOrder(DomainError):
    code = "moment_out_of_order"


class ReasonNeeded(DomainError):
    code = "reason_needed"


class Stale(DomainError):
    """Somebody else changed the record since the caller last saw it."""

    status = 412
    code = "stale"


class InvalidInput(DomainError):
    """What was typed can't be used; `field` names the input at fault."""

    status = 400
    code = "invalid_input"

    def __init__(self, detail: str, *, field: str = "", **facts: Any) -> None:
        super().__init__(detail, **facts)
        self.field = field


class NotThere(DomainError):
    """No such record, or not one this user may know of."""

    status = 404
    code = "not_found"
