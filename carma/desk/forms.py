from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.contrib.auth.forms import AuthenticationForm, PasswordChangeForm
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from carma import clock
from carma.accounts.models import User

LONGEST_NAME = 150


class SignInForm(AuthenticationForm):
    error_messages = {
        **AuthenticationForm.error_messages,
        "invalid_login": _("This name and password do not go together. Mind capitals."),
        # Telling that an account exists but is closed would tell that it exists.
        "inactive": _("This name and password do not go together. Mind capitals."),
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.widget.attrs["class"] = "form-control form-control-lg"

    def clean(self) -> dict[str, Any]:
        if len(self.cleaned_data.get("username", "")) > LONGEST_NAME:
            raise self.get_invalid_login_error()  # longer than any name: not tried, and nothing to count
        return super().clean()


class ProfileForm(forms.Form):
    language = forms.ChoiceField(
        label=_("Language"),
        choices=User.Language.choices,
        widget=forms.Select(attrs={"class": "form-select"}),
    )
    theme = forms.ChoiceField(
        label=_("Theme"), choices=User.Theme.choices, widget=forms.Select(attrs={"class": "form-select"})
    )
    single_keys = forms.BooleanField(
        label=_("Use single-letter shortcuts"),
        required=False,
        help_text=_("Switch off when you dictate or use aids that press keys for you."),
        widget=forms.CheckboxInput(attrs={"class": "form-check-input"}),
    )


class PasswordForm(PasswordChangeForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.widget.attrs["class"] = "form-control"


class AuditForm(forms.Form):
    """What to look for in the audit trail. A look needs a purpose, for it is recorded too."""

    purpose = forms.CharField(
        label=_("Why do you look?"),
        max_length=200,
        help_text=_("For instance the number of the complaint or of the check. It is recorded."),
    )
    person = forms.CharField(label=_("Sign-in name of the person"), max_length=150, required=False)
    subject = forms.CharField(
        label=_("Record"),
        max_length=80,
        required=False,
        help_text=_("Number of an incident, or the key of a record"),
    )
    action = forms.CharField(
        label=_("Action"), max_length=80, required=False, help_text=_("For instance incident.read")
    )
    day_from = forms.DateField(
        label=_("From"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    day_to = forms.DateField(
        label=_("To and including"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    before = forms.IntegerField(required=False, min_value=1, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.widget.attrs["class"] = "form-control"

    def clean_person(self) -> User | None:
        name = self.cleaned_data["person"]
        person = User.objects.filter(username=name).first()
        if name and person is None:
            raise ValidationError(_("Nobody signs in with this name."))
        return person

    def clean(self) -> dict[str, Any]:
        told = super().clean() or self.cleaned_data
        if told.get("day_from") and told.get("day_to") and told["day_from"] > told["day_to"]:
            raise ValidationError(_("The period ends before it begins."))
        return told

    def clean_day_to(self) -> date | None:
        day: date | None = self.cleaned_data["day_to"]
        if day and day >= date.max:
            raise ValidationError(_("Choose an earlier day."))
        return day

    @property
    def since(self) -> datetime | None:
        return _midnight(self.cleaned_data["day_from"])

    @property
    def until(self) -> datetime | None:
        day = self.cleaned_data["day_to"]
        return _midnight(day + timedelta(days=1)) if day else None


def _midnight(day: date | None) -> datetime | None:
    """The first moment of a day on the clocks of the zone."""
    return datetime.combine(day, time.min, clock.ZONE) if day else None
