import uuid

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("actionfields", "0001_initial"),
        ("interventions", "0012_know_what_teams_can_do"),
    ]

    operations = [
        migrations.CreateModel(
            name="Skill",
            fields=[
                ("label_nl", models.CharField(max_length=120)),
                ("label_fr", models.CharField(max_length=120)),
                ("label_en", models.CharField(max_length=120)),
                ("code", models.SlugField(max_length=20, primary_key=True, serialize=False)),
            ],
            options={
                "verbose_name": "skill",
                "verbose_name_plural": "skills",
                "ordering": ["code"],
            },
        ),
        migrations.CreateModel(
            name="ResponsePlan",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("about", models.CharField(blank=True, max_length=10)),
                ("teams", models.PositiveSmallIntegerField()),
                (
                    "skills",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=20), blank=True, default=list, size=None
                    ),
                ),
                ("valid_from", models.DateField()),
                ("valid_to", models.DateField(blank=True, null=True)),
                ("source", models.CharField(max_length=300)),
                (
                    "priority",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="actionfields.priority",
                    ),
                ),
            ],
            options={
                "verbose_name": "response plan",
                "verbose_name_plural": "response plans",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("about", "priority", "valid_from"),
                        name="interventions_one_plan_per_start",
                        nulls_distinct=False,
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("teams__gte", 1)), name="interventions_plan_asks_a_team"
                    ),
                ],
            },
        ),
    ]
