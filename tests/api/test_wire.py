from __future__ import annotations

import json
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import UUID

import pytest
from django.utils.translation import gettext_lazy
from hypothesis import example, given
from hypothesis import strategies as st

from carma.api import wire

WHOLE = st.integers(min_value=-(2**63), max_value=2**63 - 1)
TEXT = st.text(alphabet=st.characters(exclude_categories=["Cs"]))
CONTENT = st.recursive(
    st.none() | st.booleans() | WHOLE | st.floats(allow_nan=False, allow_infinity=False) | TEXT,
    lambda part: st.lists(part, max_size=5) | st.dictionaries(TEXT, part, max_size=5),
)


@given(CONTENT)
def test_what_is_written_is_read_back(content: object) -> None:
    assert wire.read(wire.write(content)) == content


@given(st.binary(max_size=200))
@example(b"[" * 100_000)
@example(b'{"a":' * 5_000 + b"1" + b"}" * 5_000)
@example(b"9" * 5_000)
@example(b'"\\ud800"')
def test_any_bytes_are_read_or_refused(body: bytes) -> None:
    with suppress(wire.MalformedJson):
        wire.canonical(wire.read(body))


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"", "Expecting value"),
        (b"{", "Expecting"),
        (b"{'a': 1}", "Expecting"),
        (b'{"a": 1,}', "Expecting"),
        (b"\xff\xfe", "utf-8"),
        ('{"a": "é"}'.encode("latin-1"), "utf-8"),
        (b'{"a": NaN}', "NaN"),
        (b'{"a": -Infinity}', "Infinity"),
        (b'{"a": 1e999}', "too large"),
        (b'{"a": 123456789012345678901234567890}', "64-bit"),
        (b'{"a": 1, "b": 2, "a": 3}', "a"),
        (b'{"a": "\\ud83d"}', "surrogates"),
        (b"[" * 600 + b"]" * 600, "recursion"),
    ],
)
def test_what_could_be_misread_is_refused(body: bytes, why: str) -> None:
    with pytest.raises(wire.MalformedJson) as refusal:
        wire.read(body)

    assert why.lower() in refusal.value.detail.lower()


@given(st.dictionaries(TEXT, WHOLE, max_size=6), st.randoms())
def test_the_order_of_keys_says_nothing(content: dict[str, int], random: object) -> None:
    keys = list(content)
    random.shuffle(keys)  # type: ignore[attr-defined]

    assert wire.canonical({key: content[key] for key in keys}) == wire.canonical(content)


def test_our_values_have_one_form() -> None:
    moment = datetime(2026, 3, 28, 22, 14, tzinfo=UTC)
    content = {
        "at": moment,
        "id": UUID(int=1),
        "text": gettext_lazy("Dutch"),
        "money": Decimal("1.5"),
        "span": timedelta(minutes=2),
        "names": frozenset({"b", "a"}),
    }

    assert json.loads(wire.write(content)) == {
        "at": "2026-03-28T22:14:00Z",
        "id": "00000000-0000-0000-0000-000000000001",
        "text": str(gettext_lazy("Dutch")),
        "money": 1.5,
        "span": 120.0,
        "names": ["a", "b"],
    }


def test_what_has_no_form_is_our_mistake() -> None:
    with pytest.raises(TypeError):
        wire.write({"record": object()})
