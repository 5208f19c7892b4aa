import carma.clock
import django.db.models.deletion
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("interventions", "0007_call_for_help_in_danger"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Assistance",
            fields=[
                ("status_since", models.DateTimeField(default=carma.clock.now, editable=False)),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                (
                    "urgency",
                    models.CharField(
                        choices=[("urgent", "Urgent: now"), ("routine", "When a team is free")], max_length=7
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("asked", "Asked"),
                            ("sent", "A team is sent"),
                            ("declined", "Not granted"),
                            ("withdrawn", "No longer needed"),
                        ],
                        default="asked",
                        max_length=9,
                    ),
                ),
                ("asked_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                ("answer", models.CharField(blank=True, max_length=400)),
                (
                    "asked_by",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "assignment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="assistance",
                        to="interventions.assignment",
                    ),
                ),
            ],
            options={
                "verbose_name": "request for assistance",
                "verbose_name_plural": "requests for assistance",
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("status", "asked")),
                        fields=("assignment",),
                        name="interventions_one_open_assistance",
                    )
                ],
            },
        ),
    ]
