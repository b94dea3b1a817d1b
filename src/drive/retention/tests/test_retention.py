"""A closed record past its time: who proposes, who decides, what stands against it (docs/adr/0016-retention-and-erasure.md)."""

from __future__ import annotations

import datetime
import os

import psycopg
import pytest
from django.conf import settings
from django.core.exceptions import ObjectDoesNotExist
from django.db import DatabaseError, connection

from drive.access.models import Bar, Membership, SiteSetting, local_today
from drive.access.refusal import Refusal
from drive.access.roles import Role
from drive.access.stepping import acting_as
from drive.advocacy.models import RecordExit
from drive.audit.models import AuditEvent
from drive.casework.models import StateEntry, SuCase
from drive.retention import commands, queries
from drive.retention.models import ErasureAnswer, ErasureProposal
from drive.safety.models import StopConcern
from tests.cast import Cast, seeding, sign_in

DAY = datetime.timedelta(days=1)


def say_how_long(cast: Cast, months: int = 12) -> None:
    with seeding():
        SiteSetting.objects.create(site=cast.site, code="ADR-16", value={"su": months, "vs": months})


def close_case(cast: Cast, days_ago: int = 400) -> None:
    with seeding():
        StateEntry.objects.filter(case=cast.case).update(since=local_today() - 500 * DAY)
        StateEntry.objects.create(
            case=cast.case, service_id=cast.case.service_id, recorded_by=cast.service_manager, history="status",
            value="closed", since=local_today() - days_ago * DAY,
        )  # fmt: skip


def close_record(cast: Cast, days_ago: int = 400) -> None:
    with seeding():
        RecordExit.objects.create(
            record=cast.record, service_id=cast.record.service_id, recorded_by=cast.idva,
            exited_on=local_today() - days_ago * DAY, reason="completed", check_ins_continue=False,
        )  # fmt: skip


def propose(cast: Cast) -> ErasureProposal:
    actor = cast.service_manager.as_actor()
    with acting_as(actor):
        return commands.propose_erasure(by=actor, record_id=cast.case.pk, reason="time")


def confirm(proposal: ErasureProposal, by: Membership) -> dict[str, int]:
    actor = by.as_actor()
    with acting_as(actor):
        return commands.confirm_erasure(by=actor, proposal_id=proposal.pk)


def test_nothing_is_past_its_time_until_the_site_has_said_how_long(cast: Cast) -> None:
    close_case(cast)
    actor = cast.service_manager.as_actor()
    with acting_as(actor):
        assert queries.records_past_time(actor) == []
    say_how_long(cast)
    with acting_as(actor):
        assert [each.code for each in queries.records_past_time(actor)] == [cast.case.code]
    lead = cast.governance_lead.as_actor()
    with acting_as(lead):
        assert [(each.side, each.code) for each in queries.records_past_time(lead)] == [("su", "")]
    for member in (cast.idva_manager, cast.outside_manager, cast.team_leader):
        other = member.as_actor()
        with acting_as(other):
            seen = queries.records_past_time(other)
            assert [each.record_id for each in seen] == ([cast.case.pk] if member == cast.team_leader else [])


