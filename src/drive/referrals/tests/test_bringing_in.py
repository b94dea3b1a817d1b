"""From a list to referrals: nothing before it is saved, nothing twice, nothing lost, nothing across the wall."""

from __future__ import annotations

from unittest.mock import patch
from uuid import uuid4

import pytest
from django.db import DatabaseError

from drive.access.models import Membership
from drive.access.scopes import Scope
from drive.access.stepping import acting_as
from drive.audit.models import AuditEvent
from drive.referrals.commands import save_list, upload_list
from drive.referrals.lists.results import Outcome
from drive.referrals.models import (
    IdentityMatch,
    PossibleMatch,
    Referral,
    ReferralList,
    ReferralParty,
    SealedArrival,
)
from tests.cast import Cast, seeding


def _bring_in(member: Membership, content: bytes) -> tuple[int, int, int, int]:
    actor = member.as_actor()
    with acting_as(actor, Scope.REFERRALS):
        kept, _ = upload_list(by=actor, file_bytes=content, filename="list.csv")
        saved = save_list(by=actor, kept=kept)
    return saved.created, saved.matched, saved.refused, saved.repeat


def test_a_preview_creates_nothing(cast: Cast, march: bytes) -> None:
    actor = cast.coordinator.as_actor()
    with acting_as(actor, Scope.REFERRALS):
        _, judged = upload_list(by=actor, file_bytes=march, filename="march.csv")
        assert len(judged.rows) == 55
        assert Referral.objects.count() == 0


def test_saving_creates_what_the_preview_said(cast: Cast, march: bytes) -> None:
    actor = cast.coordinator.as_actor()
    with acting_as(actor, Scope.REFERRALS):
        kept, judged = upload_list(by=actor, file_bytes=march, filename="march.csv")
        saved = save_list(by=actor, kept=kept)
        assert saved.created == judged.counts[Outcome.CREATED]
        assert saved.matched == judged.counts[Outcome.MATCHED]
        assert saved.created + saved.matched + saved.refused + saved.repeat == len(judged.rows)
        assert Referral.objects.count() == saved.created + saved.matched
        assert ReferralParty.objects.count() == 2 * Referral.objects.count()


def test_the_same_file_twice_creates_nothing_twice(cast: Cast, march: bytes) -> None:
    created, matched, refused, repeat = _bring_in(cast.coordinator, march)
    again = _bring_in(cast.coordinator, march)
    assert again == (0, 0, refused, created + matched + repeat)


def test_possible_matches_are_offered_with_reasons_and_merge_nothing(
    cast: Cast, march: bytes, april: bytes
) -> None:
    _bring_in(cast.coordinator, march)
    _, matched, _, _ = _bring_in(cast.coordinator, april)
    assert matched > 0
    with acting_as(cast.coordinator.as_actor(), Scope.REFERRALS):
        for match in PossibleMatch.objects.all():
            assert match.reasons
            assert match.referral_id != match.earlier_id


def test_s33_another_sites_list_matches_nothing_visible_and_reaches_governance(
    cast: Cast, march: bytes
) -> None:
    """The same list at another site looks as if nobody were known; the governance lead alone is told."""
    first = _bring_in(cast.coordinator, march)
    with seeding():
        other = Membership.objects.get(pk=cast.coordinator.pk)
        other.pk = None  # type: ignore[assignment]  # a copy
        other._state.adding = True
        other.id = uuid4()
        other.site, other.organisation = cast.other_site, cast.coordinator.organisation
        other.save(force_insert=True)
    assert _bring_in(other, march) == first
    with acting_as(cast.governance_lead.as_actor()):
        assert IdentityMatch.objects.filter(kind="sites").exists()
    for member in cast.everybody():
        if member.pk == cast.governance_lead.pk:
            continue
        for scope in member.role_entry.scopes:
            with pytest.raises(DatabaseError, match="permission denied"), acting_as(member.as_actor(), scope):
                list(IdentityMatch.objects.all())


def test_referrals_are_seen_at_their_site_by_those_who_prepare_decide_and_allocate(
    cast: Cast, march: bytes
) -> None:
    _bring_in(cast.coordinator, march)
    for member, scope in (
        (cast.coordinator, Scope.REFERRALS), (cast.chair, Scope.PANEL), (cast.service_manager, Scope.ALLOCATION),
    ):  # fmt: skip
        with acting_as(member.as_actor(), scope):
            assert Referral.objects.exists()
    with acting_as(cast.outside_manager.as_actor(), Scope.REFERRALS):
        assert not Referral.objects.exists()
        assert not ReferralList.objects.exists()
    for member in (cast.case_manager, cast.idva, cast.analyst, cast.administrator):
        with pytest.raises(DatabaseError, match="permission denied"), acting_as(member.as_actor()):
            list(Referral.objects.all())


def test_s03_an_address_of_hers_is_sealed_on_arrival_and_read_by_nobody(cast: Cast) -> None:
    content = (
        b"MARAC date,Perpetrator surname,Perpetrator forename,Victim surname,Victim forename,Victim address\n"
        b"03/03/2025,Crimplefoot,Jabez,Puddifoot,Araminta,99 Canary Close\n"
    )
    _bring_in(cast.coordinator, content)
    with seeding():
        assert SealedArrival.objects.count() == 1
        assert b"Canary" not in bytes(SealedArrival.objects.get().ciphertext)
    for member in cast.everybody():
        for scope in member.role_entry.scopes:
            with pytest.raises(DatabaseError, match="permission denied"), acting_as(member.as_actor(), scope):
                list(SealedArrival.objects.all())


def test_when_the_audit_cannot_be_written_nothing_is_saved(cast: Cast, march: bytes) -> None:
    actor = cast.coordinator.as_actor()
    with acting_as(actor, Scope.REFERRALS):
        kept, _ = upload_list(by=actor, file_bytes=march, filename="march.csv")
    with (
        patch("drive.referrals.commands.record_event", side_effect=DatabaseError("no room")),
        pytest.raises(DatabaseError, match="no room"),
        acting_as(actor, Scope.REFERRALS),
    ):
        save_list(by=actor, kept=kept)
    with seeding():
        assert Referral.objects.count() == 0
        assert AuditEvent.objects.filter(kind="referral_list").count() == 1
