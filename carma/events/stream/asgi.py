"""What the ASGI server runs: `uvicorn carma.events.stream.asgi:application`."""

from __future__ import annotations

import logging
import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "carma.config.settings")
django.setup()

from carma.events.stream.service import Service  # noqa: E402  models can be imported from here on only

# One line for every stream that opens says nothing anybody reads.
logging.getLogger("uvicorn.access").setLevel(logging.WARNING)

application = Service()
