"""What a person needs to begin: the address, who may sign in, and a first call of the API."""

from __future__ import annotations

import json
import sys
from typing import Any

from carma.config.local import var

RULE = "-" * 78


def show(address: str, seconds: float) -> None:
    demo = _demo()
    lines = [RULE, f"CARMA runs at {address} (ready in {seconds:.0f} s). Ctrl-C stops it.", ""]
    if demo.get("logins"):
        lines += ["Sign in as", *_table(demo["logins"]), ""]
    if token := demo.get("token"):
        lines += ["Try the API", f'  curl -H "Authorization: Bearer {token}" {address}/api/v1/incidents/', ""]
    sys.stdout.write("\n".join([*lines, RULE, ""]))
    sys.stdout.flush()


def _table(rows: list[list[str]]) -> list[str]:
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
    return ["  " + "  ".join(map(str.ljust, row, widths)).rstrip() for row in rows]


def _demo() -> dict[str, Any]:
    """What `load_demo` wrote: {"logins": [[username, password, role], …], "token": "…"}."""
    try:
        told = (var.VAR / "demo.json").read_text(encoding="utf-8")
    except FileNotFoundError:
        return {}
    demo: dict[str, Any] = json.loads(told)
    return demo
