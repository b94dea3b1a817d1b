"""The web server's entry."""

import os

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "drive.config.settings")
application = get_wsgi_application()
get_resolver().url_patterns  # noqa: B018  # every page is read once, before the server divides into processes
