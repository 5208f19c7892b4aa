from __future__ import annotations

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "carma.config.settings")

app = Celery("carma")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
