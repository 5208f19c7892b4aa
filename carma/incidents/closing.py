"""What must be answered yes or no before an incident closes. Packages above ask; this one only knows that."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from carma.accounts.models import User
from carma.errors import DomainError
from carma.incidents.models import Incident


class AnswersNeeded(DomainError):
    """Something is still to be answered; `missing` has the keys."""

    code = "answers_needed"


@dataclass(frozen=True)
class Question:
    key: str
    label: Any


@dataclass(frozen=True)
class _Source:
    ask: Callable[[Incident], Iterable[Question]]
    answer: Callable[..., None]


_sources: list[_Source] = []


def source(*, ask: Callable[[Incident], Iterable[Question]], answer: Callable[..., None]) -> None:
    """Register who asks, and who hears the answer: `answer(incident, key, is_yes=…, by=…, at=…)`."""
    _sources.append(_Source(ask, answer))


def questions(incident: Incident) -> list[Question]:
    """What is not answered yet."""
    return [question for each in _sources for question in each.ask(incident)]


def settle(
    incident: Incident,
    answers: Mapping[str, bool],
    *,
    otherwise: bool | None = None,
    must: bool,
    by: User | None,
    at: datetime,
) -> None:
    """Pass the answers on; `otherwise` answers what is not named.

    Raises `AnswersNeeded` when something stays open that `must` be answered now.
    """
    missing: list[Question] = []
    for each in _sources:
        for question in each.ask(incident):
            is_yes = answers.get(question.key, otherwise)
            if is_yes is None:
                missing.append(question)
            else:
                each.answer(incident, question.key, is_yes=is_yes, by=by, at=at)
    if missing and must:
        raise AnswersNeeded(
            _("Answer yes or no first: %(questions)s.")
            % {"questions": ", ".join(str(question.label) for question in missing)},
            missing=[question.key for question in missing],
        )
