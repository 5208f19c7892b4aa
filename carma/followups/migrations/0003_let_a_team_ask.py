from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("followups", "0002_list_by_newest"),
    ]

    operations = [
        migrations.AlterModelOptions(
            name="followup",
            options={
                "permissions": [
                    ("ask_followup", "Ask for a follow-up"),
                    ("answer_followup", "Take, finish or decline follow-ups"),
                ],
                "verbose_name": "follow-up",
                "verbose_name_plural": "follow-ups",
            },
        ),
    ]
