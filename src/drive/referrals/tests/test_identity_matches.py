"""The same person in two roles: told to the governance lead alone (S-33), and to none who is barred from either (S-34)."""

from __future__ import annotations

import re
from collections.abc import Callable
from uuid import uuid4

import pytest
from django.db import ProgrammingError, connection
from django.test import Client
from django.urls import reverse

from drive.access.models import Bar, Membership
from drive.access.scopes import Scope
from drive.access.stepping import acting_as
from drive.audit.models import AuditEvent
from drive.referrals.commands import save_list, upload_list
from drive.referrals.lists.tests.samples import as_csv
from drive.referrals.models import (
    IdentityDecision,
    IdentityMatch,
    ReferralParty,
)
from tests.cast import Cast, seeding

type SignIn = Callable[[Membership], Client]


@pytest.fixture
def both_roles(cast: Cast) -> None:
    """Jabez Crimplefoot is the service user of one referral and the victim/survivor of another, at one site (S-33)."""
    actor = cast.coordinator.as_actor()
    content = as_csv(
        [
            ("10/03/2025", "Araminta Puddifoot", "18/06/1977", "Jabez Crimplefoot", "15/10/1982", "partner"),
            ("10/04/2025", "Jabez Crimplefoot", "15/10/1982", "Tobias Heepleton", "01/02/1980", "partner"),
        ]
    )
    with acting_as(actor, Scope.REFERRALS):
        kept, _ = upload_list(by=actor, file_bytes=content, filename="list.csv")
        save_list(by=actor, kept=kept)


@pytest.mark.usefixtures("both_roles")
def test_s33_the_governance_lead_decides_on_a_match_and_nobody_else_learns_of_it(
    cast: Cast, client_of: SignIn
) -> None:
    lead = client_of(cast.governance_lead)
    page = lead.get(reverse("governance_matches")).content.decode()
    assert "Jabez Crimplefoot" in page
    (address,) = set(re.findall(r'href="(/governance/matches/[0-9a-f-]+/)"', page))
    one = lead.get(address).content.decode()
    assert "Service user" in one
    assert "Victim/survivor" in one
    assert "There is a problem" in lead.post(address, {"decision": "same"}).content.decode()
    told = {
        "decision": "same",
        "reason": "Same birth date and town.",
        "told": "The IDVA manager, by telephone.",
    }
    assert lead.post(address, told).status_code == 302
    assert "Same person" in lead.get(reverse("governance_matches")).content.decode()
    with seeding():
        assert IdentityDecision.objects.get().told == "The IDVA manager, by telephone."
        event = AuditEvent.objects.get(act="wrote", kind="identity_match")
        assert event.membership_id == cast.governance_lead.pk
    for member in (cast.coordinator, cast.chair, cast.service_manager, cast.case_manager, cast.idva):
        client = client_of(member)
        denied = client.get(address)
        assert (denied.status_code, denied.content) == (
            404,
            client.get(f"/governance/matches/{uuid4()}/").content,
        )


@pytest.mark.usefixtures("both_roles")
def test_s34_a_governance_lead_with_a_tie_to_one_of_the_two_learns_nothing_of_the_match(
    cast: Cast, client_of: SignIn
) -> None:
    lead = client_of(cast.governance_lead)
    with seeding():
        match = IdentityMatch.objects.get()
        tied = ReferralParty.objects.get(pk=match.second)
        told = {"match": match, "site_id": cast.site.pk, "recorded_by": cast.governance_lead}
        IdentityDecision.objects.create(**told, decision="same", told="By telephone.", reason="Same town.")
    address = reverse("governance_match", args=[match.pk])
    assert lead.get(address).status_code == 200
    with seeding():
        Bar.objects.create(
            user_id=cast.governance_lead.user_id, record_id=tied.referral_id, kind="tie", reason="A cousin",
            recorded_by=cast.service_manager,
        )  # fmt: skip
    assert lead.get(address).status_code == 404
    assert "Jabez" not in lead.get(reverse("governance_matches")).content.decode()
    with acting_as(cast.governance_lead.as_actor(), Scope.GOVERNANCE), connection.cursor() as cursor:
        assert not IdentityMatch.objects.exists()
        assert not IdentityDecision.objects.exists()
        cursor.execute("select * from access.identity_match_people(%s)", [[match.pk]])
        assert cursor.fetchall() == []


@pytest.mark.usefixtures("both_roles")
def test_s33_the_names_behind_a_match_are_told_to_the_governance_scope_alone(cast: Cast) -> None:
    with seeding():
        key = IdentityMatch.objects.get().pk

    def told(member: Membership, scope: Scope) -> int:
        with acting_as(member.as_actor(), scope), connection.cursor() as cursor:
            cursor.execute("select * from access.identity_match_people(%s)", [[key]])
            return len(cursor.fetchall())

    assert told(cast.governance_lead, Scope.GOVERNANCE) == 2
    for member, scope in ((cast.coordinator, Scope.REFERRALS), (cast.service_manager, Scope.ALLOCATION)):
        with pytest.raises(ProgrammingError, match="permission denied"):
            told(member, scope)
