"""Where settings come from: the environment, else the file the launcher wrote."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

BASE = Path(__file__).resolve().parents[2]
VAR = Path(os.environ.get("CARMA_VAR", BASE / "var"))


def _written() -> dict[str, str]:
    try:
        lines = (VAR / "env").read_text(encoding="utf-8").splitlines()
    except OSError:
        return {}
    return dict(line.split("=", 1) for line in lines if "=" in line and not line.startswith("#"))


_values = {**_written(), **os.environ}


def value(name: str, default: str = "") -> str:
    return _values.get(name) or default


def number(name: str, default: int) -> int:
    return int(value(name, str(default)))


def flag(name: str) -> bool:
    return value(name).lower() in {"1", "true", "yes"}


def words(name: str, default: str) -> list[str]:
    return [word for word in value(name, default).replace(",", " ").split() if word]


# A process that hangs inside a transaction must not hold up the alarms of the others for ever.
WORK_LIMITS = "-c lock_timeout=10s -c idle_in_transaction_session_timeout=60s"


def database(url: str, *, limits: str = "") -> dict[str, Any]:
    """Django's settings for `postgresql://user:password@host:port/name`; a socket folder as `?host=`.

    `limits` are settings of each session, as PostgreSQL takes them on a command line.
    """
    parts = urlsplit(url)
    told = dict(parse_qsl(parts.query))
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")) or "carma",
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": told.pop("host", None) or parts.hostname or "",
        "PORT": str(parts.port or told.pop("port", "")),
        "CONN_MAX_AGE": None,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {
            "connect_timeout": 3,
            "keepalives_idle": 10,
            "keepalives_interval": 5,
            "keepalives_count": 3,
            "tcp_user_timeout": 15000,
            **({"options": limits} if limits else {}),
            **told,
        },
    }
