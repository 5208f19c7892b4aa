import carma.clock
import django.db.models.deletion
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("incidents", "0003_find_incidents_without_result"),
        ("interventions", "0006_list_assignments_by_newest"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Panic",
            fields=[
                ("status_since", models.DateTimeField(default=carma.clock.now, editable=False)),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[("raised", "Calls for help"), ("over", "Over")],
                        default="raised",
                        max_length=6,
                    ),
                ),
                ("raised_at", models.DateTimeField()),
                ("pressed_at", models.DateTimeField()),
                ("times_pressed", models.PositiveIntegerField(default=1)),
                ("well_at", models.DateTimeField(blank=True, null=True)),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                ("lat", models.FloatField(blank=True, null=True)),
                ("lon", models.FloatField(blank=True, null=True)),
                ("position_at", models.DateTimeField(blank=True, null=True)),
                ("place", models.CharField(blank=True, max_length=200)),
                (
                    "incident",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="panics",
                        to="incidents.incident",
                    ),
                ),
                (
                    "raised_by",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "team",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="panics",
                        to="interventions.team",
                    ),
                ),
            ],
            options={
                "verbose_name": "panic alarm",
                "verbose_name_plural": "panic alarms",
                "permissions": [
                    ("raise_panic", "Call for help in danger"),
                    ("end_panic", "Say that a team is out of danger"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("status", "raised")),
                        fields=("team",),
                        name="interventions_one_panic_per_team",
                    )
                ],
            },
        ),
    ]
