"""Form fields that draw themselves as our components, and the renderer that draws them.

Settings: FORM_RENDERER = "drive.components.forms.Renderer". Then `{{ form.held_on.as_field_group() }}` gives
label, hint, error and control, tied together by ids, without JavaScript; a plain Django field works as well.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, time
from pathlib import Path
from typing import Any

import django.forms
from django import forms
from django.core.exceptions import ValidationError
from django.forms.renderers import BaseRenderer
from django.template.backends.jinja2 import Jinja2
from django.utils.functional import cached_property

from drive.components import dates
from drive.components.choices import (
    Choice,
    ChoiceTiles,
    MultipleTiles,
    Select,
    Tick,
    needs_an_answer,
)
from drive.components.environment import TEMPLATES
from drive.components.unknowns import UNKNOWN, TextOrUnknown

__all__ = [
    "UNKNOWN",
    "ApproximateDateField",
    "BoundField",
    "Choice",
    "ChoiceTiles",
    "DateField",
    "MultipleTiles",
    "Renderer",
    "Select",
    "TextArea",
    "TextField",
    "TextOrUnknown",
    "Tick",
    "TimeField",
]


class BoundField(forms.BoundField):
    """A field of a form as a page sees it: what the field template needs, beyond Django's own."""

    @property
    def error_target(self) -> str:
        """The id of the first control, where a link from the error summary leads."""
        first_of_several = isinstance(self.field.widget, forms.RadioSelect | forms.MultiWidget)
        return f"{self.auto_id}_0" if first_of_several else self.auto_id

    @property
    def is_tick(self) -> bool:
        """Whether the label stands inside the tile, beside its box."""
        return isinstance(self.field.widget, forms.CheckboxInput)

    @property
    def definitions(self) -> list[Choice]:
        """What the answers mean, where they are defined (G-10)."""
        return getattr(self.field, "definitions", [])

    @property
    def optional_words(self) -> str:
        """What stands behind the label of a question that may be left open; "" where it may not."""
        if self.field.required or self.is_tick:
            return ""
        return getattr(self.field, "optional_words", "optional")

    def build_widget_attrs(self, attrs: dict[str, Any], widget: forms.Widget | None = None) -> dict[str, Any]:
        """Django's attributes with our classes. The browser checks nothing: the server answers in words."""
        built = super().build_widget_attrs(attrs, widget)
        built.pop("required", None)
        drawn = widget or self.field.widget
        kind = _kind(drawn)
        if kind:
            width = getattr(self.field, "width", "")
            classes = [
                f"govuk-{kind}",
                f"govuk-{kind}--error" if self.errors else "",
                f"drive-input--{width}" if width else "",
                drawn.attrs.get("class", ""),
            ]
            built["class"] = " ".join(name for name in classes if name)
        return built


def _kind(widget: forms.Widget) -> str:
    """The GOV.UK part a control is drawn as; "" for one that has no box of its own to draw."""
    if isinstance(widget, forms.Textarea):
        return "textarea"
    if isinstance(widget, forms.Select):
        return "select"
    if isinstance(widget, forms.CheckboxInput | forms.FileInput) or widget.is_hidden:
        return ""
    return "input" if isinstance(widget, forms.widgets.Input) else ""


class Renderer(BaseRenderer):
    """Draws forms with this package's Jinja2 templates, and Django's own for widgets we do not draw."""

    form_template_name = "components/forms/form.html"
    field_template_name = "components/forms/field.html"
    bound_field_class = BoundField

    @cached_property
    def engine(self) -> Jinja2:
        """An engine of its own, so that fields look the same whichever templates a page uses."""
        return Jinja2(
            {
                "NAME": "components",
                "APP_DIRS": False,
                "DIRS": [TEMPLATES, Path(django.forms.__file__).parent / "jinja2"],
                "OPTIONS": {"environment": "drive.components.environment.environment"},
            }
        )

    def get_template(self, template_name: str) -> Any:
        """The template of a form, field or widget. Raises TemplateDoesNotExist."""
        return self.engine.get_template(template_name)


class _Words:
    """What our typed fields share: the words for an open question, and for "optional"."""

    optional_words: str
    width: str

    @staticmethod
    def worded(kwargs: dict[str, Any]) -> dict[str, Any]:
        messages = {"required": needs_an_answer(kwargs.get("label"))}
        return {**kwargs, "error_messages": messages | (kwargs.get("error_messages") or {})}


class TextField(_Words, forms.CharField):
    """One line of text. `width` is "", "short", "date" or "time"."""

    def __init__(self, *, width: str = "", optional_words: str = "optional", **kwargs: Any) -> None:
        super().__init__(**self.worded(kwargs))
        self.width = width
        self.optional_words = optional_words


