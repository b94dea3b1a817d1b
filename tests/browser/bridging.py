"""What the walks over the bridge share: a walk that begins in the cast's own case and record, two people at two browsers."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser

from . import deciding
from .site import open_site, today
from .walk import Walk

NO_LINK = deciding.NO_LINK


@contextmanager
def walk_in(chromium: Browser, *given: str) -> Iterator[Walk]:
    """A site of its own, with the cast's linked case and record in hand; `decided`: a decision on contact is in force."""
    with open_site(*given) as site:
        walk = Walk(site, chromium, thorough=False, case=site.case, record=site.record, link=site.link)
        try:
            yield walk
        finally:
            walk.close()


def in_days(days: int) -> str:
    """A day as it is typed."""
    return f"{today() + datetime.timedelta(days=days):%d/%m/%Y}"


def plan(walk: Walk, *, days: int) -> None:
    """The case manager fills in and sends the form of a meeting at the office."""
    walk.person("case_manager").go(f"/cases/{walk.case}/contact/plan/")
    deciding.plan_a_meeting(walk, days=days)
