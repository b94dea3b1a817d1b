"""Every table is protected, or is on the list of third-party tables. Read from the catalogue, not from our files."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from django.conf import settings

from drive.access.catalogue import gaps, matrix

Catalogue = psycopg.Connection[tuple[Any, ...]]


@pytest.fixture
def catalogue() -> Iterator[Catalogue]:
    with psycopg.connect(os.environ["DRIVE_TEST_SUPERUSER_HERE"]) as connection:
        yield connection
        connection.rollback()


def test_there_is_no_gap(catalogue: Catalogue) -> None:
    assert gaps(catalogue, settings.DRIVE_ROLE_PREFIX) == []


def test_the_matrix_covers_every_scope_that_has_pages(catalogue: Catalogue) -> None:
    found = matrix(catalogue, settings.DRIVE_ROLE_PREFIX)
    assert {
        "su_worker",
        "su_manager",
        "vs_worker",
        "vs_manager",
        "referrals",
        "panel",
        "allocation",
        "report",
    } <= {entry.scope for entry in found}


SPOILINGS = {
    "a new table without a declaration": "create table notes (id int)",
    "row policies switched off": "alter table casework_contact disable row level security",
    "the owner let past": "alter table advocacy_clientprofile no force row level security",
    "a stray policy to everybody": "create policy stray on casework_contact for select using (false)",
    "a policy of plain true": "create policy wide on casework_contact for select to {p}_su_manager using (true)",
    "a grant across the wall": "grant select (id) on advocacy_clientprofile to {p}_su_worker",
    "a grant that no policy narrows": "grant select on safety_caselink to {p}_adviser",
    "a grant to the log-in role": "grant select on referrals_referral to {p}_app",
    "a log-in role that inherits": "alter role {p}_app inherit",
    "a scope that passes policies": "alter role {p}_panel bypassrls",
    "a function that a cached plan may keep": "alter function access.su_cases() immutable",
    "a deciding function of another owner": "alter function access.vs_records() owner to {p}_owner",
    "a deciding function for everybody": "grant execute on function access.barred() to public",
    "a deciding function that nobody listed": "create function safety.peek(record uuid) returns text language sql stable"
    " security definer set search_path = public return (select p.family_name from advocacy_clientprofile p where p.record_id = record);"
    " alter function safety.peek owner to {p}_policy; revoke all on function safety.peek from public;"
    " grant execute on function safety.peek to {p}_su_worker",
    "a listed function for one scope more": "grant execute on function safety.case_summary to {p}_su_worker",
    "a function of nobody's for a scope": "grant execute on function safety.leads_to_client to {p}_su_manager",
    "a listed function for the log-in role": "grant execute on function access.find_alerts to {p}_app",
    "a listed function taken from a scope": "revoke execute on function safety.client_summary from {p}_su_worker",
    "a search path to attack": "alter function access.su_cases() reset search_path",
    "a view that asks as its owner": "create view peek as select * from advocacy_clientprofile",
    "a table whose writes leave no trace": "drop trigger stored_insert on casework_contact",
    "writes that are no longer recorded": "alter table advocacy_wish disable trigger stored_update",
    "a table that erasing forgets": "delete from access.erased_with where tbl = 'casework_contact'",
    "a policy that lets erasing take more": "create policy more on casework_contact for delete to {p}_policy using (note <> '')",
    "a right to truncate": "grant truncate on casework_action to {p}_su_manager",
}


@pytest.mark.parametrize("spoiling", SPOILINGS)
def test_each_way_of_spoiling_it_is_found(catalogue: Catalogue, spoiling: str) -> None:
    """The check can fail: each of these is undone after it was seen."""
    catalogue.execute(SPOILINGS[spoiling].format(p=settings.DRIVE_ROLE_PREFIX))  # type: ignore[arg-type]  # from the list above
    assert gaps(catalogue, settings.DRIVE_ROLE_PREFIX) != []
