"""The people and places of the tests: a small cast with a role each."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.contrib.auth.models import Group
from django.test import Client
from django.utils import translation
from rest_framework.test import APIClient

from carma import clock as time_now
from carma.accounts.models import Section, User
from carma.actionfields.models import IncidentType
from carma.duty.models import Turn
from carma.geo import places, zone
from carma.geo.models import Area
from carma.incidents.actions import CallTold, PlaceTold, take_call
from carma.incidents.models import Incident
from interventions.actions import assign
from interventions.models import Assignment, Team

# Every test starts here: Saturday 23:14 in Brussels, in the night the clocks go forward.
START = datetime(2026, 3, 28, 22, 14, tzinfo=UTC)
LONG_AGO = date(2020, 1, 1)
GENK = PlaceTold(label="Stationsstraat 12, Genk", lat=50.9678, lon=5.4887)

Member = Callable[..., User]
Box = tuple[float, float, float, float]

# West, south, east and north of two municipalities that touch nowhere: enough for a zone.
GENK_BOX: Box = (5.40, 50.90, 5.60, 51.05)
BREE_BOX: Box = (5.50, 51.10, 5.70, 51.20)
Login = Callable[[User], APIClient]
Browse = Callable[[User], Client]


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(START, tick=False) as traveller:
        yield traveller


@pytest.fixture
def member(db: None) -> Member:
    """Make a member of the zone: `member("hanne", "wijk", municipalities=["71016"])`."""

    def make(username: str, *roles: str, municipalities: list[str] | None = None) -> User:
        section = None
        if municipalities is not None:
            section = Section.objects.create(code=username, name=username, municipalities=municipalities)
        user = User.objects.create_user(username, section=section, password=None)
        user.groups.set(Group.objects.filter(name__in=roles))
        return User.objects.get(pk=user.pk)

    return make


@pytest.fixture
def dispatcher(member: Member) -> User:
    return member("dispatcher", "dispatcher")


@pytest.fixture
def officer(member: Member) -> User:
    return member("officer", "officer")


@pytest.fixture
def team_lead(member: Member) -> User:
    return member("team_lead", "team_lead")


@pytest.fixture
def duty_officer(member: Member) -> User:
    """On duty from an hour ago, for a day."""
    person = member("duty_officer", "duty_officer")
    now = time_now.now()
    Turn.objects.create(
        function=Turn.Function.DUTY_OFFICER,
        person=person,
        starts_at=now - timedelta(hours=1),
        ends_at=now + timedelta(days=1),
    )
    return person


@pytest.fixture
def wijkinspecteur(member: Member) -> User:
    """Sees Bree, not Genk."""
    return member("wijkinspecteur", "wijk", municipalities=["72004"])


@pytest.fixture
def outsider(member: Member) -> User:
    """Holds the verbs of a wijkinspecteur but may know of no incident."""
    return member("outsider", "wijk", municipalities=[])


@pytest.fixture
def policy_maker(member: Member) -> User:
    """Sees figures, never an incident or a team; holds none of dispatch's verbs."""
    return member("policy_maker", "policy")


@pytest.fixture
def geography(db: None) -> Iterator[None]:
    """A zone of two square municipalities, Genk and Bree, each with its sector and one wijk."""
    zone.store_municipalities()
    Area.objects.bulk_create(
        Area(kind=kind, code=code, name=code, municipality=nis, polygon=_square(box), valid_from=LONG_AGO)
        for nis, sector, box in (("71016", "GENK", GENK_BOX), ("72004", "NOORD", BREE_BOX))
        for kind, code in (("municipality", nis), ("sector", sector), ("wijk", f"{sector}-1"))
    )
    places.forget()
    yield
    places.forget()


def _square(box: Box) -> dict[str, object]:
    west, south, east, north = box
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {"type": "Polygon", "coordinates": [ring]}


@pytest.fixture
def team(db: None) -> Team:
    return Team.objects.create(call_sign="GK12", base="Genk", sector="GENK", status_since=time_now.now())


@pytest.fixture
def second_team(db: None) -> Team:
    return Team.objects.create(call_sign="BR21", base="Bree", sector="NOORD", status_since=time_now.now())


@pytest.fixture
def take(dispatcher: User, geography: None) -> Callable[..., Incident]:
    """Take a call as the dispatcher: `take("CRI-204")`, in Genk unless told otherwise."""

    def do(
        code: str = "ORD-106", *, place: PlaceTold | None = GENK, words: str = "", **call: object
    ) -> Incident:
        told = CallTold(words=words, **call)  # type: ignore[arg-type]  # the test says which
        kind = IncidentType.objects.select_related("default_priority").get(code=code) if code else None
        return take_call(told, by=dispatcher, type=kind, place=place)

    return do


@pytest.fixture
def english() -> Iterator[None]:
    """Sentences as they stand in the code."""
    with translation.override("en"):
        yield


@pytest.fixture
def incident(take: Callable[..., Incident]) -> Incident:
    """Noise in Genk, priority 3, waiting for a team."""
    return take()


@pytest.fixture
def assignment(dispatcher: User, incident: Incident, team: Team) -> Assignment:
    return assign(team, incident, by=dispatcher)


@pytest.fixture
def api() -> Login:
    def login(user: User) -> APIClient:
        client = APIClient()
        client.force_authenticate(user)
        return client

    return login


@pytest.fixture
def browse() -> Browse:
    """Pages as this user gets them: `browse(dispatcher).get(...)`."""

    def login(user: User) -> Client:
        client = Client()
        client.force_login(user, backend="carma.accounts.known.RoleBackend")
        return client

    return login


@pytest.fixture(autouse=True)
def _nothing_drawn_before(monkeypatch: pytest.MonkeyPatch) -> None:
    """Draw the board anew each time: a test's changes get their place in the feed only when it commits."""
    monkeypatch.setattr("interventions.drawn.KEPT_S", 0.0)
