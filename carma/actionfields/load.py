"""The product's own reference data, from the files beside: action fields, priorities, types, what to ask."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path

from django.db import transaction

from carma.actionfields.models import ActionField, IncidentType, Priority, Question

FOLDER = Path(__file__).parent / "reference"
START = date(2020, 1, 1)
FIELDS = {
    "criminaliteit": ("Criminaliteit", "Criminalité", "Crime"),
    "openbare_orde": ("Openbare orde", "Ordre public", "Public order"),
    "verkeer": ("Verkeer", "Circulation", "Traffic"),
    "bestuurlijke_tussenkomsten": (
        "Bestuurlijke tussenkomsten",
        "Interventions administratives",
        "Administrative interventions",
    ),
    "hulp": ("Hulp", "Assistance", "Help"),
}


def rows(name: str) -> list[dict[str, str]]:
    with (FOLDER / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@transaction.atomic
def load() -> int:
    """Load or refresh everything; running it again changes nothing. Answers the number of types."""
    for code, (nl, fr, en) in FIELDS.items():
        parent = "bestuurlijke_tussenkomsten" if code == "hulp" else None
        labels = {"label_nl": nl, "label_fr": fr, "label_en": en}
        ActionField.objects.update_or_create(code=code, defaults={**labels, "counts_under_id": parent})
    for row in rows("priorities.csv"):
        Priority.objects.update_or_create(code=int(row["code"]), defaults=_priority(row))
    synonyms = {row["code"]: row["synonyms"] for row in rows("synonyms.csv")}
    types = [_type(row, synonyms.get(row["code"], "")) for row in rows("incident_types.csv")]
    kept = [field.name for field in IncidentType._meta.fields if field.name not in {"code", "valid_to"}]
    IncidentType.objects.bulk_create(types, update_conflicts=True, unique_fields=["code"], update_fields=kept)
    _load_questions()
    return len(types)


def _load_questions() -> None:
    """The scripts as the file has them; a question that keeps its place keeps its key."""
    asked: dict[str, list[dict[str, str]]] = {}
    for row in rows("questions.csv"):
        labels = {name: row[name] for name in ("label_nl", "label_fr", "label_en")}
        for code in row["types"].split(";"):
            asked.setdefault(code, []).append(labels)
    kept = [
        Question.objects.update_or_create(type_id=code, order=order, defaults=labels)[0].pk
        for code, script in asked.items()
        for order, labels in enumerate(script, 1)
    ]
    Question.objects.exclude(pk__in=kept).delete()


def _priority(row: dict[str, str]) -> dict[str, object]:
    numbers = [name for name in row if name.endswith("_s")]
    return {
        **{name: row[name] for name in ("label_nl", "label_fr", "label_en", "basis")},
        **{name: int(row[name]) if row[name] else None for name in numbers},
        "urgent": row["urgent"] == "1",
        "kpi_percentile": int(row["kpi_percentile"]),
    }


def _type(row: dict[str, str], synonyms: str) -> IncidentType:
    return IncidentType(
        code=row["code"],
        label_nl=row["label_nl"],
        label_fr=row["label_fr"],
        label_en=row["label_en"],
        action_field_id=row["action_field"],
        default_priority_id=int(row["default_priority"]),
        urgent=row["urgent"] == "1",
        triggers=[word for word in row["triggers"].split(";") if word],
        level=row["level"],
        sphere=row["sphere"],
        group=row["code"][:5],
        is_planned="gepland" in row["label_nl"],
        synonyms=synonyms,
        valid_from=START,
    )
