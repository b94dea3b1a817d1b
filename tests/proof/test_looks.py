"""Every answer that shows a page leaves its event, whichever method it was asked for by, and an answer whose event cannot
be written shows nothing (S-36).

Each address is asked for with GET, and sent nothing by POST, by whoever may open it: a form that comes back with what is
wrong shows as much as the page did.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from django.db import OperationalError, connection
from django.test import Client

from drive.audit.models import AuditEvent
from drive.audit.record import Act
from tests.cast import seeding, sign_in

from .answers import undone
from .rich import Rich, rich_world
from .surfaces import Surface, said, surfaces
from .test_surfaces import MARKER, ROLES

SHOWN = (200, 409)


@pytest.fixture
def rich(db: None, settings: Any) -> Rich:
    settings.DRIVE_RAISE_DENIED = False
    return rich_world()


def events_since(known: set[Any], *, stored: bool = False) -> list[tuple[str, str]]:
    """Acts and kinds of the events written since; with `stored`, those of the tables too, so of every row written."""
    with seeding():
        found = AuditEvent.objects.exclude(pk__in=known)
        found = found if stored else found.exclude(act=Act.STORED.value)
        return list(found.values_list("act", "kind"))


def asked(rich: Rich) -> Iterator[tuple[Client, Surface]]:
    """Every page that needs a permission, with one browser after the other of those who may ask for it."""
    browsers = {name: sign_in(getattr(rich.cast, name)) for name in ROLES}
    for surface in surfaces(rich):
        if surface.page and surface.page.permission:
            for name, browser in browsers.items():
                if surface.opens_for(getattr(rich.cast, name)):
                    browser.raise_request_exception = False
                    yield browser, surface


def nothing_can_be_recorded(execute: Any, sql: str, *given: Any) -> Any:
    """Stands before the database, and fails for what would write an event."""
    if "audit.record(" in sql:
        raise OperationalError("the audit cannot be written")
    return execute(sql, *given)


def test_s36_every_answer_that_shows_a_page_leaves_its_event_or_shows_nothing(rich: Rich) -> None:
    with seeding():
        known = set(AuditEvent.objects.values_list("pk", flat=True))
    silent, shown_anyway, count = [], [], Counter[str]()
    done = set[str]()
    for browser, surface in asked(rich):
        if surface.path in done:
            continue
        for method in ("get", "post"):
            ask = getattr(browser, method)
            with undone():
                response: Any = ask(surface.path)
                if response.status_code not in SHOWN:
                    continue
                shown, events = said(response), events_since(known)
            count[method] += 1
            looks = [kind for act, kind in events if act in (Act.LOOKED, Act.SEARCHED)]
            if surface.page and surface.page.looks_at:
                if looks != [surface.page.looks_at]:
                    silent.append(f"{method} {surface.path}: {events}")
            elif MARKER.search(shown) and not events:
                silent.append(f"{method} {surface.path}: shows a record without any event")
            if events and surface.path not in done:
                count["failing"] += 1
                with undone(), connection.execute_wrapper(nothing_can_be_recorded):
                    response = ask(surface.path)
                    if (
                        response.status_code != 500
                        or MARKER.search(said(response))
                        or events_since(known, stored=True)
                    ):
                        shown_anyway.append(f"{method} {surface.path}: {response.status_code}")
            done.add(surface.path)
    print(dict(count))  # noqa: T201  # pages, forms that came back, answers that could not be recorded: docs/proofs.md
    assert silent == []
    assert shown_anyway == []
    assert count["post"] > 60
    assert count["failing"] > 100


@pytest.fixture
def failing_function(request: pytest.FixtureRequest) -> Iterator[None]:
    """A function behind the policies fails whenever it is asked. Comes before `db`, so that it is put right at the end."""
    with psycopg.connect(os.environ["DRIVE_TEST_SUPERUSER_HERE"], autocommit=True) as owner:
        row = owner.execute("select pg_get_functiondef(%s::regprocedure)", [request.param]).fetchone()
        assert row
        head = row[0].split("LANGUAGE")[0]
        owner.execute(
            f"{head} language plpgsql stable security definer as $$ begin raise exception 'fails'; end $$"  # as it was declared
        )
        try:
            yield
        finally:
            owner.execute(row[0])


@pytest.mark.parametrize(
    ("failing_function", "who", "pages"),
    [
        ("access.su_cases()", "case_manager", ("/cases/",)),
        ("access.vs_records()", "idva", ("/clients/",)),
        ("access.site_in(text)", "governance_lead", ("/looked/", "/governance/matches/", "/subject-access/")),
    ],
    indirect=["failing_function"],
)
def test_s39_a_policy_that_fails_shows_nothing(
    failing_function: None, rich: Rich, who: str, pages: tuple[str, ...]
) -> None:
    """What may be seen cannot be decided: the page fails, with no record in it and nothing written."""
    member = getattr(rich.cast, who)
    browser = sign_in(member)
    browser.raise_request_exception = False
    with seeding():
        known = set(AuditEvent.objects.values_list("pk", flat=True))
    failed = 0
    for surface in surfaces(rich):
        if surface.opens_for(member) and surface.path.startswith(pages):
            with undone():
                response: Any = browser.get(surface.path)
                assert not MARKER.search(said(response)), surface.path
                written = [act for act, _ in events_since(known, stored=True)]
            failed += response.status_code == 500
            assert set(written) <= {Act.FAILED, Act.DENIED}, surface.path
    assert failed, "no page asked this function"
