"""Which role may use which verb: the one matrix. Roles are those of the trade (dispatcher, officer, …)."""

from __future__ import annotations

from django.contrib.auth.models import Group, Permission
from django.db import transaction

SEE = (
    "incidents.view_incident",
    "interventions.view_team",
    "interventions.view_assignment",
    "followups.view_followup",
    "alerts.view_alert",
    "duty.view_turn",
)
SEE_ALL = (*SEE, "incidents.view_every_incident")
# Empty houses and threatened people are told only to who has to act on them.
PLACE = ("incidents.view_placewarning",)
WATCHED = (*PLACE, "incidents.view_absence_watch")
GUARDED = (*WATCHED, "incidents.view_protected_person")
WARN = ("incidents.set_placewarning",)
LOOK_OUT = ("interventions.view_wantednotice",)
SEEK = (*LOOK_OUT, "interventions.set_wantednotice")
FIELD = (
    "interventions.operate_assignment",
    "interventions.operate_team",
    "incidents.note_incident",
    "incidents.take_call",
    "interventions.report_position",
    "interventions.raise_panic",
    "followups.ask_followup",
)
ROOM = (
    *FIELD,
    "incidents.qualify_incident",
    "incidents.cancel_incident",
    "incidents.merge_incident",
    "incidents.link_incident",
    "incidents.close_incident",
    "interventions.assign_team",
    "interventions.lead_shift",
    "alerts.view_every_alert",
    "alerts.acknowledge_alert",
    "followups.answer_followup",
    "interventions.view_track",
    "interventions.end_panic",
)
LEAD = ("incidents.reopen_incident", "incidents.unmerge_incident")
ROSTER = ("interventions.change_shifttemplate", "interventions.change_responseplan")
FIGURES = ("policy.view_tally",)
ENGINE = ("timers.view_heartbeat", "timers.change_timer")

ROLES: dict[str, tuple[str, ...]] = {
    "dispatcher": (*SEE_ALL, *ROOM, *GUARDED, *WARN, *SEEK),
    "officer": (*SEE_ALL, *FIELD, *GUARDED, *LOOK_OUT, "incidents.close_incident", "persons.view_person"),
    "team_lead": (*SEE_ALL, *ROOM, *GUARDED, *WARN, *SEEK, *LEAD, *ROSTER, *FIGURES),
    "duty_officer": (*SEE_ALL, *ROOM, *GUARDED, *WARN, *SEEK, *LEAD, *ROSTER, *FIGURES, *ENGINE),
    "wijk": (*SEE, *WATCHED, *WARN, *LOOK_OUT, "incidents.note_incident", "followups.answer_followup"),
    "wijk_lead": (
        *SEE,
        *WATCHED,
        *WARN,
        *LOOK_OUT,
        "incidents.note_incident",
        "followups.answer_followup",
        *FIGURES,
    ),
    "investigator": (
        *SEE,
        *PLACE,
        *SEEK,
        "incidents.note_incident",
        "incidents.reopen_incident",
        "followups.answer_followup",
    ),
    "head_investigation": (
        *SEE_ALL,
        *PLACE,
        *SEEK,
        "incidents.reopen_incident",
        "followups.answer_followup",
        *FIGURES,
    ),
    "victim_care": (*SEE, "followups.answer_followup"),
    "victim_coord": (*SEE, "followups.answer_followup", *FIGURES),
    "prevention": ("followups.view_followup", "followups.answer_followup"),
    "apo": SEE,
    "policy": FIGURES,
    "chief": (*SEE_ALL, *FIGURES, "alerts.view_every_alert"),
    "dpo": ("audit.view_entry",),
    "desk": (*SEE_ALL, *PLACE, "incidents.take_call", "incidents.note_incident"),
    "provider": ("interventions.view_team", "interventions.report_position", "interventions.raise_panic"),
    "admin": ("accounts.view_user", "api.view_servicetoken", *ENGINE),
}


@transaction.atomic
def load() -> int:
    """Make the roles what this table says; answers how many there are. Unknown permissions raise."""
    known = {
        f"{app}.{code}": pk
        for pk, app, code in Permission.objects.values_list("pk", "content_type__app_label", "codename")
    }
    for name, permissions in ROLES.items():
        role, _ = Group.objects.get_or_create(name=name)
        role.permissions.set([known[permission] for permission in permissions])
    return len(ROLES)
