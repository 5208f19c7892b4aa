from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from carma.accounts.models import User
from carma.alerts import actions
from carma.alerts.alarms import sounding_for
from carma.alerts.models import REPEAT
from carma.events.models import Event
from carma.registry import MenuItem, menu, on_timer, panel, subscribe, topics_for
from carma.timers.models import Timer

TIMER_DEAD = gettext_noop("A timer was given up after five tries: %(kind)s. See the operations page.")

menu(MenuItem(_("Alerts"), "alerts:recent", "alerts.view_alert", order=30, icon="bell"))
panel("shell", template="alerts/_shell.html", context=lambda _none, user: sounding_for(user), order=10)


@on_timer(REPEAT)
def repeat(timer: Any, alert: Any) -> None:
    # After an outage it is told once, not once for every half minute that was missed. The timer ended by
    # the clock of the database: this host's may be wrong.
    actions.repeat(alert, at=max(timer.due_at, timer.ended_at))


@subscribe("timer.dead")
def tell_supervisor(event: Event) -> None:
    timer = Timer.objects.get(pk=event.subject_id)
    actions.raise_alert(
        "timer.dead", timer, priority=1, text=TIMER_DEAD, facts={"kind": timer.kind}, at=event.at
    )


@topics_for
def alert_topics(user: User) -> set[str]:
    return {"alert:*"} if user.has_perm("alerts.view_alert") else set()
