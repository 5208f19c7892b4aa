from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("incidents", "0004_list_calls_by_newest"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="incident",
            index=models.Index(
                condition=models.Q(("status", "reporting")),
                fields=["cleared_at"],
                name="incidents_document_due",
            ),
        ),
    ]
