"""Who holds what, across the wall (A-25, C-12, W-26): named contacts, cover, the telephone of their work."""

from __future__ import annotations

import datetime
from collections.abc import Callable

import pytest
from django.db import ProgrammingError
from django.test import Client

from drive.access.models import ClientAssignment, Membership, SiteSetting, local_today
from drive.access.stepping import acting_as
from drive.advocacy import commands, queries
from drive.advocacy.models import ClientContact, SealedValue, VsRecord
from drive.safety.queries import client_summaries, workers_across
from drive.safety.ringing import Worker, in_order
from tests.cast import Cast, seeding

HOLDER, COVER, NAMED = (
    Worker("Imelda Farthing", "holder", "01632 960 101"),
    Worker("Ida Pemberley", "cover", ""),
    Worker("Tamsin Rook", "named_contact", "01632 960 103"),
)
RELAY = Worker("Odette Vane", "relay", "")


@pytest.mark.parametrize(
    ("pattern", "first"),
    [
        ("", NAMED), ("contacts", NAMED), ("lead_holds", COVER), ("lead_allocates", COVER), ("team", COVER),
        ("relay", RELAY),
    ],
)  # fmt: skip
def test_c12_the_sites_pattern_says_who_is_rung_first(pattern: str, first: Worker) -> None:
    assert in_order([HOLDER, COVER, NAMED, RELAY], pattern)[0] == first


def test_a25_whoever_works_a_record_in_two_ways_is_named_once() -> None:
    both = [HOLDER, Worker(HOLDER.name, "named_contact", HOLDER.phone)]
    assert [one.way for one in in_order(both, "lead_holds")] == ["holder"]
    assert COVER.words == "Ida Pemberley, covers today"
    assert HOLDER.words == "Imelda Farthing, 01632 960 101"


def give(cast: Cast, to: Membership, kind: str, last_day: datetime.date | None = None) -> None:
    by = cast.idva_manager.as_actor()
    with acting_as(by):
        commands.assign_record(
            by=by, record_id=cast.record.pk, membership_id=to.pk, handover="Rings in the mornings.",
            kind=kind, last_day=last_day,
        )  # fmt: skip


def sealed(cast: Cast) -> None:
    by = cast.idva.as_actor()
    with acting_as(by):
        commands.add_sealed(
            by=by,
            record_id=cast.record.pk,
            new=commands.NewSealedValue(kind="phone", value="07700 900 555"),
        )


def test_a25_a_named_contact_reads_and_neither_writes_nor_opens_a_seal(cast: Cast) -> None:
    sealed(cast)
    give(cast, cast.other_idva, "named_contact")
    by = cast.other_idva.as_actor()
    with acting_as(by):
        assert VsRecord.objects.filter(pk=cast.record.pk).exists()
        assert not queries.identity(by, cast.record.pk).writes
        assert not SealedValue.objects.filter(record_id=cast.record.pk).exists()
        assert not queries.seals(by, cast.record.pk).may_open
        assert queries.desk(by).record_ids == []
    with pytest.raises(ProgrammingError, match="row-level security"), acting_as(by):
        commands.record_wish(
            by=by, record_id=cast.record.pk, words="To be left alone.", said_on=local_today()
        )


def test_a25_a_named_contacts_page_offers_no_act_and_says_why(
    cast: Cast, client_of: Callable[[Membership], Client]
) -> None:
    give(cast, cast.other_idva, "named_contact")
    browser = client_of(cast.other_idva)
    page = browser.get(f"/clients/{cast.record.pk}/").content.decode()
    assert "You read this record and write nothing in it" in page
    assert "Open with a reason" not in page
    day = local_today()
    answer = browser.post(
        f"/clients/{cast.record.pk}/contact/",
        {
            "happened_on_0": day.day, "happened_on_1": day.month, "happened_on_2": day.year, "happened_on": day.isoformat(),
            "happened_at": "00:01", "channel": "phone", "outcome": "spoke", "started_by": "worker",
        },
    )  # fmt: skip
    assert answer.status_code == 200
    with seeding():
        assert not ClientContact.objects.filter(record_id=cast.record.pk).exists()


def test_w26_both_sides_see_whom_to_ring_and_no_number_of_the_client(
    cast: Cast, client_of: Callable[[Membership], Client]
) -> None:
    sealed(cast)
    with seeding():
        for member, phone in (
            (cast.idva, "01632 960 101"),
            (cast.other_idva, "01632 960 102"),
            (cast.case_manager, "01632 960 201"),
        ):
            Membership.objects.filter(pk=member.pk).update(work_phone=phone)
    give(cast, cast.other_idva, "named_contact")
    give(cast, cast.stand_in, "cover", local_today())
    with acting_as(cast.case_manager.as_actor()):
        (client,) = client_summaries(cast.case.pk)
    assert [one.words for one in client.workers] == [
        "Ida Pemberley, named contact, 01632 960 102", "Tamsin Rook, covers today", "Imelda Farthing, 01632 960 101",
    ]  # fmt: skip
    for path in (f"/cases/{cast.case.pk}/", f"/shared/{cast.link.pk}/"):
        page = client_of(cast.case_manager).get(path).content.decode()
        assert "Ida Pemberley, named contact, 01632 960 102" in page, path
        assert "900 555" not in page
    for path in (f"/clients/{cast.record.pk}/", f"/shared/{cast.link.pk}/"):
        assert "Casimir Tolliver, 01632 960 201" in client_of(cast.idva).get(path).content.decode(), path


def test_c12_the_setting_of_the_site_is_what_decides(cast: Cast) -> None:
    give(cast, cast.other_idva, "named_contact")
    with seeding():
        SiteSetting.objects.create(
            site=cast.site, code="C-12", value="lead_holds", reason="Agreed in October."
        )
    with acting_as(cast.case_manager.as_actor()):
        (client,) = client_summaries(cast.case.pk)
    assert [one.name for one in client.workers] == ["Imelda Farthing", "Ida Pemberley"]


def test_s39_whom_to_ring_is_told_to_nobody_off_the_link_and_ends_with_the_work(cast: Cast) -> None:
    for nobody in (cast.outsider, cast.other_case_manager, cast.outside_idva):
        with acting_as(nobody.as_actor()):
            assert workers_across([cast.case.pk, cast.record.pk]) == {}
    with seeding():
        ClientAssignment.objects.filter(record_id=cast.record.pk).update(ends_on=local_today())
    with acting_as(cast.case_manager.as_actor()):
        assert workers_across([cast.case.pk]) == {}


def test_a25_everybody_says_their_own_work_telephone_and_nobody_elses(
    cast: Cast, client_of: Callable[[Membership], Client]
) -> None:
    client_of(cast.idva).post("/account/", {"work_phone": "01632 960 101"})
    with seeding():
        assert Membership.objects.get(pk=cast.idva.pk).work_phone == "01632 960 101"
        assert not Membership.objects.exclude(pk=cast.idva.pk).exclude(work_phone="").exists()
