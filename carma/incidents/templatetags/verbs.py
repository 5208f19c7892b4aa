from __future__ import annotations

from django import forms, template
from django.forms.boundfield import BoundField
from django.utils.safestring import SafeString

register = template.Library()

CLASSES: dict[type, str] = {forms.Select: "form-select", forms.CheckboxInput: "form-check-input"}


@register.simple_tag
def look(field: BoundField) -> SafeString:
    """A field in the page's look."""
    return field.as_widget(attrs={"class": CLASSES.get(type(field.field.widget), "form-control")})


@register.simple_tag
def combobox(field: BoundField) -> SafeString:
    """A text field that offers a list, told to screen readers as such (its list and hint have its id)."""
    described = [f"{field.auto_id}_hint", *([f"{field.auto_id}_error"] if field.errors else [])]
    return field.as_widget(
        attrs={
            "class": "form-control",
            "role": "combobox",
            "aria-autocomplete": "list",
            "aria-expanded": "false",
            "aria-controls": f"{field.auto_id}_list",
            "aria-describedby": " ".join(described),
            "autocomplete": "off",
            "spellcheck": "false",
        }
    )
