from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from carma.registry import MenuItem, menu

menu(MenuItem(_("Audit"), "desk:audit", "audit.view_entry", order=80, icon="journal-check"))
menu(MenuItem(_("Operations"), "desk:operations", "timers.view_heartbeat", order=90, icon="activity"))