def test_two_people_erase_and_everybody_else_is_answered_alike(cast: Cast) -> None:
    say_how_long(cast)
    close_case(cast)
    close_record(cast)
    proposal = propose(cast)
    with pytest.raises(Refusal, match="already"):
        propose(cast)
    with seeding():
        also_lead = Membership.objects.create(
            user=cast.service_manager.user, name="Septima Gale", role=Role.GOVERNANCE_LEAD, side="none", site=cast.site,
            organisation=cast.service_manager.organisation, starts_on=cast.service_manager.starts_on,
        )  # fmt: skip
    with pytest.raises(Refusal, match="somebody else"):
        confirm(proposal, also_lead)
    with (
        pytest.raises(DatabaseError, match="second_person"),
        acting_as(also_lead.as_actor()),
        connection.cursor() as cursor,
    ):
        cursor.execute("select access.erase_record(%s)", [proposal.pk])
    for member in (cast.service_manager, cast.idva_manager, cast.analyst, cast.administrator):
        with (
            pytest.raises(DatabaseError, match="permission denied"),
            acting_as(member.as_actor()),
            connection.cursor() as cursor,
        ):
            cursor.execute("select access.erase_record(%s)", [proposal.pk])
    counts = confirm(proposal, cast.governance_lead)
    assert counts["casework_sucase"] == 1
    with seeding():
        assert not SuCase.objects.filter(pk=cast.case.pk).exists()
    with pytest.raises(ErasureProposal.DoesNotExist):
        confirm(proposal, cast.governance_lead)


def test_what_stands_against_it_is_said_and_holds_in_the_database(cast: Cast) -> None:
    say_how_long(cast)
    close_case(cast)
    proposal = propose(cast)
    with pytest.raises(Refusal, match="belongs together"):  # her record is in work
        confirm(proposal, cast.governance_lead)
    close_record(cast)
    with seeding():
        concern = StopConcern.objects.create(
            link=cast.link, side="vs", su_case_id=cast.link.su_case_id, su_service_id=cast.link.su_service_id,
            vs_record_id=cast.link.vs_record_id, vs_service_id=cast.link.vs_service_id, scope="all", words="x",
            recorded_by=cast.idva,
        )  # fmt: skip
    with pytest.raises(Refusal, match="stop concern"):
        confirm(proposal, cast.governance_lead)
    with seeding():
        StopConcern.objects.filter(pk=concern.pk).delete()
    manager = cast.service_manager.as_actor()
    with acting_as(manager):
        commands.hold_record(by=manager, record_id=cast.case.pk, state="held", reason="Case review asked")
    with pytest.raises(Refusal, match="kept for now"):
        confirm(proposal, cast.governance_lead)
    with acting_as(manager):
        commands.hold_record(by=manager, record_id=cast.case.pk, state="lifted", reason="Review is done")
    with seeding():
        SiteSetting.objects.create(site=cast.site, code="ADR-16", value={"su": 36, "vs": 12})
    with pytest.raises(Refusal, match="not over"):
        confirm(proposal, cast.governance_lead)
    with seeding():
        SiteSetting.objects.create(site=cast.site, code="ADR-16", value={"su": 12, "vs": 12})
        StateEntry.objects.create(
            case=cast.case, service_id=cast.case.service_id, recorded_by=cast.service_manager, history="status",
            value="working", since=local_today(),
        )  # fmt: skip
    with pytest.raises(Refusal, match="in work"):
        confirm(proposal, cast.governance_lead)
    with seeding():
        assert SuCase.objects.filter(pk=cast.case.pk).exists()
        assert not ErasureAnswer.objects.exists()


def test_a_record_in_work_or_of_another_service_cannot_be_proposed(cast: Cast) -> None:
    say_how_long(cast)
    for member in (cast.service_manager, cast.idva_manager, cast.outside_manager):
        actor = member.as_actor()
        with pytest.raises(ObjectDoesNotExist), acting_as(actor):
            commands.propose_erasure(by=actor, record_id=cast.case.pk, reason="time")
    row = ErasureProposal(
        side="su", record_id=cast.case.pk, service_id=cast.case.service_id, site_id=cast.site.pk, reason="time",
        recorded_by=cast.service_manager,
    )  # fmt: skip
    with pytest.raises(DatabaseError, match="row-level security"), acting_as(cast.service_manager.as_actor()):
        row.save(force_insert=True)


