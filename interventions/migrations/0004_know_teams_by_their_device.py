from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("interventions", "0003_find_when_a_team_became_free"),
    ]

    operations = [
        migrations.AddField(
            model_name="team",
            name="device",
            field=models.CharField(blank=True, max_length=40),
        ),
        migrations.AddConstraint(
            model_name="team",
            constraint=models.UniqueConstraint(
                condition=models.Q(
                    models.Q(("status", "off_duty"), _negated=True), models.Q(("device", ""), _negated=True)
                ),
                fields=("device",),
                name="interventions_device_on_shift",
            ),
        ),
    ]
