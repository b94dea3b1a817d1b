"""Every field says what it can hold; returns and extracts are granted nothing that names or tells (S-40)."""

from __future__ import annotations

import os
from pathlib import Path

import psycopg
import pytest
from django.conf import settings
from django.db import models

from drive.access.models import Membership
from drive.access.privacy import EVERYWHERE, HERE, IDENTIFYING, Privacy, as_markdown, classes, privacy_of
from drive.access.scopes import Scope

from .oracle import our_models

WRITTEN = Path(__file__).resolve().parents[2] / "docs" / "generated" / "privacy.md"


def test_every_field_of_every_table_has_a_class() -> None:
    assert sum(len(columns) for columns in classes().values()) > 500


def test_a_field_of_which_nobody_said_what_it_holds_is_refused() -> None:
    unknown = models.CharField(max_length=80)
    unknown.set_attributes_from_name("remark")
    with pytest.raises(LookupError, match="what can it hold"):
        privacy_of(Membership, unknown)


def test_nothing_is_said_of_a_field_that_is_not_there() -> None:
    there = {f"{m._meta.label}.{f.name}" for m in our_models() for f in m._meta.concrete_fields}
    assert set(HERE) - there == set()
    assert set(EVERYWHERE) - {name.rsplit(".", 1)[1] for name in there} == set()


def test_the_generated_page_is_current() -> None:
    """`python -m pytest tests/proof/test_privacy.py` with DRIVE_WRITE_GENERATED=1 writes it."""
    if os.environ.get("DRIVE_WRITE_GENERATED"):
        WRITTEN.write_text(as_markdown())
    assert WRITTEN.read_text() == as_markdown()


def _granted(scope: Scope) -> set[tuple[str, str]]:
    with psycopg.connect(os.environ["DRIVE_TEST_SUPERUSER_HERE"]) as connection:
        return set(
            connection.execute(
                "select c.relname, a.attname from pg_class c join pg_namespace n on n.oid = c.relnamespace"
                " join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped"
                " where n.nspname = 'public' and c.relkind in ('r', 'p', 'v', 'm')"
                " and has_column_privilege(%s, c.oid, a.attnum, 'select')",
                [f"{settings.DRIVE_ROLE_PREFIX}_{scope.value}"],
            ).fetchall()
        )


STAFF = frozenset({("access_membership", "name"), ("access_membership", "work_phone")})
"""Names of workers, by which a chart says who holds what; drafts are the reader's own."""

ABOUT_RELEASES = frozenset(
    {
        ("extract_releaserequest", "recipient"),
        ("extract_releaserequest", "purpose"),
        ("extract_releaseanswer", "reason"),
    }
)
"""What analysts, managers and the governance lead wrote about a release: to whom, what for, why not. About nobody's case."""


def test_s40_the_report_scope_is_granted_no_name_no_words_and_nothing_sealed() -> None:
    known = classes()
    granted = {(t, c) for t, c in _granted(Scope.REPORT) if t not in ("access_draft", "access_sitesetting")}
    identifying = {(t, c) for t, c in granted if known[t][c] in IDENTIFYING}
    assert len(granted) > 50
    assert identifying - STAFF - ABOUT_RELEASES == set()


def test_an_administrator_reads_no_password_and_no_case(db: None) -> None:
    """A-23: accounts and settings; no table with anybody's words but settings' reasons and the reader's own drafts."""
    granted = _granted(Scope.ADMINISTRATION)
    assert ("access_user", "password") not in granted
    words = {(t, c) for t, c in granted if classes()[t][c] in (Privacy.WORDS, Privacy.SEALED)}
    assert {table for table, _ in words} <= {"access_draft", "access_sitesetting"}
