from __future__ import annotations

import re
from pathlib import Path

import pytest
from pytest_django import Settings

from carma.web import catalogues

PLACES = re.compile(r"%\(\w+\)[sd]|\{\w+\}")


@pytest.mark.parametrize("language", catalogues.LANGUAGES)
def test_every_string_is_translated(language: str) -> None:
    """`manage.py make_catalogues` gathers what is missing."""
    assert catalogues.untranslated(catalogues.collect(), catalogues.read(language)) == []


@pytest.mark.parametrize("language", catalogues.LANGUAGES)
def test_translations_keep_what_is_filled_in(language: str) -> None:
    for message in catalogues.read(language):
        ids = message.id if isinstance(message.id, tuple | list) else [message.id]
        strings = message.string if isinstance(message.string, tuple | list) else [message.string]
        wanted = set(PLACES.findall(ids[-1])) if message.id else set()
        for string in filter(None, strings if message.id else []):
            assert set(PLACES.findall(string)) == wanted, string


def test_gathering_again_keeps_translations_and_drops_what_is_gone(
    settings: Settings, tmp_path: Path
) -> None:
    settings.LOCALE_PATHS = [tmp_path]
    file = catalogues.path("nl")
    file.parent.mkdir(parents=True)
    file.write_text(
        'msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8"\n\n'
        'msgid "Sign in"\nmsgstr "Aanmelden"\n\nmsgid "Gone since long"\nmsgstr "Weg"\n',
        encoding="utf-8",
    )
    catalogues.update("nl")
    text = file.read_text(encoding="utf-8")

    assert 'msgid "Sign in"\nmsgstr "Aanmelden"' in text
    assert "Gone since long" not in text
    assert 'msgid "Your profile is saved."\nmsgstr ""' in text
    assert "msgid_plural" in text
    assert catalogues.update("nl") is not None
    assert file.read_text(encoding="utf-8") == text


def test_only_what_changed_is_compiled(settings: Settings, tmp_path: Path) -> None:
    settings.LOCALE_PATHS = [tmp_path]
    catalogues.update("nl")

    assert [file.name for file in catalogues.compile_stale()] == ["django.mo"]
    assert catalogues.compile_stale() == []
