"""What packages plug into each other without importing each other.

Filled once at start-up by every package's `contributions` module; read-only from then on.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Handler = Callable[[Any], None]
TimerHandler = Callable[[Any, Any], None]
Round = Callable[[], int]
Topics = Callable[[Any], set[str]]
Authenticator = Callable[[str, str], Any]
PlaceSource = Callable[[Any, Any], Iterable[Any]]


@dataclass(frozen=True)
class MenuItem:
    label: Any
    url_name: str
    permission: str
    order: int = 100
    icon: str = ""


@dataclass(frozen=True)
class Panel:
    """A part of a page drawn by another package; `context` answers None to stay away."""

    page: str
    template: str
    context: Callable[[Any, Any], Mapping[str, Any] | None]
    order: int = 100


_handlers: dict[str, Handler] = {}
_by_event: dict[str, list[str]] = defaultdict(list)
_timers: dict[str, TimerHandler] = {}
_rounds: list[Round] = []
_menu: list[MenuItem] = []
_panels: list[Panel] = []
_topics: list[Topics] = []
_authenticators: list[Authenticator] = []
_places: dict[PlaceSource, tuple[str, ...]] = {}


def subscribe(*kinds: str) -> Callable[[Handler], Handler]:
    """Register a handler for events of these kinds. It may run twice and must not mind."""

    def add(handler: Handler) -> Handler:
        name = f"{handler.__module__}.{handler.__qualname__}"
        _handlers[name] = handler
        for kind in kinds:
            if name not in _by_event[kind]:
                _by_event[kind].append(name)
        return handler

    return add


def subscribers(kind: str) -> Sequence[str]:
    return _by_event.get(kind, ())


def handler_named(name: str) -> Handler:
    return _handlers[name]


def on_timer(kind: str) -> Callable[[TimerHandler], TimerHandler]:
    """Register what a due timer does: it gets the timer and its subject, both locked, subject first."""

    def add(handler: TimerHandler) -> TimerHandler:
        _timers[kind] = handler
        return handler

    return add


def timer_handler(kind: str) -> TimerHandler:
    return _timers[kind]


def each_round(work: Round) -> Round:
    """Register work that the Celery tick and the watchdog both do, every two seconds.

    It answers how much it did, and must be safe to run in several processes at once.
    """
    if work not in _rounds:
        _rounds.append(work)
    return work


def rounds() -> Sequence[Round]:
    return tuple(_rounds)


def menu(item: MenuItem) -> None:
    _menu.append(item)


def menu_items() -> list[MenuItem]:
    return sorted(_menu, key=lambda item: item.order)


def panel(
    page: str, *, template: str, context: Callable[[Any, Any], Mapping[str, Any] | None], order: int = 100
) -> None:
    _panels.append(Panel(page, template, context, order))


def panels(page: str) -> list[Panel]:
    return sorted((p for p in _panels if p.page == page), key=lambda p: p.order)


def topics_for(topics: Topics) -> Topics:
    """Register which event topics a user may hear of."""
    _topics.append(topics)
    return topics


def user_topics(user: Any) -> set[str]:
    """Every topic this user may hear: `word:key`, or `word:*` for all of that word."""
    return set().union(*(topics(user) for topics in _topics))


def authenticator(check: Authenticator) -> Authenticator:
    """Register a way to know a user by a bearer secret and the address it came from."""
    _authenticators.append(check)
    return check


def authenticators() -> Sequence[Authenticator]:
    return tuple(_authenticators)


def place_source(*records: str) -> Callable[[PlaceSource], PlaceSource]:
    """Register what a package knows of places: it gets an `around.Spot` and the user, answers `around.Fact`s.

    `records` are the models whose events change the answer ("incidents.placewarning"): screens ask again.
    """

    def add(ask: PlaceSource) -> PlaceSource:
        _places[ask] = records
        return ask

    return add


def place_sources() -> Sequence[PlaceSource]:
    return tuple(_places)


def place_records() -> Sequence[str]:
    """The models on which what is known of a place depends."""
    return sorted({name for names in _places.values() for name in names})
