from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("interventions", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="assignment",
            name="heard_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
    ]
