"""The web application for gunicorn. A wrong configuration stops it with one line per problem."""

import os
import sys

from django.core.checks import ERROR, run_checks
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shipping_project.settings")
application = get_wsgi_application()

problems = [found for found in run_checks() if found.level >= ERROR]
if problems:
    sys.exit("\n".join(f"{found.id}: {found.msg}" for found in problems))
