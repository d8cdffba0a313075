"""The application for an ASGI server; the pages and the API are synchronous."""

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shipping_project.settings")
application = get_asgi_application()
