from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.db import models
from django.utils.dates import WEEKDAYS_ABBR
from django.utils.translation import gettext_lazy as _

from carma import clock
from carma.accounts.models import User
from carma.actionfields import kept
from carma.geo import places
from carma.incidents.forms import LocalMomentField, PlaceMixin
from carma.web.told import told
from interventions import plans
from interventions.models import ResponsePlan, WantedNotice
from interventions.shifts import Template, eligible
from interventions.wanted import LONGEST_WORDS, WantedTold

# Records with their versions: what the preview of a command showed.
SEEN = r"^(\w{1,20}:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}:\d{1,9}( |$))*$"


class CommandForm(forms.Form):
    """A line of the command bar as its preview hands it on."""

    line = forms.CharField(strip=False)
    key = forms.UUIDField()
    seen = forms.RegexField(SEEN, max_length=400, required=False)

    def told(self) -> dict[str, Any]:
        """For the run. Raises `InvalidInput` for what does not come from a preview."""
        return told(self)

    def clean_seen(self) -> list[tuple[str, UUID, int]]:
        tokens = (token.split(":") for token in self.cleaned_data["seen"].split())
        return [(kind, UUID(pk), int(version)) for kind, pk, version in tokens]


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
        values = told(self)
        at = values["at"]
        if at is not None and at == since.replace(second=0, microsecond=0):
            at = since
        return {"expect": values["version"], "at": at, "reason": values["reason"]}


class AssignForm(HowForm):
    """Which team to send, and why it is not the one that was recommended.

    `preempt` is the assignment from which a team is called back to be sent.
    """

    class Because(models.TextChoices):
        AT_HAND = "at_hand", _("Is there already, or nearer than shown")
        KNOWS_IT = "knows_it", _("Knows the case or the place")
        EQUIPMENT = "equipment", _("Has the vehicle or equipment for it")
        COVERAGE = "coverage", _("The recommended team has to stay in its sector")
        CANNOT_GO = "cannot_go", _("The recommended team can't go")
        OTHER = "other", _("Another reason")

    team = forms.UUIDField(required=False)
    preempt = forms.UUIDField(required=False)
    recommended = forms.UUIDField(required=False, widget=forms.HiddenInput)
    because = forms.ChoiceField(
        label=_("Why"), choices=[("", _("Choose a reason")), *Because.choices], required=False
    )
    why = forms.CharField(label=_("In your own words"), max_length=120, required=False)

    def clean(self) -> dict[str, Any]:
        told = super().clean() or {}
        if bool(told.get("team")) == bool(told.get("preempt")) and not self.errors:
            self.add_error("team", _("Choose one team."))
        return told

    def how(self, *, since: datetime) -> dict[str, Any]:
        how = super().how(since=since)
        because = self.cleaned_data["because"]
        reasons = (
            str(self.Because(because).label) if because else "",
            self.cleaned_data["why"],
            how["reason"],
        )
        return {**how, "reason": ". ".join(filter(None, reasons))}


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


class UntilField(ToldTimeField):
    """A time of day at which something ends; becomes the next moment (UTC) that it is that late."""

    def clean(self, value: Any) -> Any:
        told = forms.TimeField.clean(self, value)
        return None if told is None else _next_moment(told)


class CrewChoice(forms.ModelMultipleChoiceField):  # type: ignore[type-arg]  # generic in the stubs only
    """Members of the zone who may be in a team, by name."""

    widget = forms.CheckboxSelectMultiple(attrs={"class": "form-check-input"})

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(queryset=User.objects.none(), required=False, **kwargs)

    def label_from_instance(self, obj: Any) -> str:
        return str(obj.display_name)


class SkillChoice(forms.MultipleChoiceField):
    """What a team can do, by code."""

    widget = forms.CheckboxSelectMultiple(attrs={"class": "form-check-input"})

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(choices=lambda: plans.skills().items(), required=False, **kwargs)


