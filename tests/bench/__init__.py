"""Measurements, run by `make bench`, not by the tests. Importing the package makes Django ready."""

from __future__ import annotations

import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "carma.config.settings")
django.setup()
