"""The acts of the IDVA's side: what they write, what they refuse, and that the audit goes with them."""

from __future__ import annotations

import datetime
from uuid import uuid4

import pytest
from django.db import DatabaseError, connection
from django.utils import timezone

from drive.access.models import ClientAssignment, Membership, local_today
from drive.access.refusal import Refusal
from drive.access.scopes import Scope
from drive.access.stepping import acting_as
from drive.advocacy import commands
from drive.advocacy.models import (
    CheckInPlan,
    ClientContact,
    EngagementEntry,
    InformedEntry,
    RecordExit,
    SealedValue,
    SealOpening,
    VsRecord,
)
from drive.audit.models import AuditEvent
from drive.people.profiles import NewProfile
from tests.cast import Cast, open_record, seeding

TODAY = local_today()
DAY = datetime.timedelta(days=1)
ADDRESS = "14 Canary Mews, Marrowby MB1 4ZZ"


def events(cast: Cast, act: str) -> list[AuditEvent]:
    with seeding():
        return list(AuditEvent.objects.filter(act=act, record_id=cast.record.pk))


def seal_address(cast: Cast, *, withheld: bool = False) -> SealedValue:
    with acting_as(cast.idva.as_actor()):
        return commands.add_sealed(
            by=cast.idva.as_actor(),
            record_id=cast.record.pk,
            new=commands.NewSealedValue(kind="address", value=ADDRESS, withheld=withheld),
        )


def cover(cast: Cast, member: Membership) -> None:
    with acting_as(cast.idva_manager.as_actor()):
        commands.assign_record(
            by=cast.idva_manager.as_actor(), record_id=cast.record.pk, membership_id=member.pk,
            kind="cover", last_day=TODAY + DAY, handover="Short check-in due tomorrow.",
        )  # fmt: skip


def test_s43_a_contact_of_last_year_is_written_and_audited(cast: Cast) -> None:
    by = cast.idva.as_actor()
    with acting_as(by):
        commands.record_contact(
            by=by,
            record_id=cast.record.pk,
            happened_at=timezone.now() - 400 * DAY,
            channel="phone",
            outcome="spoke",
        )
        assert ClientContact.objects.get().recorded_by_id == cast.idva.pk
    assert [e.kind for e in events(cast, "wrote")] == ["client_contact"]


def test_what_has_not_happened_is_no_contact(cast: Cast) -> None:
    by = cast.idva.as_actor()
    with acting_as(by), pytest.raises(Refusal, match="not happened yet"):
        commands.record_contact(
            by=by,
            record_id=cast.record.pk,
            happened_at=timezone.now() + 2 * DAY,
            channel="phone",
            outcome="spoke",
        )


