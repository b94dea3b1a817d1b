"""The Jinja2 environment of every page, named in Django's TEMPLATES as OPTIONS["environment"].

Escaping is always on. Beyond Jinja's own, templates may call
    static(path), url(name, ...), now(), as_standing(...)
and use the filters
    long_date, weekday_date, plain_date, short_date, short_weekday_date, typed_date,
    clock, clock_seconds, duration (of minutes), days, age(today), number (thousands separated),
    listed (names).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import jinja2
from django.templatetags.static import static
from django.urls import reverse

from drive.components import dates
from drive.components.page import as_standing

TEMPLATES = Path(__file__).parent / "jinja2"


def url(name: str, *args: Any, query: str = "", **kwargs: Any) -> str:
    """The address of a named page, with an optional `query` already encoded and without its question mark."""
    address = reverse(name, args=args or None, kwargs=kwargs or None)
    return f"{address}?{query}" if query else address


def now() -> datetime:
    """This moment, in Europe/London."""
    return datetime.now(dates.LONDON)


def number(value: int) -> str:
    """12,345."""
    return f"{value:,}"


def listed(words: Sequence[str]) -> str:
    """One; one and two; one, two and three."""
    return " and ".join(part for part in (", ".join(words[:-1]), words[-1] if words else "") if part)


def environment(**options: Any) -> jinja2.Environment:
    """Make the environment. Without a loader it finds this package's own templates only.

    A missing variable is an error where it is printed or tested: a blank would read as "nothing known".
    Test optional ones with `is defined` or `|default(...)`. `options` are those of jinja2.Environment.
    """
    options.setdefault("loader", jinja2.FileSystemLoader(TEMPLATES))
    options["autoescape"] = True
    options["undefined"] = jinja2.StrictUndefined
    options.setdefault("trim_blocks", True)
    options.setdefault("lstrip_blocks", True)
    made = jinja2.Environment(**options)  # nosec B701: autoescape is set above
    made.globals.update(static=static, url=url, now=now, as_standing=as_standing)
    made.filters.update(
        long_date=dates.long_date,
        weekday_date=dates.weekday_date,
        plain_date=dates.plain_date,
        short_date=dates.short_date,
        short_weekday_date=dates.short_weekday_date,
        typed_date=dates.typed_date,
        clock=dates.clock,
        clock_seconds=dates.clock_with_seconds,
        days=dates.days,
        age=dates.age,
        duration=dates.duration,
        number=number,
        listed=listed,
    )
    return made
