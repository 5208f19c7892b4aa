import uuid

import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("interventions", "0010_seat_members_in_teams"),
    ]

    operations = [
        migrations.CreateModel(
            name="ShiftTemplate",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("name", models.CharField(max_length=40)),
                ("base", models.CharField(max_length=40)),
                ("sector", models.CharField(blank=True, max_length=20)),
                ("starts", models.TimeField()),
                ("ends", models.TimeField()),
                (
                    "days",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.PositiveSmallIntegerField(), size=None
                    ),
                ),
                (
                    "call_signs",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=12), blank=True, default=list, size=None
                    ),
                ),
                ("least", models.PositiveSmallIntegerField(default=1)),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
            ],
            options={
                "verbose_name": "shift template",
                "verbose_name_plural": "shift templates",
                "ordering": ["base", "sector", "starts", "name", "id"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("base", "sector", "name"), name="interventions_shift_named_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("days__contained_by", [0, 1, 2, 3, 4, 5, 6])),
                        name="interventions_shift_on_weekdays",
                    ),
                ],
            },
        ),
    ]
