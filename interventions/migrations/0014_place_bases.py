from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("interventions", "0013_plan_responses"),
    ]

    operations = [
        migrations.CreateModel(
            name="Base",
            fields=[
                ("name", models.CharField(max_length=40, primary_key=True, serialize=False)),
                ("lat", models.FloatField()),
                ("lon", models.FloatField()),
                ("source", models.CharField(max_length=300)),
            ],
            options={
                "verbose_name": "base",
                "verbose_name_plural": "bases",
                "ordering": ["name"],
            },
        ),
    ]