class TextArea(_Words, forms.CharField):
    """Several lines of text, `rows` high to begin with; line ends and indents are kept."""

    def __init__(self, *, rows: int = 3, optional_words: str = "optional", **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.Textarea(attrs={"rows": rows}))
        super().__init__(**self.worded(kwargs))
        self.optional_words = optional_words


class _Dated(_Words, forms.Field):
    """A date typed as text, kept inside `not_before` and `not_after`, both included.

    `past` says that it has happened: not after today. `today` is asked at each validation, so that a form
    left open over midnight answers rightly.
    """

    widget = forms.TextInput(attrs={"autocomplete": "off"})
    width = "date"

    def __init__(
        self,
        *,
        past: bool = False,
        not_before: date | None = None,
        not_after: date | None = None,
        today: Callable[[], date] = dates.today_in_london,
        optional_words: str = "optional",
        **kwargs: Any,
    ) -> None:
        super().__init__(**self.worded(kwargs))
        self.past, self.not_before, self.not_after, self.today = past, not_before, not_after, today
        self.optional_words = optional_words

    def refuse_outside(self, earliest: date, latest: date) -> None:
        """Raise ValidationError where no day from `earliest` to `latest` is allowed."""
        name = self.label or "The date"
        if self.past and earliest > self.today():
            raise ValidationError(f"{name} must be today or earlier", code="future")
        if self.not_before and latest < self.not_before:
            raise ValidationError(
                f"{name} must be {dates.plain_date(self.not_before)} or later", code="early"
            )
        if self.not_after and earliest > self.not_after:
            raise ValidationError(
                f"{name} must be {dates.plain_date(self.not_after)} or earlier", code="late"
            )


class DateField(_Dated):
    """One day, day before month: 3/11/2026, 2026-11-03, 3 Nov 2026, today, yesterday.

    Returns a date or None.
    """

    def to_python(self, value: Any) -> date | None:
        """Read what was typed. Raises ValidationError with what to type instead."""
        if value in self.empty_values:
            return None
        if isinstance(value, date):
            return dates.local_date(value)
        try:
            return dates.read_date(str(value), self.today())
        except ValueError as problem:
            raise ValidationError(str(problem), code="invalid") from None

    def validate(self, value: Any) -> None:
        """Refuse an open answer where one is needed, and a day outside the bounds."""
        super().validate(value)
        if value is not None:
            self.refuse_outside(value, value)

    def prepare_value(self, value: Any) -> Any:
        """A date as 03/11/2026; anything typed as it was typed."""
        return dates.typed_date(value) if isinstance(value, date) else value

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Whether another day is meant, however it is written."""
        try:
            return bool(self.to_python(data) != self.to_python(initial))
        except ValidationError:
            return True


class ApproximateDateField(_Dated):
    """A day, or only a month (11/2026, Nov 2026) or a year (2026). Returns an ApproximateDate or None."""

    def to_python(self, value: Any) -> dates.ApproximateDate | None:
        """Read what was typed. Raises ValidationError with what to type instead."""
        if value in self.empty_values:
            return None
        if isinstance(value, dates.ApproximateDate):
            return value
        try:
            return dates.read_approximate_date(str(value), self.today())
        except ValueError as problem:
            raise ValidationError(str(problem), code="invalid") from None

    def validate(self, value: Any) -> None:
        """Refuse an open answer where one is needed, and a time wholly outside the bounds."""
        super().validate(value)
        if value is not None:
            self.refuse_outside(value.earliest, value.latest)

    def prepare_value(self, value: Any) -> Any:
        """As it would be typed again."""
        return str(value) if isinstance(value, dates.ApproximateDate) else value


class TimeField(_Words, forms.Field):
    """A time of day: 14:10, 1410, 2.10pm. Returns a time or None."""

    widget = forms.TextInput(attrs={"autocomplete": "off"})
    width = "time"

    def __init__(self, *, optional_words: str = "optional", **kwargs: Any) -> None:
        super().__init__(**self.worded(kwargs))
        self.optional_words = optional_words

    def to_python(self, value: Any) -> time | None:
        """Read what was typed. Raises ValidationError with what to type instead."""
        if value in self.empty_values:
            return None
        if isinstance(value, time):
            return value
        try:
            return dates.read_time(str(value))
        except ValueError as problem:
            raise ValidationError(str(problem), code="invalid") from None

    def prepare_value(self, value: Any) -> Any:
        """A time as 14:10; anything typed as it was typed."""
        return dates.clock(value) if isinstance(value, time) else value
