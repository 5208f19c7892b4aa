from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

from django import forms
from django.db.models import Q
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from carma import clock
from carma.accounts.models import User
from carma.actionfields.models import IncidentType, IncidentTypeQuerySet, Priority, Question
from carma.geo import addresses
from carma.incidents import closing
from carma.incidents.actions import CallTold, PlaceTold, WarningTold
from carma.incidents.actions.intake import LONGEST_WORDS, NOTHING_TOLD
from carma.incidents.actions.warning import LONGEST_WORDS as LONGEST_WARNING
from carma.incidents.models import Call, Incident, Link, PlaceWarning
from carma.incidents.models.warning import WIDEST_M


class TypeField(forms.Field):
    """A type by its code ("cri-204"), its label in any language, or both as the list writes them."""

    widget = forms.TextInput(attrs={"maxlength": 140})

    def to_python(self, value: Any) -> IncidentType | None:
        told = str(value or "").replace("\0", "").strip()[:140]
        if not told:
            return None
        types = IncidentType.objects.in_force()
        by_code = types.filter(code=told.split()[0].upper()).first()
        return by_code or self._by_label(types, told)

    def prepare_value(self, value: Any) -> Any:
        return f"{value.pk} {value.label}" if isinstance(value, IncidentType) else value

    def _by_label(self, types: IncidentTypeQuerySet, told: str) -> IncidentType:
        labels = Q(label_nl__iexact=told) | Q(label_fr__iexact=told) | Q(label_en__iexact=told)
        found = list(types.filter(labels)[:2])
        if len(found) != 1:
            raise forms.ValidationError(
                _("No type is called “%(told)s”. Choose one from the list.") % {"told": told}
            )
        return found[0]


class LocalMomentField(forms.DateTimeField):
    """A moment on the clocks of the zone; in the hour that comes twice the later one that has been."""

    def __init__(self, *, to_the_second: bool = False, **options: Any) -> None:
        seconds, step = (":%S", {"step": 1}) if to_the_second else ("", {})
        kind = {"type": "datetime-local", **step}
        options.setdefault("widget", forms.DateTimeInput(attrs=kind, format=f"%Y-%m-%dT%H:%M{seconds}"))
        super().__init__(**options)

    def to_python(self, value: Any) -> datetime | None:
        if value in self.empty_values:
            return None
        with suppress(ValueError, OverflowError):
            told = datetime.fromisoformat(str(value).strip())
            if told.tzinfo is None:
                told = _last_of(told)
            return told.astimezone(UTC)
        raise forms.ValidationError(self.error_messages["invalid"], code="invalid")


def _last_of(told: datetime) -> datetime:
    later, earlier = (told.replace(tzinfo=clock.ZONE, fold=fold) for fold in (1, 0))
    return later if later <= clock.now() + clock.SKEW else earlier


class PlaceMixin(forms.Form):
    """A place as chosen from the list, pointed at on the map, or only typed."""

    place = forms.CharField(label=_("Place"), max_length=200, required=False)
    lat = forms.FloatField(required=False, min_value=-90, max_value=90, widget=forms.HiddenInput)
    lon = forms.FloatField(required=False, min_value=-180, max_value=180, widget=forms.HiddenInput)
    address_id = forms.IntegerField(
        required=False, min_value=1, max_value=2**63 - 1, widget=forms.HiddenInput
    )

    def place_told(self) -> PlaceTold | None:
        """The place; typed without choosing, it is located when it can mean one place only."""
        told = self.cleaned_data
        label = told["place"]
        if told["lat"] is not None and told["lon"] is not None:
            return PlaceTold(
                label or f"{told['lat']:.5f}, {told['lon']:.5f}", told["lat"], told["lon"], told["address_id"]
            )
        if not label:
            return None
        sure = addresses.sure(label)
        return PlaceTold(sure.label, sure.lat, sure.lon, sure.address_id) if sure else PlaceTold(label)


ANSWER, LONGEST_KEY, LONGEST_ANSWER = "answer_", 9, 300