class CrewForm(HowForm):
    """Who is in a team, what it can do, and until when."""

    skills = SkillChoice(label=_("Skills"))
    members = CrewChoice(label=_("Crew"))
    guests = forms.CharField(label=_("Others in the crew (names)"), max_length=160, required=False)
    until_at = UntilField(label=_("Until about"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["members"]
        field.queryset = eligible().order_by("last_name", "first_name", "username")

    def told(self, *leave_out: str) -> dict[str, Any]:
        """For the action. Raises `InvalidInput` with the first complaint about what was typed."""
        values = {name: value for name, value in told(self).items() if name not in leave_out}
        values["expect"] = values.pop("version")
        return values


class StartForm(CrewForm):
    call_sign = forms.CharField(label=_("Call sign"), max_length=12)
    base = forms.CharField(label=_("Base"), max_length=40)
    sector = forms.ChoiceField(label=_("Sector"), required=False)
    vehicle = forms.CharField(label=_("Vehicle"), max_length=40, required=False)
    equipment = forms.CharField(label=_("Equipment"), max_length=200, required=False)

    field_order = [
        "call_sign",
        "base",
        "sector",
        "vehicle",
        "equipment",
        "skills",
        "members",
        "guests",
        "until_at",
    ]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _offer_sectors(self)

    def told(self, *leave_out: str) -> dict[str, Any]:
        values = super().told(*leave_out)
        del values["expect"]
        return values


class ChangeTeamForm(CrewForm):
    sector = forms.ChoiceField(label=_("Sector"), required=False)
    vehicle = forms.CharField(label=_("Vehicle"), max_length=40, required=False)
    equipment = forms.CharField(label=_("Equipment"), max_length=200, required=False)

    field_order = ["sector", "vehicle", "equipment", "skills", "members", "guests", "until_at"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _offer_sectors(self)


class TakeOverForm(CrewForm):
    with_work = forms.BooleanField(label=_("Take over what it is on as well"), required=False)


class ShiftTemplateForm(forms.Form):
    """One shift as it comes back."""

    version = forms.IntegerField(required=False, widget=forms.HiddenInput)
    name = forms.CharField(label=_("Shift"), max_length=40)
    base = forms.CharField(label=_("Base"), max_length=40)
    sector = forms.ChoiceField(label=_("Sector"), required=False)
    starts = forms.TimeField(label=_("From"), widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"))
    ends = forms.TimeField(label=_("Until"), widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"))
    least = forms.IntegerField(label=_("Minimum"), min_value=0, max_value=40)
    days = forms.TypedMultipleChoiceField(
        label=_("Days"),
        choices=list(WEEKDAYS_ABBR.items()),
        coerce=int,
        widget=forms.CheckboxSelectMultiple(attrs={"class": "form-check-input"}),
    )
    call_signs = forms.CharField(label=_("Call signs, with commas"), max_length=400, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _offer_sectors(self)

    def clean_call_signs(self) -> tuple[str, ...]:
        signs = tuple(" ".join(sign.split()) for sign in self.cleaned_data["call_signs"].split(","))
        if any(len(sign) > 12 for sign in signs):
            raise forms.ValidationError(_("A call sign has at most 12 signs."))
        return tuple(sign for sign in signs if sign)

    def template_told(self) -> Template:
        told = {name: value for name, value in self.cleaned_data.items() if name != "version"}
        return Template(**{**told, "days": tuple(told["days"])})


class PlanForm(forms.Form):
    """What incidents of a type and priority ask for."""

    about = forms.ChoiceField(label=_("Type"), choices=lambda: _abouts(), required=False)
    priority = forms.TypedChoiceField(
        label=_("Priority"),
        choices=lambda: [("", _("every priority")), *kept.priorities().items()],
        coerce=lambda code: kept.priorities()[int(code)],
        empty_value=None,
        required=False,
    )
    teams = forms.IntegerField(label=_("Teams"), min_value=1, max_value=plans.MOST_TEAMS)
    skills = SkillChoice(label=_("Skills"))


def _abouts() -> list[tuple[str, Any]]:
    """All types, and the groups of them that a plan names already."""
    groups = ResponsePlan.objects.in_force().exclude(about="").values_list("about", flat=True)
    known = {code: each.label for code, each in kept.types().items()}
    return [
        ("", _("every type")),
        *((code, f"{code}…") for code in sorted(set(groups) - set(known))),
        *sorted(known.items(), key=lambda pair: pair[1]),
    ]


def _offer_sectors(form: forms.Form) -> None:
    """The sectors in force; a code that is none of them any more stays as it stands."""
    sectors = places.names("sector")
    known = form.initial.get("sector", "")
    others = {known: known} if known and known not in sectors else {}
    field: Any = form.fields["sector"]
    field.choices = [("", "-"), *sectors.items(), *others.items()]


def _next_moment(told: time) -> datetime:
    """The hour that the clocks skip counts as the hour after."""
    now = clock.now()
    today = clock.local(now).date()
    moments = (
        datetime.combine(today + timedelta(days=ahead), told, clock.ZONE).astimezone(UTC) for ahead in (0, 1)
    )
    return next((moment for moment in moments if moment > now), now + timedelta(days=1))


class WantedForm(PlaceMixin):
    """Whom or what to look out for, until when, and when to say so."""

    kind = forms.ChoiceField(label=_("What"), choices=WantedNotice.Kind.choices)
    title = forms.CharField(label=_("Whom or what, in one line"), max_length=120)
    words = forms.CharField(
        label=_("Description"), max_length=LONGEST_WORDS, required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )  # fmt: skip
    instruction = forms.CharField(label=_("What to do"), max_length=200, required=False)
    is_dangerous = forms.BooleanField(label=_("Dangerous or armed"), required=False)
    watch_words = forms.CharField(
        label=_("Words to watch for"),
        max_length=300,
        required=False,
        help_text=_("A name, a plate, “red Golf”; with commas between. A call that has one shows it."),
    )
    place = forms.CharField(label=_("Place, when it has one"), max_length=200, required=False)
    until_at = LocalMomentField(label=_("Look out until"))
    reference = forms.CharField(label=_("Number of PV or notice"), max_length=60, required=False)
    incident = forms.UUIDField(required=False, widget=forms.HiddenInput)

    def wanted_told(self) -> WantedTold:
        left_out = ("place", "lat", "lon", "address_id", "incident")
        told = {name: value for name, value in self.cleaned_data.items() if name not in left_out}
        return WantedTold(place=self.place_told(), **told)
