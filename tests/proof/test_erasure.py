"""One closed record erased out of the rich world (docs/adr/0016-retention-and-erasure.md): nothing of it stands anywhere,
the other side cannot tell (S-01, S-03, S-04), and the audit is intact and holds none of it (S-36)."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection, transaction
from django.utils import timezone

from drive.access.models import SiteSetting, local_today
from drive.access.refusal import Refusal
from drive.access.roles import Role
from drive.access.scopes import Scope, Side
from drive.access.stepping import acting_as
from drive.advocacy.models import ClientContact, VsRecord
from drive.audit.models import AuditEvent
from drive.audit.record import Act, record_event
from drive.audit.sealing import exported_events, root_lines, seal_left_behind, seal_waiting
from drive.audit.verify import check
from drive.casework.models import StateEntry, SuCase
from drive.disclosures.commands import ask_for_bundle
from drive.oversight.models import AlertAnswer
from drive.referrals.models import ReferralParty
from drive.retention import commands, queries
from drive.retention.models import ErasureAnswer
from drive.safety.models import StopAnswer, StopConcern
from drive.safety.models.links import BridgeFact
from tests.cast import seeding, sign_in

from .asking import seen
from .rich import Rich, rich_world
from .surfaces import masked, said, stopped_clock


def past_their_time(rich: Rich) -> None:
    """Everything closed, every concern answered, and both sites keep closed records for no month at all."""
    today = local_today()
    told = list(rich.filler.told.values())
    answered = {(row.concern_id, row.side) for row in told if isinstance(row, StopAnswer)}
    for concern in [row for row in told if isinstance(row, StopConcern)]:
        for side in ("su", "vs"):
            if (concern.pk, side) not in answered:
                rich.filler.fill(StopAnswer, link=concern.link, side=side, concern=concern)
    with seeding():
        for case in rich.cases:
            StateEntry.objects.create(
                case=case, service_id=case.service_id, recorded_by=rich.cast.service_manager, history="status",
                value="closed", since=today,
            )  # fmt: skip
        ClientContact.objects.update(happened_at=timezone.now() - datetime.timedelta(days=2))
        for site in (rich.cast.site, rich.cast.other_site):
            SiteSetting.objects.create(site=site, code="ADR-16", value={"su": 0, "vs": 0})


def erase(rich: Rich, record: SuCase | VsRecord) -> dict[str, int]:
    """As two people do it; what the world proposed and held already is taken up and lifted."""
    manager = rich.cast.service_manager if isinstance(record, SuCase) else rich.cast.idva_manager
    actor, lead = manager.as_actor(), rich.cast.governance_lead.as_actor()
    with acting_as(actor):
        if queries.holds_of(record.pk):
            commands.hold_record(by=actor, record_id=record.pk, state="lifted", reason="It is settled")
        asked = next((each for each in queries.proposals() if each.record_id == record.pk), None)
        asked = asked or commands.propose_erasure(by=actor, record_id=record.pk, reason="time")
    with acting_as(lead):
        return commands.confirm_erasure(by=lead, proposal_id=asked.pk)


def everything_stored() -> str:
    """Every row of every table as text, past every policy."""
    found = []
    with seeding(), connection.cursor() as cursor:
        cursor.execute(
            "select relname from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace"
        )
        for (table,) in cursor.fetchall():
            cursor.execute(f"select t::text from {table} t")
            found += [row[0] for row in cursor.fetchall()]
    return "\n".join(found)


def belongs_to(row: Any, record: SuCase | VsRecord) -> bool:
    """What hangs on the record itself, also by way of an alert; what both sides hold does not."""
    about = row.alert if isinstance(row, AlertAnswer) else row
    keys = {getattr(about, "case_id", None), getattr(about, "record_id", None)}
    return record.pk in keys and not isinstance(row, BridgeFact)


def side_sees(rich: Rich, side: Side) -> dict[str, Any]:
    """Every row that anybody of one side can read, their own looks apart, and the bytes of the pages of who works there.

    Not the coded tables of a site's returns, whose numbers fall when a record goes (S-40).
    """
    cast = rich.cast
    record, worker, manager = (
        (f"/clients/{cast.record.pk}/", cast.idva, cast.idva_manager)
        if side is Side.CLIENT
        else (f"/cases/{cast.case.pk}/", cast.case_manager, cast.service_manager)
    )
    found: dict[str, Any] = {}
    for member in rich.members:
        if member.side == side and member.site_id == cast.site.pk:
            for scope in set(Role(member.role).entry.scopes) - {Scope.REPORT}:
                rows = {row for row in seen(member, scope) if row[0] != "audit_auditevent"}
                found[f"{member.name} reads as {scope}"] = rows
    for member in (worker, manager):
        browser = sign_in(member)
        for path in ("/", record, f"/shared/{cast.link.pk}/", "/incidents/"):
            found[f"{member.name} opens {path}"] = masked(said(browser.get(path)))
    return found


@pytest.mark.parametrize("side", ["su", "vs"])
def test_nothing_of_an_erased_record_stands_anywhere(db: None, side: str) -> None:
    rich = rich_world()
    past_their_time(rich)
    record: SuCase | VsRecord = rich.cast.case if side == "su" else rich.cast.record
    across = Side.CLIENT if side == "su" else Side.SERVICE_USER
    stood = everything_stored()
    told = rich.filler.told.items()
    gone = {
        marker for marker, row in told if belongs_to(row, record) and marker in stood
    }  # sealed ones are no text
    assert len(gone) > 15
    with stopped_clock() as moment:
        before = side_sees(rich, across)
    counts = erase(rich, record)
    assert counts["casework_sucase" if side == "su" else "advocacy_vsrecord"] == 1
    stands = everything_stored()
    assert {marker for marker in gone if marker in stands} == set()
    others = {marker for marker, row in told if not belongs_to(row, record) and marker in stood}
    assert {str(told_row) for marker, told_row in told if marker in others and marker not in stands} == set()
    with stopped_clock(moment):
        after = side_sees(rich, across)
    assert {name for name in before if after[name] != before[name]} == set()


def test_what_both_sides_hold_goes_with_the_last_of_them(db: None) -> None:
    """Links, what crossed them, and the referral with its people: not with the first, altogether with the last."""
    rich = rich_world()
    past_their_time(rich)
    cast, told = rich.cast, rich.filler.told.items()
    crossed = {m for m, row in told if isinstance(row, BridgeFact) and row.link_id == cast.link.pk}
    crossed = {marker for marker in crossed if marker in everything_stored()}
    came_by = {
        m for m, row in told if isinstance(row, ReferralParty) and row.referral_id == rich.referrals[1].pk
    }
    erase(rich, cast.case)
    stands = everything_stored()
    assert crossed
    assert came_by
    assert all(marker in stands for marker in crossed | came_by)
    counts = erase(rich, cast.record)
    stands = everything_stored()
    assert {marker for marker in crossed | came_by if marker in stands} == set()
    assert {"safety_caselink", "referrals_referral", "allocation_allocation"} <= set(counts)
    assert str(rich.links[1].pk) in stands  # his link with another client, whose record stands


def test_an_erased_record_is_the_same_404_as_one_that_never_was(db: None) -> None:
    rich = rich_world()
    past_their_time(rich)
    cast = rich.cast
    code = cast.case.code
    erase(rich, cast.case)
    for member in (cast.case_manager, cast.service_manager):
        browser = sign_in(member)
        answers = [browser.get(f"/cases/{key}/") for key in (cast.case.pk, uuid4())]
        assert [each.status_code for each in answers] == [404, 404]
        assert answers[0].content == answers[1].content
    lead = cast.governance_lead.as_actor()
    with acting_as(lead), pytest.raises(Refusal, match="No record"):
        ask_for_bundle(
            by=lead, side="su", code=code, asked_on=local_today(), identity_checked="Passport seen"
        )
    analyst = cast.analyst.as_actor()
    with acting_as(analyst):
        assert not SuCase.objects.filter(pk=cast.case.pk).exists()


def test_an_erasure_that_fails_leaves_everything(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Here the audit cannot be written when all rows are gone already."""
    rich = rich_world()
    past_their_time(rich)

    def fail(act: Act, **about: Any) -> None:
        if act is Act.ERASED:
            raise RuntimeError("no event, no act")
        record_event(act, **about)

    monkeypatch.setattr(commands, "record_event", fail)
    told = rich.filler.told.items()
    of_case = {m for m, row in told if belongs_to(row, rich.cast.case)}
    stood = {marker for marker in of_case if marker in everything_stored()}
    with seeding():
        erased = ErasureAnswer.objects.filter(outcome="erased").count()
    with pytest.raises(RuntimeError, match="no event"), transaction.atomic():
        erase(rich, rich.cast.case)
    stands = everything_stored()
    assert all(marker in stands for marker in stood)
    with seeding():
        assert ErasureAnswer.objects.filter(outcome="erased").count() == erased


def test_s36_the_audit_of_an_erased_record_is_intact_and_holds_keys_and_numbers(
    db: None, settings: Any, tmp_path: Path
) -> None:
    settings.DRIVE_AUDIT_ROOTS = str(tmp_path / "roots.jsonl")
    rich = rich_world()
    past_their_time(rich)
    assert seal_left_behind() > 0
    case = rich.cast.case
    erase(rich, case)
    with seeding():
        (event,) = AuditEvent.objects.filter(act="erased")
        assert (event.record_id, event.service_id) == (case.pk, case.service_id)
        assert event.membership_id == rich.cast.governance_lead.pk
        assert "casework_sucase 1" in event.fields
        taken = AuditEvent.objects.filter(act="stored", kind="casework_sucase:delete", record_id=case.pk)
        assert [len(each.digest) for each in taken] == [64]  # keyed: nothing can be guessed from it (ADR 12)
    assert seal_waiting() > 0
    report = check(exported_events(), root_lines(), taken=timezone.now())
    assert report.intact, report.faults
