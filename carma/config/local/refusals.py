"""What the launcher says when it can't go on: sentences, never a trace."""

from __future__ import annotations

import errno
import shutil
from pathlib import Path

ROOM_NEEDED_MB = 500


class CannotStart(Exception):
    """The start can't go on; the message is a full sentence that says what to do."""


def need_room(folder: Path) -> None:
    """Raise `CannotStart` when the disk of `folder`, which exists, is as good as full."""
    free_mb = shutil.disk_usage(folder).free // 2**20
    if free_mb < ROOM_NEEDED_MB:
        raise disk_full(folder, free_mb)


def disk_full(folder: Path, free_mb: int) -> CannotStart:
    return CannotStart(
        f"The disk that holds {folder} has {free_mb} MB left and at least {ROOM_NEEDED_MB} MB are needed. "
        "Make room, or set CARMA_VAR to a folder on another disk."
    )


def sentence(error: OSError) -> CannotStart:
    """Say in a sentence what the operating system refused."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return CannotStart(
            f"The disk is full: {error.filename or 'a file'} could not be written. "
            "Make room, or set CARMA_VAR to a folder on another disk."
        )
    where = f"{error.filename}: " if error.filename else ""
    return CannotStart(f"{where}{error.strerror or error}.")