class IntakeForm(PlaceMixin):
    """A call being taken. Type and place suffice to save; everything else can come later."""

    key = forms.UUIDField(initial=uuid.uuid4, widget=forms.HiddenInput)
    channel = forms.ChoiceField(label=_("Channel"), choices=Call.Channel.choices, initial=Call.Channel.ZONE)
    words = forms.CharField(
        label=_("What is going on?"),
        required=False,
        max_length=LONGEST_WORDS,
        widget=forms.Textarea(attrs={"rows": 4, "autofocus": True}),
    )
    type = TypeField(label=_("Type"), required=False)
    priority = forms.ModelChoiceField(
        label=_("Priority"), queryset=Priority.objects.order_by("code"), required=False
    )
    caller_phone = forms.CharField(
        label=_("Caller's phone"), max_length=30, required=False, widget=forms.TelInput
    )
    caller_name = forms.CharField(label=_("Caller's name"), max_length=120, required=False)
    cic_received_at = LocalMomentField(label=_("Received at the CIC"), required=False, to_the_second=True)
    received_at = LocalMomentField(label=_("Received by us"), required=False, to_the_second=True)
    planned_for = LocalMomentField(label=_("Planned for"), required=False)

    def clean(self) -> dict[str, Any]:
        told = super().clean() or {}
        anything = ("words", "type", "place", "lat")
        if not self.errors and not any(told.get(name) for name in anything):
            raise forms.ValidationError(NOTHING_TOLD)
        return told

    def asked(self) -> list[tuple[Question, str]]:
        """The questions of the type with the answers, then those answered before the type changed."""
        answers = dict(self._answers())
        type = self.cleaned_data.get("type")
        answered = [key for key, told in answers.items() if told]
        wanted = Question.objects.filter(Q(type=type) | Q(pk__in=answered))
        questions = sorted(wanted, key=lambda each: (each.type_id != getattr(type, "pk", None), each.type_id))
        return [(each, answers.get(each.pk, "")) for each in questions]

    def _answers(self) -> Iterator[tuple[int, str]]:
        for name, told in self.data.items():
            key = name.removeprefix(ANSWER)
            if key != name and key.isdecimal() and len(key) <= LONGEST_KEY:
                yield int(key), str(told).replace("\0", "").strip()[:LONGEST_ANSWER]

    @property
    def late(self) -> dict[str, Any]:
        """How a call from paper is told: it was known from the moment it came in, and is entered now."""
        received_at = self.cleaned_data["received_at"]
        return (
            {"at": received_at, "reason": gettext("Entered afterwards, from paper.")} if received_at else {}
        )

    def call_told(self) -> CallTold:
        """The call; what was answered to the questions of its type stands under the words."""
        told = self.cleaned_data
        answers = [f"{question} {answer}" for question, answer in self.asked() if answer]
        return CallTold(
            channel=told["channel"],
            words="\n".join([told["words"], *answers]).strip(),
            caller_name=told["caller_name"],
            caller_phone=told["caller_phone"],
            cic_received_at=told["cic_received_at"],
            received_at=told["received_at"],
            import_key=f"form-{told['key']}",
        )


class VerbForm(forms.Form):
    """What a verb on a record is told: the version last seen, and why where it asks so."""

    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, incident: Incident, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.incident = incident

    def how(self) -> dict[str, Any]:
        return {"expect": self.cleaned_data["version"], "reason": self.cleaned_data.get("reason", "")}


class QualifyForm(PlaceMixin, VerbForm):
    type = TypeField(label=_("Type"))
    place = forms.CharField(label=_("Place"), max_length=200)
    priority = forms.ModelChoiceField(
        label=_("Priority"),
        queryset=Priority.objects.order_by("code"),
        required=False,
        empty_label=_("as the type has it"),
    )
    reason = forms.CharField(label=_("Reason (to lower a 0 or 1)"), max_length=400, required=False)

    field_order = ["type", "place", "priority"]


class PriorityForm(VerbForm):
    priority = forms.ModelChoiceField(label=_("Priority"), queryset=Priority.objects.order_by("code"))
    reason = forms.CharField(label=_("Reason (to lower a 0 or 1)"), max_length=400, required=False)


class TypeForm(VerbForm):
    type = TypeField(label=_("Type"))
    reason = forms.CharField(label=_("Reason"), max_length=400, required=False)


class QueueForm(VerbForm):
    deferred_reason = forms.CharField(label=_("Reason told to the caller"), max_length=200, required=False)
    told = forms.BooleanField(label=_("The caller was told reason and delay"), required=False)


