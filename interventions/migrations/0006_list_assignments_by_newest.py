from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("interventions", "0005_keep_positions_by_day"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="assignment",
            index=models.Index(fields=["-assigned_at", "id"], name="interventions_newest"),
        ),
    ]
