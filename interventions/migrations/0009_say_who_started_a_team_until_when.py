import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("interventions", "0008_ask_for_assistance"),
    ]

    operations = [
        migrations.AlterModelOptions(
            name="team",
            options={
                "permissions": [
                    ("operate_team", "Put teams in and out of service"),
                    ("lead_shift", "Start, change and take over teams"),
                ],
                "verbose_name": "team",
                "verbose_name_plural": "teams",
            },
        ),
        migrations.AddField(
            model_name="team",
            name="began_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="team",
            name="until_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="team",
            name="equipment",
            field=models.CharField(blank=True, max_length=200),
        ),
        migrations.AddField(
            model_name="team",
            name="guests",
            field=models.CharField(blank=True, max_length=160),
        ),
        migrations.AlterField(
            model_name="team",
            name="crew",
            field=models.CharField(blank=True, max_length=400),
        ),
        migrations.AddField(
            model_name="team",
            name="relieves",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="relieved_by",
                to="interventions.team",
            ),
        ),
    ]
