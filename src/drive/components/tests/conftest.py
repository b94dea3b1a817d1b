"""Lets these tests run without a site, with the fewest settings the parts need, unless one is set up."""

from __future__ import annotations

import os

import django
import jinja2
import pytest
from django.conf import settings

if not settings.configured and not os.environ.get("DJANGO_SETTINGS_MODULE"):
    settings.configure(FORM_RENDERER="drive.components.forms.Renderer", STATIC_URL="/static/", USE_TZ=True)
    django.setup()

from drive.components.environment import environment as make_environment


@pytest.fixture(scope="session")
def environment() -> jinja2.Environment:
    return make_environment()
