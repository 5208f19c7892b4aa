from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("interventions", "0002_note_when_a_team_was_heard"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="assignment",
            index=models.Index(
                condition=models.Q(("ended_at__isnull", False)),
                fields=["team", "-ended_at"],
                name="interventions_last_ended",
            ),
        ),
    ]
