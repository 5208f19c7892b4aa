from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("incidents", "0003_find_incidents_without_result"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="call",
            index=models.Index(fields=["-received_at", "id"], name="incidents_call_newest"),
        ),
    ]
