import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("incidents", "0007_link_incidents"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Presence",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "incident", "person", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("seen_at", models.DateTimeField()),
                ("verb", models.CharField(blank=True, max_length=20)),
                (
                    "incident",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="incidents.incident",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "default_permissions": (),
            },
        ),
        migrations.RunSQL(
            "ALTER TABLE incidents_presence SET UNLOGGED", "ALTER TABLE incidents_presence SET LOGGED"
        ),
    ]
