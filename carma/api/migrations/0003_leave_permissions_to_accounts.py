from importlib import import_module

from django.db import migrations

earlier = import_module("carma.api.migrations.0002_know_a_persons_permissions")


class Migration(migrations.Migration):
    dependencies = [
        ("api", "0002_know_a_persons_permissions"),
        ("accounts", "0002_know_a_persons_permissions"),
    ]

    operations = [migrations.RunSQL(earlier.BACK, earlier.FORWARD)]
