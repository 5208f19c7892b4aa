"""Chance that can be repeated: the same seed and names always give the same draws."""

from __future__ import annotations

from random import Random


def seeded(*names: object) -> Random:
    return Random(":".join(map(str, names)))  # noqa: S311  invented events, no secrets
