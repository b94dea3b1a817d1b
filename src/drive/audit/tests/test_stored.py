"""What is stored is recorded by the tables themselves: commands, bulk writes and raw SQL alike (docs/adr/0012)."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from drive.access.models import CaseAssignment, local_today
from drive.access.stepping import acting_as
from drive.advocacy.models import Wish
from drive.audit.models import AuditEvent
from drive.casework import commands
from tests.cast import Cast, open_record, seeding


def stored(**about: Any) -> list[AuditEvent]:
    """What the tables recorded, in the order of writing."""
    with seeding():
        return list(AuditEvent.objects.filter(act="stored", **about).order_by("at"))


def wish(cast: Cast, record: Any, words: str) -> Wish:
    return Wish(
        record=record, service_id=cast.vs_service.pk, words=words, said_on=local_today(), recorded_by=cast.idva_manager
    )  # fmt: skip


def test_a_command_leaves_its_act_and_what_the_database_stored(cast: Cast) -> None:
    """Who, in which role, on which record, which fields; and not a word of what was written."""
    by = cast.case_manager.as_actor()
    with acting_as(cast.case_manager.as_actor()):
        commands.record_contact(
            by=by, case_id=cast.case.pk, happened_on=local_today(), outcome="spoke", channel="phone", started_by="us",
            note="the words of a contact",
        )  # fmt: skip
    (event,) = stored(kind="casework_contact:insert")
    assert (event.record_id, event.service_id, event.site_id) == (
        cast.case.pk,
        cast.su_service.pk,
        cast.site.pk,
    )
    assert (event.membership_id, event.account_id, event.role) == (
        cast.case_manager.pk,
        by.user_id,
        "case_manager",
    )
    assert {"note", "outcome", "happened_on"} <= set(event.fields)
    assert "via" not in event.fields, "nothing was written there"
    assert "words of a contact" not in repr(list(vars(event).values()))
    assert event.origin, "the log-in that wrote"


def test_a_bulk_write_is_one_event_for_each_record(cast: Cast) -> None:
    with seeding():
        other = open_record(cast.vs_service, cast.idva, "Ottilie", "Bramble", cast.idva_manager)
    with acting_as(cast.idva_manager.as_actor()):
        Wish.objects.bulk_create(
            [wish(cast, record, f"w{n}") for n in range(20) for record in (cast.record, other)]
        )
    assert {event.record_id for event in stored(kind="advocacy_wish:insert")} == {cast.record.pk, other.pk}
    assert len(stored(kind="advocacy_wish:insert")) == 2


def test_raw_sql_is_recorded_too(cast: Cast) -> None:
    with acting_as(cast.case_manager.as_actor()), connection.cursor() as cursor:
        cursor.execute(
            "insert into casework_researchnote (id, recorded_at, recorded_by_id, case_id, service_id, enquiry_id, topic,"
            " agency, status, noted_on, refusal, verbal, source, found)"
            " values (%s, now(), %s, %s, %s, %s, 'police', 'police', 'asked', %s, '', false, '', '')",
            [uuid4(), cast.case_manager.pk, cast.case.pk, cast.su_service.pk, uuid4(), timezone.now()],
        )
    (event,) = stored(kind="casework_researchnote:insert")
    assert event.membership_id == cast.case_manager.pk


def test_a_change_names_the_fields_that_changed_and_no_others(cast: Cast) -> None:
    with acting_as(cast.service_manager.as_actor()):
        CaseAssignment.objects.filter(case_id=cast.case.pk).update(ends_on=local_today())
    (event,) = stored(kind="access_caseassignment:update")
    assert (event.record_id, event.fields) == (cast.case.pk, ["ends_on"])


def test_a_change_of_no_row_is_no_event(cast: Cast) -> None:
    with acting_as(cast.outside_manager.as_actor()):
        CaseAssignment.objects.filter(case_id=cast.case.pk).update(ends_on=local_today())
    assert stored() == []


def test_what_the_loading_role_writes_brings_its_own_events(cast: Cast) -> None:
    with seeding():
        wish(cast, cast.record, "loaded").save()
    assert stored() == []


def test_the_digest_proves_a_row_that_stands_and_needs_its_key(cast: Cast) -> None:
    with acting_as(cast.idva.as_actor()):
        row = wish(cast, cast.record, "proved")
        row.recorded_by = cast.idva
        row.save()
    (event,) = stored(kind="advocacy_wish:insert")
    with seeding(), connection.cursor() as cursor:
        cursor.execute("select to_jsonb(w)::text from advocacy_wish w where id = %s", [row.pk])
        text = cursor.fetchone()[0].encode()
    with psycopg.connect(os.environ["DRIVE_TEST_SUPERUSER_HERE"]) as owner:
        pads = owner.execute("select inner_pad, outer_pad from audit.digest_key").fetchone()
    assert pads
    inner = hashlib.sha256(pads[0] + text).digest()
    assert event.digest == hashlib.sha256(pads[1] + inner).hexdigest()
    with pytest.raises(DatabaseError, match="permission denied"), acting_as(cast.governance_lead.as_actor()):
        with connection.cursor() as cursor:
            cursor.execute("select * from audit.digest_key")


def test_pages_read_acts_and_not_what_was_stored(cast: Cast) -> None:
    with acting_as(cast.idva.as_actor()):
        row = wish(cast, cast.record, "hidden")
        row.recorded_by = cast.idva
        row.save()
    assert stored(record_id=cast.record.pk)
    for reader in (cast.idva_manager, cast.governance_lead):
        with acting_as(reader.as_actor()):
            assert not AuditEvent.objects.filter(record_id=cast.record.pk).exists()


@pytest.fixture
def audit_that_refuses() -> Iterator[None]:
    """The log takes nothing that tables record. Comes before `db`, so that it is put right after the test's rows are gone."""
    with psycopg.connect(os.environ["DRIVE_TEST_SUPERUSER_HERE"], autocommit=True) as owner:
        owner.execute(
            "alter table audit_auditevent add constraint nothing_stored check (act <> 'stored') not valid"
        )
        try:
            yield
        finally:
            owner.execute("alter table audit_auditevent drop constraint nothing_stored")


def test_s36_what_cannot_be_recorded_is_not_stored(audit_that_refuses: None, db: None) -> None:
    from tests.cast import lay_out

    cast = lay_out()
    row = wish(cast, cast.record, "unrecorded")
    row.recorded_by = cast.idva
    with acting_as(cast.idva.as_actor()):
        with pytest.raises(DatabaseError, match="nothing_stored"), transaction.atomic():
            row.save()
        assert not Wish.objects.exists()
