from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from carma.registry import MenuItem, menu

menu(MenuItem(_("On duty"), "duty:now", "duty.view_turn", order=40, icon="person-badge"))
