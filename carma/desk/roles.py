from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from carma.accounts.models import User

LABELS = {
    "dispatcher": _("Dispatcher"),
    "officer": _("Intervention officer"),
    "team_lead": _("Team leader"),
    "duty_officer": _("Duty officer"),
    "wijk": _("Wijkinspecteur"),
    "wijk_lead": _("Head of wijkwerking"),
    "investigator": _("Investigator"),
    "head_investigation": _("Head of recherche"),
    "victim_care": _("Victim care"),
    "victim_coord": _("Victim care coordinator"),
    "prevention": _("Prevention adviser"),
    "apo": _("APO manager"),
    "policy": _("Policy adviser"),
    "chief": _("Chief of police"),
    "dpo": _("Data protection officer"),
    "desk": _("Front desk"),
    "provider": _("Provider of positions"),
    "admin": _("Administrator"),
}


def roles_of(user: User) -> list[str]:
    """The names of a user's roles in the active language."""
    names = user.groups.order_by("name").values_list("name", flat=True)
    return [str(LABELS.get(name, name)) for name in names]
