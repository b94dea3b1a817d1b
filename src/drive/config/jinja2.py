"""The template environment of the site: the components' own, with Django's URLs."""

from __future__ import annotations

from typing import Any

from django.templatetags.static import static
from django.urls import reverse
from jinja2 import Environment

from drive.components.environment import environment as components_environment


def environment(**options: Any) -> Environment:
    """What Django's Jinja2 backend calls."""
    env = components_environment(**options)
    env.globals.update(static=static, url=lambda name, *args, **kwargs: reverse(name, args=args, kwargs=kwargs))
    return env
