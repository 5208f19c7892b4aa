"""Catalogues of translations without the gettext programs: Babel reads, writes and compiles them."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.conf import settings
from django.utils.translation.template import templatize

LANGUAGES = ("nl", "fr")

_KEYWORDS = {
    **DEFAULT_KEYWORDS,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext_lazy": (1, 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext_lazy": ((1, "c"), 2, 3),
}


def path(language: str) -> Path:
    return Path(settings.LOCALE_PATHS[0]) / language / "LC_MESSAGES" / "django.po"


def collect() -> Catalog:
    """Every string marked for translation in the project's code and templates."""
    catalog = Catalog()
    for file in _sources():
        where = [(file.relative_to(settings.BASE_DIR).as_posix(), 1)]
        for message, context, comments in _messages(file):
            catalog.add(message, locations=where, auto_comments=comments, context=context)
    return catalog


def read(language: str) -> Catalog:
    file = path(language)
    if not file.exists():
        return _empty(language)
    with file.open("rb") as stream:
        return read_po(stream, locale=language, domain="django")


def update(language: str) -> Catalog:
    """Write the catalogue again with the strings of today; translations of strings that stay are kept."""
    catalog = read(language)
    catalog.update(collect(), no_fuzzy_matching=True, update_creation_date=False)
    catalog.obsolete.clear()
    file = path(language)
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("wb") as stream:
        write_po(stream, catalog, width=100, sort_output=True, include_lineno=False, omit_header=False)
    return catalog


def _empty(language: str) -> Catalog:
    return Catalog(
        locale=language,
        domain="django",
        project="CARMA",
        version="1",
        header_comment="# Translations of CARMA. `manage.py make_catalogues` gathers what is new.",
        msgid_bugs_address="-",
        last_translator="-",
        language_team="-",
        fuzzy=False,
    )


def untranslated(catalog: Catalog, known: Catalog) -> list[str]:
    """The strings of `catalog` that `known` does not translate, or not in each plural form."""
    wanted = [message for message in catalog if message.id]
    return [str(one.id) for one in wanted if not _is_whole(known.get(one.id, one.context))]


def _is_whole(message: Message | None) -> bool:
    strings = message.string if message is not None else ""
    return all(strings) if isinstance(strings, tuple | list) else bool(strings)


def compile_stale() -> list[Path]:
    """Write the binary beside every catalogue that is newer than it; answers those written."""
    written = []
    for file in sorted(Path(settings.LOCALE_PATHS[0]).glob("*/LC_MESSAGES/django.po")):
        binary = file.with_suffix(".mo")
        if binary.exists() and binary.stat().st_mtime_ns >= file.stat().st_mtime_ns:
            continue
        compiled = io.BytesIO()
        with file.open("rb") as source:
            write_mo(compiled, read_po(source, domain="django"))
        binary.write_bytes(compiled.getvalue())
        written.append(binary)
    return written


def _sources() -> Iterator[Path]:
    root = Path(settings.BASE_DIR)
    packages = [folder.parent for folder in root.glob("*/__init__.py") if folder.parent.name != "tests"]
    for folder in sorted([*packages, root / "templates"]):
        yield from sorted(folder.rglob("*.py"))
        yield from sorted(folder.rglob("*.html"))
        yield from sorted(folder.rglob("*.txt"))


def _messages(file: Path) -> Iterator[tuple[str | tuple[str, ...], str | None, list[str]]]:
    text = file.read_text(encoding="utf-8")
    if file.suffix != ".py":
        # What is not to be translated becomes blanked-out words, whose indentation is no Python.
        text = "\n".join(line.lstrip() for line in templatize(text, origin=str(file)).splitlines())
    found = extract("python", io.BytesIO(text.encode()), _KEYWORDS, ["Translators:"])
    for _line, message, comments, context in found:
        yield message, context, comments