class CancelForm(VerbForm):
    because = forms.ChoiceField(label=_("Why"), choices=Incident.Cancelled.choices)
    reason = forms.CharField(label=_("Which zone, or what else to know"), max_length=400, required=False)


YES, NO = "yes", "no"


class AnswerField(forms.ChoiceField):
    """Yes or no, and nothing chosen beforehand; with the cursor in it one key answers."""

    def __init__(self, **kwargs: Any) -> None:
        choices = [("", "…"), (YES, pgettext_lazy("answer", "Yes")), (NO, pgettext_lazy("answer", "No"))]
        super().__init__(choices=choices, required=False, **kwargs)


class FinishForm(VerbForm):
    result = forms.ChoiceField(label=_("Result"), choices=Incident.Result.choices)
    pv_number = forms.CharField(
        label=_("PV number"),
        max_length=30,
        required=False,
        help_text=_("As TG.69.L3.00572/24. Without a number or a reason the report stays due."),
    )
    no_pv_reason = forms.CharField(label=_("Why there is no PV"), max_length=200, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.asked = closing.questions(self.incident)
        for question in self.asked:
            self.fields[f"answer_{question.key}"] = AnswerField(
                label=_("Follow-up needed: %(what)s?") % {"what": question.label}
            )

    def answers(self) -> dict[str, bool]:
        told = {question.key: self.cleaned_data[f"answer_{question.key}"] for question in self.asked}
        return {key: is_yes == YES for key, is_yes in told.items() if is_yes}


class MergeForm(VerbForm):
    into = forms.CharField(
        label=_("Into which incident"), max_length=20, help_text=_("Its number, as 2026-000123.")
    )


class UnmergeForm(VerbForm):
    reason = forms.CharField(label=_("Why they are two incidents after all"), max_length=400)


class AppearForm(VerbForm):
    reason = forms.CharField(label=_("Reason"), max_length=400, required=False)


class ReplanForm(VerbForm):
    planned_for = LocalMomentField(label=_("Planned for"))
    reason = forms.CharField(label=_("Reason"), max_length=400, required=False)


class LinkForm(VerbForm):
    to = forms.CharField(
        label=_("To which incident"), max_length=20, help_text=_("Its number, as 2026-000123.")
    )
    kind = forms.ChoiceField(label=_("How they belong together"), choices=Link.Kind.choices)
    reason = forms.CharField(label=_("Reason"), max_length=200)


class ReopenForm(VerbForm):
    reason = forms.CharField(label=_("Reason"), max_length=400)
    to_queue = forms.BooleanField(label=_("A team is needed again"), required=False)


class NoteForm(forms.Form):
    text = forms.CharField(
        label=_("Note"), max_length=LONGEST_WORDS, widget=forms.Textarea(attrs={"rows": 2})
    )


class WarningForm(PlaceMixin):
    """What whoever goes to a place must know, until when."""

    kind = forms.ChoiceField(label=_("What"))
    words = forms.CharField(
        label=_("What whoever goes there must know"),
        max_length=LONGEST_WARNING,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    place = forms.CharField(label=_("Place"), max_length=200)
    until_at = LocalMomentField(label=_("Holds until"))
    reach_m = forms.IntegerField(label=_("How far around (metres)"), min_value=1, max_value=WIDEST_M)
    reference = forms.CharField(label=_("Order or PV number"), max_length=60, required=False)
    incident = forms.UUIDField(required=False, widget=forms.HiddenInput)

    field_order = ["kind", "words", "place", "until_at", "reach_m", "reference"]

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        allowed = PlaceWarning.kinds_for(user)
        kinds: Any = self.fields["kind"]
        kinds.choices = [choice for choice in PlaceWarning.Kind.choices if choice[0] in allowed]

    def warning_told(self) -> WarningTold:
        told = self.cleaned_data
        place = self.place_told() or PlaceTold(told["place"])
        names = ("kind", "words", "until_at", "reach_m", "reference")
        return WarningTold(place=place, **{name: told[name] for name in names})


class ReviewForm(forms.Form):
    """On which version, and until when it holds now."""

    version = forms.IntegerField(required=False, widget=forms.HiddenInput)
    until_at = LocalMomentField(label=_("Holds until"))


class WithdrawForm(forms.Form):
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)
    reason = forms.CharField(label=_("Why it does not hold any more"), max_length=200)
