"""What was typed into a form that is not drawn again with its complaints: usable, or refused."""

from __future__ import annotations

from typing import Any

from django.forms import Form

from carma.errors import InvalidInput


def told(form: Form) -> dict[str, Any]:
    """The cleaned values. Raises `InvalidInput` with the first complaint."""
    for name, complaints in form.errors.items():
        raise InvalidInput(str(complaints[0]), field=name)
    return form.cleaned_data