def test_kept_with_a_reason_which_the_manager_reads_and_lifts(cast: Cast) -> None:
    say_how_long(cast)
    close_case(cast)
    proposal = propose(cast)
    lead = cast.governance_lead.as_actor()
    with acting_as(lead):
        commands.keep_record(by=lead, proposal_id=proposal.pk, reason="A claim is open")
    manager = cast.service_manager.as_actor()
    with acting_as(manager):
        (past,) = queries.records_past_time(manager)
        assert (past.held, past.proposal) == (True, None)
        assert queries.holds_of(cast.case.pk)[0].reason == "A claim is open"
    with pytest.raises(Refusal, match="kept for now"):
        propose(cast)


def test_s34_who_is_barred_neither_proposes_nor_decides(cast: Cast) -> None:
    say_how_long(cast)
    close_case(cast)
    close_record(cast)
    proposal = propose(cast)
    with seeding():
        for member in (cast.governance_lead, cast.service_manager):
            Bar.objects.create(
                user=member.user, record_id=cast.case.pk, kind="tie", reason="His aunt", recorded_by=cast.idva_manager
            )  # fmt: skip
    lead = cast.governance_lead.as_actor()
    with acting_as(lead):
        assert [each.side for each in queries.records_past_time(lead)] == ["vs"]
        assert queries.proposals() == []
    with pytest.raises(ErasureProposal.DoesNotExist):
        confirm(proposal, cast.governance_lead)
    with pytest.raises(DatabaseError, match="absent"), acting_as(lead), connection.cursor() as cursor:
        cursor.execute("select access.erase_record(%s)", [proposal.pk])


def test_no_scope_may_delete_what_erasing_takes(db: None) -> None:
    """The policy role alone, whose policies let go what is being erased (`drive policies --check`); drafts by their author."""
    with psycopg.connect(os.environ["DRIVE_TEST_SUPERUSER_HERE"]) as catalogue:
        held = catalogue.execute(
            "select e.tbl, r.rolname from access.erased_with e, pg_roles r"
            " where r.rolname like %s and has_table_privilege(r.oid, e.tbl, 'delete')",
            [f"{settings.DRIVE_ROLE_PREFIX}\\_%"],
        ).fetchall()
    holders = {(table, name.removeprefix(f"{settings.DRIVE_ROLE_PREFIX}_")) for table, name in held}
    assert len({table for table, _ in holders}) > 60
    without_drafts = {name for table, name in holders if table != "access_draft"}
    assert without_drafts == {"owner", "policy", "seed"}


def test_the_pages_from_the_list_to_the_last_word(cast: Cast) -> None:
    say_how_long(cast)
    close_case(cast)
    close_record(cast)
    manager, lead = sign_in(cast.service_manager), sign_in(cast.governance_lead)
    assert cast.case.code in manager.get("/past-their-time/").content.decode()
    own = f"/past-their-time/record/{cast.case.pk}/"
    assert "Propose that it goes" in manager.get(own).content.decode()
    assert manager.post(own, {"act": "propose", "reason": "asked"}).status_code == 302
    shown = lead.get("/past-their-time/").content.decode()
    assert cast.case.code not in shown
    with seeding():
        proposal = ErasureProposal.objects.get()
    decide = f"/past-their-time/{proposal.pk}/"
    assert decide in shown
    assert "Say why" in lead.post(decide, {"outcome": "kept", "reason": ""}).content.decode()
    assert lead.post(decide, {"outcome": "erased"}).status_code == 302
    with seeding():
        assert AuditEvent.objects.filter(act="erased", record_id=cast.case.pk).count() == 1
    assert lead.get(decide).status_code == 404
    after = manager.get("/past-their-time/").content.decode()
    assert cast.case.code not in after
    assert "decided by Guinevere Locke" in after
    for member in (cast.case_manager, cast.team_leader, cast.idva, cast.analyst, cast.outsider):
        browser = sign_in(member)
        for path in ("/past-their-time/", own, decide):
            assert browser.get(path).status_code == 404
    other = sign_in(cast.idva_manager)
    assert other.get(own).status_code == 404
    assert other.get(decide).status_code == 404
