"""The whole application with the bare views beside it, for the server of a measurement."""

from __future__ import annotations

from django.conf import settings
from django.core.wsgi import get_wsgi_application

application = get_wsgi_application()
settings.ROOT_URLCONF = "orders.bench.bare.urls"
