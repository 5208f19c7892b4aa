from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("incidents", "0002_number_incidents_by_year"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="incident",
            index=models.Index(
                condition=models.Q(("status", "cleared")),
                fields=["cleared_at"],
                name="incidents_without_result",
            ),
        ),
    ]
