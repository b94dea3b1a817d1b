"""The template environment of the site: the components' own, and data for the few scripts that read it."""

from __future__ import annotations

from typing import Any

from django.utils.html import json_script
from jinja2 import Environment

from drive.components.environment import environment as components_environment


def environment(**options: Any) -> Environment:
    """What Django's Jinja2 backend calls."""
    env = components_environment(**options)
    env.filters["json_script"] = json_script
    return env
