"""From an accepted referral to a case, a record and their link: at once, once, and by those who may."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from unittest.mock import patch
from uuid import uuid4

import pytest
from django.db import DatabaseError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from drive.access.models import Membership, SiteSetting, local_today
from drive.access.refusal import Refusal
from drive.access.roles import Role
from drive.access.scopes import Scope, Side
from drive.access.sealing import lookup_digest, open_sealed, seal
from drive.access.stepping import acting_as
from drive.advocacy.models import ClientProfile, RecordExit, SealedValue, VsRecord
from drive.allocation import queries
from drive.allocation.commands import allocate
from drive.allocation.models import Allocation
from drive.allocation.rules import LoadLimits
from drive.audit.models import AuditEvent
from drive.casework.models import LinkedPerson, ServiceUserProfile, StateEntry, SuCase
from drive.people.channels import DIGEST_PURPOSE, folded_channel
from drive.referrals.commands import decide
from drive.referrals.models import Referral, ReferralParty, SealedArrival
from drive.safety.models import CaseLink
from tests.cast import Cast, join, open_case, seeding

CANARY = "99 Canary Close"


def refer(by: Membership, family: str = "Pikestaff", her: str = "Crumb", *, days_ago: int = 3) -> Referral:
    """A referral as a saved list leaves it, her address sealed on arrival."""
    import datetime

    with seeding():
        made = Referral.objects.create(
            site_id=by.site_id, recorded_by=by, identity=uuid4().hex, source="marac",
            referred_on=local_today() - datetime.timedelta(days=days_ago), relationship="ex_partner",
        )  # fmt: skip
        for role, first, last in (("service_user", "Ambrose", family), ("victim_survivor", "Lettice", her)):
            party = ReferralParty.objects.create(
                referral=made, site_id=by.site_id, recorded_by=by, role=role, match_key=f"{role}{first}{last}",
                person_key=uuid4(), identity_digest="", given_names=first, family_name=last,
                folded_name=f"{last} {first}".lower(), gender="unknown",
            )  # fmt: skip
        key = uuid4()
        SealedArrival.objects.create(
            pk=key, party=party, site_id=by.site_id, recorded_by=by, kind="address",
            ciphertext=seal(CANARY.encode(), bound_to=f"advocacy_sealedvalue:{key}:address"),
            lookup=lookup_digest(folded_channel("address", CANARY), purpose=DIGEST_PURPOSE),
        )  # fmt: skip
    return made


def accept(cast: Cast, referral: Referral, outcome: str = "accept", **more: Any) -> None:
    actor = cast.chair.as_actor()
    with acting_as(actor, Scope.PANEL):
        decide(
            by=actor,
            referral_id=referral.pk,
            outcome=outcome,
            rationale="Levers at hand.",
            vs_safety="Asked.",
            child_safety="None.",
            **more,
        )


def give(cast: Cast, referral: Referral, **more: Any) -> Allocation:
    actor = cast.service_manager.as_actor()
    chosen = {
        "su_holder_id": cast.case_manager.pk,
        "vs_holder_id": cast.idva.pk,
        "approach": "disrupt_only",
    } | more
    with acting_as(actor, Scope.ALLOCATION):
        return allocate(by=actor, referral_id=referral.pk, **chosen)


def test_p21_a_case_a_record_and_their_link_are_opened_at_once(cast: Cast) -> None:
    referral = refer(cast.coordinator)
    accept(cast, referral)
    made = give(cast, referral, reason="He knows the area.")
    with acting_as(cast.case_manager.as_actor()):
        case = SuCase.objects.get(pk=made.su_case_id)
        assert (case.referral_id, case.accepted_on) == (referral.pk, local_today())
        assert ServiceUserProfile.objects.get(case=case).family_name == "Pikestaff"
        assert LinkedPerson.objects.get(case=case).name_as_referred == "Lettice Crumb"
        assert StateEntry.objects.get(case=case, history="approach").value == "disrupt_only"
        assert CaseLink.objects.get(su_case_id=case.pk).vs_record_id == made.vs_record_id
    with acting_as(cast.idva.as_actor()):
        assert ClientProfile.objects.get(record_id=made.vs_record_id).family_name == "Crumb"
    for colleague in (cast.other_case_manager, cast.outsider):
        with acting_as(colleague.as_actor()):
            assert not SuCase.objects.filter(pk=made.su_case_id).exists()
    with seeding():
        wrote = AuditEvent.objects.filter(act="wrote", membership_id=cast.service_manager.pk)
        assert sorted(wrote.values_list("kind", flat=True)) == [
            "case_link",
            "referral",
            "su_case",
            "vs_record",
        ]


def test_s03_s06_her_address_reaches_her_record_unopened_and_opens_there(cast: Cast) -> None:
    referral = refer(cast.coordinator)
    accept(cast, referral)
    made = give(cast, referral)
    with acting_as(cast.idva.as_actor()):
        value = SealedValue.objects.get(record_id=made.vs_record_id)
        assert open_sealed(bytes(value.ciphertext), bound_to=value.bound_to()) == CANARY.encode()
    for member, scope in ((cast.service_manager, Scope.ALLOCATION), (cast.case_manager, Scope.SU_WORKER)):
        with pytest.raises(DatabaseError, match="permission denied"), acting_as(member.as_actor(), scope):
            list(SealedValue.objects.all())


def test_nobody_hands_an_address_over_to_a_record_of_their_choice(cast: Cast) -> None:
    referral = refer(cast.coordinator)
    with seeding():
        party = ReferralParty.objects.get(referral=referral, role="victim_survivor")
    actor = cast.service_manager.as_actor()
    with (
        pytest.raises(DatabaseError, match="no such record"),
        acting_as(actor, Scope.ALLOCATION),
        connection.cursor() as cursor,
    ):
        cursor.execute(
            "select access.hand_over_sealed(%s, %s, %s)", [party.pk, cast.record.pk, cast.vs_service.pk]
        )


@pytest.mark.parametrize(
    ("outcome", "more", "rule"),
    [
        (None, {}, "P-21"),
        ("bring_back", {"awaited": "The police return"}, "P-06"),
        ("reject", {"rejection_reason": "out_of_area", "next_step": "The other area"}, "P-09"),
    ],
)
def test_out_of_order_is_refused_in_words(
    cast: Cast, outcome: str | None, more: dict[str, str], rule: str
) -> None:
    referral = refer(cast.coordinator)
    if outcome:
        accept(cast, referral, outcome, **more)
    with pytest.raises(Refusal) as refused:
        give(cast, referral)
    assert refused.value.rule == rule
    with seeding():
        assert SuCase.objects.count() == 1  # the cast's own


def test_twice_is_refused_and_opens_nothing(cast: Cast) -> None:
    referral = refer(cast.coordinator)
    accept(cast, referral)
    give(cast, referral)
    with pytest.raises(Refusal, match="allocated already"):
        give(cast, referral, su_holder_id=cast.other_case_manager.pk)
    with seeding():
        assert (SuCase.objects.count(), VsRecord.objects.count()) == (2, 2)


def test_c01_a_site_without_a_panel_allocates_straight_from_marac(cast: Cast) -> None:
    referral = refer(cast.coordinator)
    with seeding():
        SiteSetting.objects.create(site=cast.site, code="C-01", value="marac_only")
    with acting_as(cast.service_manager.as_actor(), Scope.ALLOCATION):
        assert [each.row.referral.pk for each in queries.waiting(cast.site.pk).rows] == [referral.pk]
    assert give(cast, referral).referral_id == referral.pk
    with acting_as(cast.service_manager.as_actor(), Scope.ALLOCATION):
        assert queries.waiting(cast.site.pk).rows == []


@pytest.mark.parametrize("wrong", ["idva", "outsider", "step_down_worker", "coordinator"])
def test_only_who_may_hold_a_case_at_the_site_is_given_one(cast: Cast, wrong: str) -> None:
    referral = refer(cast.coordinator)
    accept(cast, referral)
    with pytest.raises(Refusal, match="Choose a case manager"):
        give(cast, referral, su_holder_id=getattr(cast, wrong).pk)


def test_a_stand_in_may_hold_the_clients_record(cast: Cast) -> None:
    referral = refer(cast.coordinator)
    accept(cast, referral)
    assert give(cast, referral, vs_holder_id=cast.stand_in.pk).vs_holder_id == cast.stand_in.pk


def test_a_second_referral_is_offered_what_is_open_and_joins_it_when_told_to(cast: Cast) -> None:
    """Never merged by itself: without the word a case and a record of their own are opened."""
    first, second = refer(cast.coordinator), refer(cast.coordinator)
    accept(cast, first)
    accept(cast, second)
    made = give(cast, first)
    manager = cast.service_manager.as_actor()
    with acting_as(manager, Scope.ALLOCATION):
        known = queries.open_already(queries.referral_queries.referral(second.pk))
    assert known.case
    assert known.record
    assert (known.case.key, known.record.key, known.linked) == (made.su_case_id, made.vs_record_id, True)
    assert known.case.code
    joined = give(cast, second, join_case=True, join_record=True, su_holder_id=None, vs_holder_id=None)
    assert (joined.su_case_id, joined.vs_record_id) == (made.su_case_id, made.vs_record_id)
    with seeding():
        assert (SuCase.objects.count(), VsRecord.objects.count(), CaseLink.objects.count()) == (2, 2, 2)
        assert SealedValue.objects.filter(record_id=made.vs_record_id).count() == 1  # the same address once


def test_another_victim_of_an_open_case_is_linked_to_it(cast: Cast) -> None:
    first, second = refer(cast.coordinator), refer(cast.coordinator, her="Gosling")
    accept(cast, first)
    accept(cast, second)
    made = give(cast, first)
    joined = give(cast, second, join_case=True, su_holder_id=None, vs_holder_id=cast.other_idva.pk)
    assert joined.su_case_id == made.su_case_id
    assert joined.vs_record_id != made.vs_record_id
    with acting_as(cast.case_manager.as_actor()):
        assert set(LinkedPerson.objects.filter(case_id=made.su_case_id).values_list("name_as_referred", "is_index")) == {
            ("Lettice Crumb", True), ("Lettice Gosling", False),
        }  # fmt: skip
    with acting_as(cast.idva.as_actor()):  # S-04: her worker sees no other victim/survivor
        assert not CaseLink.objects.filter(vs_record_id=joined.vs_record_id).exists()


def test_what_has_ended_is_not_offered(cast: Cast) -> None:
    first, second = refer(cast.coordinator), refer(cast.coordinator)
    accept(cast, first)
    accept(cast, second)
    made = give(cast, first)
    with seeding():
        StateEntry.objects.create(
            case_id=made.su_case_id, service_id=cast.su_service.pk, recorded_by=cast.case_manager, history="status",
            value="closed", since=local_today(),
        )  # fmt: skip
        RecordExit.objects.create(
            record_id=made.vs_record_id, service_id=cast.vs_service.pk, recorded_by=cast.idva, exited_on=local_today(),
            reason="completed", check_ins_continue=False,
        )  # fmt: skip
    with acting_as(cast.service_manager.as_actor(), Scope.ALLOCATION):
        known = queries.open_already(queries.referral_queries.referral(second.pk))
        assert (known.case, known.record) == (None, None)
        assert {w.membership.pk: w.held for w in queries.workers(Side.SERVICE_USER, cast.site.pk)}[
            cast.case_manager.pk
        ] == 1
        assert {w.membership.pk: w.held for w in queries.workers(Side.CLIENT, cast.site.pk)}[
            cast.idva.pk
        ] == 1


def test_c13_a_load_is_a_prompt_and_never_a_stop(cast: Cast) -> None:
    assert LoadLimits().words(19) == ""
    assert "20" in LoadLimits().words(20)
    assert "Consider somebody else" in LoadLimits().words(25)
    with seeding():
        SiteSetting.objects.create(site=cast.site, code="C-13", value={"warning": 1, "alert": 2})
    referral = refer(cast.coordinator)
    accept(cast, referral)
    with acting_as(cast.service_manager.as_actor(), Scope.ALLOCATION):
        loads = {w.membership.pk: w for w in queries.workers(Side.SERVICE_USER, cast.site.pk)}
    assert loads[cast.case_manager.pk].prompt
    assert not loads[cast.other_case_manager.pk].prompt
    assert give(cast, referral)


def test_when_the_audit_cannot_be_written_nothing_is_opened(cast: Cast) -> None:
    referral = refer(cast.coordinator)
    accept(cast, referral)
    with (
        patch("drive.allocation.commands.record_event", side_effect=DatabaseError("no room")),
        pytest.raises(DatabaseError, match="no room"),
    ):
        give(cast, referral)
    with seeding():
        assert (SuCase.objects.count(), VsRecord.objects.count(), Allocation.objects.count()) == (1, 1, 0)


# --- pages ---


def _item(referral: Referral) -> str:
    return reverse("allocation_item", kwargs={"referral_id": referral.pk})


def test_the_manager_allocates_on_the_page_with_loads_in_sight(
    cast: Cast, client_of: Callable[[Membership], Client]
) -> None:
    referral = refer(cast.coordinator, days_ago=12)
    accept(cast, referral)
    manager = client_of(cast.service_manager)
    assert "Ambrose Pikestaff" in manager.get(reverse("allocation_list")).content.decode()
    page = manager.get(_item(referral)).content.decode()
    assert "Case manager, Turnaround Marrowby. 1 held" in page
    assert "Canary" not in page
    empty = manager.post(_item(referral), {"reason": "He knows the area."})
    assert "Choose a case manager." in empty.content.decode()
    assert "He knows the area." in empty.content.decode()
    chosen = {"su_holder": cast.case_manager.pk, "vs_holder": cast.idva.pk, "approach": "disrupt_only"}
    assert manager.post(_item(referral), chosen).status_code == 302
    again = manager.post(_item(referral), chosen)
    assert "Nothing was changed" in again.content.decode()
    with seeding():
        assert Allocation.objects.count() == 1


def test_the_page_offers_to_join_what_is_open(cast: Cast, client_of: Callable[[Membership], Client]) -> None:
    first, second = refer(cast.coordinator), refer(cast.coordinator)
    accept(cast, first)
    accept(cast, second)
    give(cast, first)
    manager = client_of(cast.service_manager)
    page = manager.get(_item(second)).content.decode()
    assert "The same person: use the open case" in page
    assert "Stays with Imelda Farthing, Haven Marrowby" in page
    sent = manager.post(_item(second), {"su_join": "join", "vs_join": "join", "approach": "direct"})
    assert sent.status_code == 302


def test_allocation_pages_answer_managers_and_to_everybody_else_the_same(
    cast: Cast, client_of: Callable[[Membership], Client]
) -> None:
    referral = refer(cast.coordinator)
    absent = reverse("allocation_item", kwargs={"referral_id": uuid4()})
    assert client_of(cast.service_manager).get(_item(referral)).status_code == 200
    for member in (
        cast.case_manager,
        cast.idva,
        cast.idva_manager,
        cast.coordinator,
        cast.chair,
        cast.outside_manager,
        cast.analyst,
    ):
        denied = client_of(member).get(_item(referral))
        assert (denied.status_code, denied.content) == (404, client_of(member).get(absent).content)


def test_queries_stay_as_many_with_more_workers_and_more_waiting(
    cast: Cast, client_of: Callable[[Membership], Client]
) -> None:
    referral = refer(cast.coordinator)
    accept(cast, referral)
    manager = client_of(cast.service_manager)
    addresses = (reverse("allocation_list"), _item(referral))
    for address in addresses:
        manager.get(address)
    with CaptureQueriesContext(connection) as few:
        for address in addresses:
            manager.get(address)
    for number in range(6):
        accept(cast, refer(cast.coordinator, family=f"Reedmace{'abcdef'[number]}"))
        with seeding():
            worker = join(
                f"Worker{'abcdef'[number]} Extra",
                Role.CASE_MANAGER,
                cast.su_service,
                cast.site,
                cast.su_service.organisation,
            )
            open_case(cast.su_service, worker, "Obadiah", f"Hempnettle{number}", cast.service_manager)
    with CaptureQueriesContext(connection) as many:
        for address in addresses:
            manager.get(address)
    assert len(many) == len(few)
