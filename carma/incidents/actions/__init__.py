from carma.incidents.actions.changes import add_note, qualify, reprioritise, retype
from carma.incidents.actions.endings import cancel, finish, merge, queue, reopen
from carma.incidents.actions.intake import CallTold, PlaceTold, attach_call, take_call

__all__ = [
    "CallTold",
    "PlaceTold",
    "add_note",
    "attach_call",
    "cancel",
    "finish",
    "merge",
    "qualify",
    "queue",
    "reopen",
    "reprioritise",
    "retype",
    "take_call",
]
