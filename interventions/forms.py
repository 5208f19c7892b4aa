from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from carma import clock
from carma.errors import InvalidInput
from interventions.command.grammar import LONGEST


class ToldTimeField(forms.TimeField):
    """A time of day as somebody told it; becomes the last moment (UTC) that it was that late in the zone."""

    widget = forms.TimeInput(attrs={"type": "time"})
    default_error_messages = {"invalid": _("Write the time as 23:05.")}

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(input_formats=["%H:%M", "%H:%M:%S", "%Hh%M"], **kwargs)

    def clean(self, value: Any) -> Any:
        told = super().clean(value)
        return None if told is None else _last_moment(told)


class HowForm(forms.Form):
    """How a deed is told: on which version, when and why."""

    version = forms.IntegerField(required=False, widget=forms.HiddenInput)
    at = ToldTimeField(label=_("When (empty: now)"), required=False)
    reason = forms.CharField(label=_("Reason"), max_length=200, required=False)

    def how(self, *, since: datetime) -> dict[str, Any]:
        """For the verb. Raises `InvalidInput` with the first complaint about what was typed.

        `since` is when the record got its present status: who tells a minute means no second before that.
        """
        for name, complaints in self.errors.items():
            raise InvalidInput(str(complaints[0]), field=name)
        told = self.cleaned_data
        at = told["at"]
        if at is not None and at == since.replace(second=0, microsecond=0):
            at = since
        return {"expect": told["version"], "at": at, "reason": told["reason"]}


class AssignForm(HowForm):
    team = forms.UUIDField()


class CommandForm(forms.Form):
    """A line of the command bar as its preview hands it on."""

    line = forms.CharField(max_length=LONGEST, strip=False)
    key = forms.UUIDField()
    seen = forms.CharField(max_length=400, required=False)

    def told(self) -> dict[str, Any]:
        """Raises `InvalidInput` for what does not come from a preview."""
        for name, complaints in self.errors.items():
            raise InvalidInput(str(complaints[0]), field=name)
        return self.cleaned_data


def _last_moment(told: time) -> datetime:
    """The night the clocks change has times that come twice (the later counts) or not at all."""
    latest = clock.now() + clock.SKEW
    today = clock.local(latest).date()
    moments = (
        datetime.combine(today - timedelta(days=back), told.replace(fold=fold), clock.ZONE).astimezone(UTC)
        for back in range(3)
        for fold in (1, 0)
    )
    return next(moment for moment in moments if moment <= latest and clock.local(moment).time() == told)
