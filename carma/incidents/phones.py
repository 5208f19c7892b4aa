"""Phone numbers, the same however they are written: +32 89 00 01 02, 0032 89000102 and 089/00.01.02."""

from __future__ import annotations

import re

from django.db.models import Func, Value

FROM_ABROAD = r"^(00)?32(?=\d{8,9}$)"  # Belgium's own numbers of that length begin with 0


def dialled(phone: str) -> str:
    """The digits of a number as they are dialled in Belgium."""
    return re.sub(FROM_ABROAD, "0", re.sub(r"\D", "", phone))


def dialled_in_database(column: str) -> Func:
    """The same, as PostgreSQL works it out."""
    digits = Func(column, Value(r"\D"), Value(""), Value("g"), function="regexp_replace")
    return Func(digits, Value(FROM_ABROAD), Value("0"), function="regexp_replace")