def test_a_failing_audit_undoes_the_act(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    by = cast.idva.as_actor()
    monkeypatch.setattr("drive.advocacy.commands.writing.record_event", _fails)
    with pytest.raises(RuntimeError), acting_as(by):
        commands.set_engagement(by=by, record_id=cast.record.pk, value="engaged", since=TODAY)
    with acting_as(by):
        assert not EngagementEntry.objects.exists()


def _fails(*args: object, **kwargs: object) -> None:
    raise RuntimeError("the audit cannot be written")


@pytest.mark.parametrize(
    ("lacks", "given"),
    [
        ("reason", {}),
        ("reviewer", {"reason": "leak_fear"}),
        ("reviewer", {"reason": "leak_fear", "reviewer": "idva"}),
        ("reviewer", {"reason": "leak_fear", "reviewer": "case_manager"}),
        ("review_on", {"reason": "leak_fear", "reviewer": "idva_manager"}),
        ("review_on", {"reason": "leak_fear", "reviewer": "idva_manager", "review_on": TODAY}),
    ],
)
def test_s22_withholding_needs_reason_another_reviewer_and_a_review_date(
    cast: Cast, lacks: str, given: dict[str, object]
) -> None:
    by = cast.idva.as_actor()
    reviewer = getattr(cast, str(given.pop("reviewer", "")), None)
    with acting_as(by), pytest.raises(Refusal) as refused:
        commands.record_informed(
            by=by, record_id=cast.record.pk, state="withheld", decided_on=TODAY,
            reviewer_id=reviewer.pk if reviewer else None, **given,  # type: ignore[arg-type]  # named as the command names them
        )  # fmt: skip
    assert (refused.value.rule, refused.value.field) == ("S-22", lacks)


def test_s22_withheld_with_all_three_is_recorded_and_the_database_asks_too(cast: Cast) -> None:
    by = cast.idva.as_actor()
    with acting_as(by):
        entry = commands.record_informed(
            by=by, record_id=cast.record.pk, state="withheld", decided_on=TODAY, reason="leak_fear",
            reviewer_id=cast.idva_manager.pk, review_on=TODAY + 30 * DAY,
        )  # fmt: skip
    with pytest.raises(DatabaseError, match="withholding_has_reason"), seeding():
        type(entry).objects.create(
            record=cast.record,
            service_id=cast.record.service_id,
            recorded_by=cast.idva,
            state="withheld",
            decided_on=TODAY,
        )


def test_s48_the_second_editor_is_told_who_saved_first(cast: Cast) -> None:
    by = cast.idva.as_actor()
    cover(cast, cast.other_idva)
    mine = {"channels": ["phone"], "agreed_on": TODAY, "review_on": TODAY + 30 * DAY}
    other = cast.other_idva.as_actor()
    with acting_as(other):
        commands.save_safe_contact(
            by=other, record_id=cast.record.pk, seen_version=0, when_safe="Mornings", **mine
        )
    with acting_as(by), pytest.raises(commands.SavedFirstError) as first:
        commands.save_safe_contact(
            by=by, record_id=cast.record.pk, seen_version=0, when_safe="Evenings", **mine
        )
    assert first.value.theirs.when_safe == "Mornings"


def test_v11_a_check_in_is_a_contact_and_sets_when_the_next_is_due(cast: Cast) -> None:
    """Of a client of no Drive case: of a linked one each is told across (safety/tests/test_check_ins.py)."""
    by = cast.idva.as_actor()
    with seeding():
        record = open_record(cast.vs_service, cast.idva, "Petunia", "Quibble", cast.idva_manager)
    with acting_as(by):
        commands.plan_check_ins(by=by, record_id=record.pk, interval_days=14, due_on=TODAY)
        commands.record_check_in(
            by=by,
            record_id=record.pk,
            done_at=timezone.now(),
            channel="phone",
            outcome="no_reply",
            summary="No reply.",
        )
        assert ClientContact.objects.get().outcome == "no_reply"
        assert CheckInPlan.objects.order_by("-recorded_at")[0].due_on == TODAY + 14 * DAY


def test_s06_a_sealed_value_opens_with_a_reason_and_each_opening_is_known(cast: Cast) -> None:
    row = seal_address(cast)
    by = cast.idva.as_actor()
    with acting_as(by), pytest.raises(Refusal):
        commands.open_sealed_value(by=by, record_id=cast.record.pk, value_id=row.pk, reason=" ")
    with acting_as(by):
        assert (
            commands.open_sealed_value(by=by, record_id=cast.record.pk, value_id=row.pk, reason="lock change")
            == ADDRESS
        )
        opening = SealOpening.objects.get()
        assert opening.reason == "lock change"
    (event,) = events(cast, "opened-seal")
    said = (event.membership_id, event.reason, event.fields)
    assert said == (cast.idva.pk, f"opening {opening.pk}", ["address"])  # the words go with the record
    with seeding():
        stored = SealedValue.objects.get()
    assert b"Canary" not in bytes(stored.ciphertext)


def test_s06_a_sealed_value_moved_to_another_record_does_not_open(cast: Cast) -> None:
    row = seal_address(cast)
    with seeding():
        other = SealedValue(
            record=cast.record,
            service_id=cast.record.service_id,
            recorded_by=cast.idva,
            kind="phone",
            ciphertext=row.ciphertext,
        )
        other.save()
    by = cast.idva.as_actor()
    with pytest.raises(ValueError, match="moved"), acting_as(by):
        commands.open_sealed_value(by=by, record_id=cast.record.pk, value_id=other.pk, reason="to ring")


def test_s06_withheld_is_the_holders_alone(cast: Cast) -> None:
    row = seal_address(cast, withheld=True)
    cover(cast, cast.other_idva)
    by = cast.other_idva.as_actor()
    with acting_as(by):
        assert VsRecord.objects.get().pk == cast.record.pk
        with connection.cursor() as cursor:
            cursor.execute("select access.withheld_kinds(%s)", [cast.record.pk])
            assert cursor.fetchone()[0] == ["address"]
        with pytest.raises(SealedValue.DoesNotExist):
            commands.open_sealed_value(by=by, record_id=cast.record.pk, value_id=row.pk, reason="to visit")
    with acting_as(cast.idva.as_actor()):
        assert SealedValue.objects.get().withheld


def test_s46_handover_moves_access_at_once(cast: Cast) -> None:
    manager = cast.idva_manager.as_actor()
    with acting_as(manager):
        with pytest.raises(Refusal):
            commands.assign_record(
                by=manager, record_id=cast.record.pk, membership_id=cast.other_idva.pk, handover=" "
            )
        commands.assign_record(
            by=manager,
            record_id=cast.record.pk,
            membership_id=cast.other_idva.pk,
            handover="Rings on Tuesdays.",
        )
    with acting_as(cast.idva.as_actor()):
        assert not VsRecord.objects.exists()
    with acting_as(cast.other_idva.as_actor()):
        assert VsRecord.objects.get().pk == cast.record.pk
        assert ClientAssignment.objects.get(membership=cast.other_idva).handover == "Rings on Tuesdays."


@pytest.mark.parametrize("name", ["case_manager", "outside_idva", "coordinator"])
def test_s46_only_somebody_who_works_with_clients_here_is_given_one(cast: Cast, name: str) -> None:
    manager = cast.idva_manager.as_actor()
    with acting_as(manager), pytest.raises(Refusal):
        commands.assign_record(
            by=manager,
            record_id=cast.record.pk,
            membership_id=getattr(cast, name).pk,
            handover="Rings on Tuesdays.",
        )


def test_v12_check_ins_outlast_the_record_only_with_the_clients_agreement(cast: Cast) -> None:
    by = cast.idva.as_actor()
    with acting_as(by):
        commands.plan_check_ins(by=by, record_id=cast.record.pk, interval_days=30, due_on=TODAY + DAY)
        commands.close_record(by=by, record_id=cast.record.pk, exited_on=TODAY, reason="completed")
        assert CheckInPlan.objects.order_by("-recorded_at")[0].due_on is None
        assert EngagementEntry.objects.order_by("-recorded_at")[0].value == "exited"
        with pytest.raises(Refusal, match="closed already"):
            commands.close_record(by=by, record_id=cast.record.pk, exited_on=TODAY, reason="completed")
        commands.record_contact(
            by=by, record_id=cast.record.pk, happened_at=timezone.now(), channel="phone", outcome="spoke"
        )
        assert RecordExit.objects.count() == 1


@pytest.mark.parametrize("name", ["other_idva", "outside_idva", "stand_in"])
def test_s04_nobody_writes_to_a_record_that_is_not_theirs(cast: Cast, name: str) -> None:
    by = getattr(cast, name).as_actor()
    with acting_as(by), pytest.raises(VsRecord.DoesNotExist):
        commands.set_engagement(by=by, record_id=cast.record.pk, value="engaged", since=TODAY)


def test_s35_neither_managing_nor_emergency_reading_opens_a_seal(cast: Cast) -> None:
    seal_address(cast)
    from drive.access.models import BreakGlass

    with seeding():
        BreakGlass.objects.create(
            membership=cast.other_idva, record_id=cast.record.pk, service_id=cast.record.service_id,
            reason="cannot reach the holder", expires_at=timezone.now() + datetime.timedelta(hours=3),
        )  # fmt: skip
    with acting_as(cast.other_idva.as_actor()):
        assert VsRecord.objects.count() == 1
        assert not SealedValue.objects.exists()
    with acting_as(cast.idva_manager.as_actor(), Scope.VS_WORKER):
        assert not SealedValue.objects.exists()


def test_a_record_opens_with_nothing_assumed(cast: Cast) -> None:
    """K-21 and K-23 start at "not yet": neither tried nor told."""
    by = cast.service_manager.as_actor()
    with acting_as(by, Scope.ALLOCATION):
        record = commands.open_record(
            by=by,
            service_id=cast.vs_service.pk,
            site_id=cast.site.pk,
            person_key=uuid4(),
            holder_id=cast.idva.pk,
            profile=NewProfile(given_names="Philomena", family_name="Quagmire"),
        )
    with acting_as(cast.idva.as_actor()):
        assert EngagementEntry.objects.get(record=record).value == "not_yet_tried"
        assert InformedEntry.objects.get(record=record).state == "not_considered"
