"""Django's Jinja2 engine with one difference: what a view says stands over what the page's frame says.

Django lets context processors overwrite a view's own values; a record's page would then lose its standing
line (W-31).
"""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.template.backends.jinja2 import Jinja2, Template


class _ViewFirst(dict[str, Any]):
    """A context to which later values are only added."""

    def update(self, *args: Any, **kwargs: Any) -> None:
        for name, value in dict(*args, **kwargs).items():
            self.setdefault(name, value)


class FramedTemplate(Template):
    """A template whose view's values win."""

    def render(self, context: dict[str, Any] | None = None, request: HttpRequest | None = None) -> str:
        rendered: str = super().render(_ViewFirst(context or {}), request)
        return rendered


class PageEngine(Jinja2):
    """The engine named in TEMPLATES."""

    def from_string(self, template_code: str) -> FramedTemplate:
        return FramedTemplate(super().from_string(template_code).template, self)

    def get_template(self, template_name: str) -> FramedTemplate:
        return FramedTemplate(super().get_template(template_name).template, self)
