from carma.incidents.actions.changes import add_note, qualify, reprioritise, retype
from carma.incidents.actions.endings import cancel, finish, queue, reopen
from carma.incidents.actions.intake import CallTold, PlaceTold, attach_call, take_call
from carma.incidents.actions.linking import link, unlink
from carma.incidents.actions.merging import merge, unmerge
from carma.incidents.actions.warning import WarningTold, warn

__all__ = [
    "CallTold",
    "PlaceTold",
    "WarningTold",
    "add_note",
    "attach_call",
    "cancel",
    "finish",
    "link",
    "merge",
    "qualify",
    "queue",
    "reopen",
    "reprioritise",
    "retype",
    "take_call",
    "unlink",
    "unmerge",
    "warn",
]
