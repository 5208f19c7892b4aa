"""The people of the demonstration: one for every role, with invented names."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group

from carma.accounts.models import Section, User
from carma.geo.models import Municipality
from interventions.simulation import people
from interventions.simulation.dice import seeded


@dataclass(frozen=True)
class Post:
    """A demo login: its name is its role; `section` is a code of SECTIONS."""

    username: str
    role: str
    section: str
    theme: str = User.Theme.LIGHT


SECTIONS = {
    "basis-genk": "Interventie Genk",
    "basis-bree": "Interventie Bree",
    "wijkwerking": "Wijkwerking",
    "recherche": "Recherche",
    "slachtofferzorg": "Slachtofferzorg",
    "preventie": "Preventie",
    "leiding": "Leiding en beleid",
}
POSTS = (
    Post("dispatcher", "dispatcher", "basis-genk", User.Theme.DARK),
    Post("dispatcher2", "dispatcher", "basis-bree", User.Theme.DARK),
    Post("officer", "officer", "basis-genk"),
    Post("team_lead", "team_lead", "basis-genk"),
    Post("duty_officer", "duty_officer", "leiding"),
    Post("duty_officer2", "duty_officer", "leiding"),
    Post("wijk", "wijk", "wijkwerking"),
    Post("wijk_lead", "wijk_lead", "wijkwerking"),
    Post("investigator", "investigator", "recherche"),
    Post("head_investigation", "head_investigation", "recherche"),
    Post("victim_care", "victim_care", "slachtofferzorg"),
    Post("victim_coord", "victim_coord", "slachtofferzorg"),
    Post("prevention", "prevention", "preventie"),
    Post("apo", "apo", "recherche"),
    Post("policy", "policy", "leiding"),
    Post("chief", "chief", "leiding"),
    Post("dpo", "dpo", "leiding"),
    Post("desk", "desk", "basis-genk"),
    Post("admin", "admin", "leiding"),
)
SERVICE = "demo-service"


def create() -> None:
    """Make the sections and people that are not there yet, without a password."""
    everywhere = sorted(Municipality.objects.values_list("nis", flat=True))
    for code, name in SECTIONS.items():
        Section.objects.get_or_create(code=code, defaults={"name": name, "municipalities": everywhere})
    for post in POSTS:
        _member(post.username, post.section, roles=[post.role], theme=post.theme)
    _member(SERVICE, "basis-genk", roles=["dispatcher", "team_lead"], theme=User.Theme.DARK)


def set_password(password: str) -> None:
    """Give every demo person the same password; worked out once, as it is slow on purpose."""
    encoded = make_password(password)
    usernames = [post.username for post in POSTS]
    for user in User.objects.filter(username__in=usernames):
        user.password = encoded
        user.save(update_fields=["password"])


def _member(username: str, section: str, *, roles: list[str], theme: str) -> None:
    dice = seeded("staff", username)
    user, is_new = User.objects.get_or_create(
        username=username,
        defaults={
            "first_name": dice.choice(people.FIRST_NAMES),
            "last_name": people.surname(dice),
            "section": Section.objects.get(code=section),
            "theme": theme,
            "password": "!",
        },
    )
    if is_new:
        user.groups.set(Group.objects.filter(name__in=roles))
