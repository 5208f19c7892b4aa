"""Invented people. Nobody bears these names, and no telephone rings at these numbers."""

from __future__ import annotations

from random import Random

FIRST_NAMES = (
    "Aline", "Amir", "An", "Bart", "Bilal", "Carla", "Cem", "Daan", "Dirk", "Elif", "Emma", "Fatma",
    "Femke", "Giovanni", "Greet", "Hanne", "Ilse", "Jef", "Joke", "Kaat", "Koen", "Lies", "Luca", "Maarten",
    "Malika", "Marc", "Nele", "Nora", "Omar", "Piet", "Rik", "Rosa", "Sara", "Stef", "Tine", "Tom",
    "Veerle", "Wim", "Yasmine", "Zoë",
)  # fmt: skip
# Each surname is put together from two halves, so that it reads as one and is nobody's.
FRONT = (
    "Appel", "Berken", "Distel", "Fluister", "Haver", "Kiezel",
    "Linden", "Mist", "Nevel", "Wolken", "Zilver", "Zomer",
)  # fmt: skip
BACK = ("bedacht", "brons", "droom", "gaarde", "klank", "spinsel", "vliet", "waan", "zoom")


def surname(dice: Random) -> str:
    return dice.choice(FRONT) + dice.choice(BACK)


def full_name(dice: Random) -> str:
    return f"{dice.choice(FIRST_NAMES)} {surname(dice)}"


def phone(dice: Random) -> str:
    """In the form +32 400 00 12 34: the block 0400 00 is no operator's."""
    number = dice.randrange(10_000)
    return f"+32 400 00 {number // 100:02} {number % 100:02}"
