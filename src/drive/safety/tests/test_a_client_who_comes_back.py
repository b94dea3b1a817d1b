"""A client who comes back while Drive goes on: a new record, and a link that goes on from the former (ADR 24)."""

from __future__ import annotations

import re
from collections.abc import Callable
from uuid import UUID, uuid4

import pytest
from django.db import ProgrammingError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from drive.access.models import Bar, Membership, local_today
from drive.access.refusal import Refusal
from drive.access.stepping import acting_as
from drive.advocacy import commands as advocacy
from drive.advocacy.models import LinkedAgain, RecordExit, VsRecord
from drive.casework.commands import set_state
from drive.casework.models import CaseHistory, StateEntry
from drive.safety import commands, queries
from drive.safety.models import CaseLink, RiskItem
from drive.safety.position import contact_refusal, contact_refusal_at
from tests.cast import Cast, open_record, seeding

from .deciding import book, decide, stop

type Browser = Callable[[Membership], Client]

WHY = "Zyxwcanary: he was seen in her new street."


def closed(cast: Cast, record: VsRecord | None = None) -> None:
    actor = cast.idva_manager.as_actor()
    with acting_as(actor):
        advocacy.close_record(
            by=actor, record_id=(record or cast.record).pk, exited_on=local_today(), reason="completed"
        )


def back(cast: Cast, holder: Membership | None = None, earlier: UUID | None = None) -> VsRecord:
    actor = cast.idva_manager.as_actor()
    with acting_as(actor):
        return advocacy.open_again(
            by=actor, earlier_id=earlier or cast.record.pk, holder_id=(holder or cast.other_idva).pk
        )


def linked(cast: Cast, record: VsRecord, link: CaseLink | None = None) -> CaseLink:
    actor = cast.idva_manager.as_actor()
    with acting_as(actor):
        return commands.link_again(
            by=actor, record_id=record.pk, earlier_link_id=(link or cast.link).pk, reason=WHY
        )


def case_ends(cast: Cast, status: str) -> None:
    with seeding():
        StateEntry.objects.create(
            case=cast.case, service_id=cast.case.service_id, recorded_by=cast.service_manager, history="status",
            value=status, since=local_today(),
        )  # fmt: skip


def main_of(client: Client, url: str) -> str:
    """What a page says, without the tokens of its forms."""
    said = client.get(url).content.decode()
    return re.sub(
        r'name="csrfmiddlewaretoken" value="[^"]+"', "", said[said.index("<main") : said.index("</main")]
    )


def offered(cast: Cast, record: VsRecord, member: Membership | None = None) -> int:
    with acting_as((member or cast.idva_manager).as_actor()):
        return len(queries.cases_to_link_again(record.pk))


def test_a_client_who_comes_back_is_linked_again_by_the_manager_and_by_nobody_alone(
    cast: Cast, client_of: Browser
) -> None:
    """Given a closed record whose Drive case goes on, when the manager opens a new one and links it, then the case manager
    learns that support began again and no word of why; until then, nothing.
    """
    decide(cast.case_manager, cast.idva, cast.link.pk)
    closed(cast)
    manager, case_manager = client_of(cast.idva_manager), client_of(cast.case_manager)
    case_url = reverse("case_page", args=[cast.case.pk])
    before = main_of(case_manager, case_url)
    assert "The client is back" in manager.get(reverse("client_page", args=[cast.record.pk])).content.decode()

    opened = manager.post(reverse("client_again", args=[cast.record.pk]), {"holder": str(cast.other_idva.pk)})
    with acting_as(cast.idva_manager.as_actor()):
        record = VsRecord.objects.exclude(pk=cast.record.pk).get(person_key=cast.record.person_key)
    assert opened["Location"] == reverse("client_page", args=[record.pk])
    assert main_of(case_manager, case_url) == before

    assert "Link to Drive again" in manager.get(opened["Location"]).content.decode()
    page = reverse("client_drive", args=[record.pk])
    assert manager.post(page, {"link": str(cast.link.pk), "reason": ""}).status_code == 200
    assert manager.post(page, {"link": str(cast.link.pk), "reason": WHY}).status_code == 302
    assert manager.get(page).status_code == 404  # once

    after = case_manager.get(case_url).content.decode()
    assert cast.other_idva.name in after
    assert "canary" not in after
    with acting_as(cast.case_manager.as_actor()):
        link = CaseLink.objects.get(number=2)
        told = RiskItem.objects.get(link=link)
        assert contact_refusal(cast.case.pk) == "undecided"
        assert [one.pk for one in queries.links_of_case(cast.case.pk)] == [link.pk]
        assert len(queries.client_summaries(cast.case.pk)) == 1
        assert "canary" not in told.text
    assert reverse("shared_page", args=[link.pk]) in after
    assert "canary" not in case_manager.get(reverse("shared_page", args=[link.pk])).content.decode()
    assert (
        "canary" in client_of(cast.other_idva).get(opened["Location"]).content.decode()
    )  # why, to her own worker
    with acting_as(cast.other_idva.as_actor()):
        assert list(CaseLink.objects.values_list("pk", flat=True)) == [link.pk]  # nothing of the former link
        assert LinkedAgain.objects.get().reason == WHY


def test_contact_rests_on_the_new_link_and_on_concerns_of_the_former(cast: Cast) -> None:
    """Given an old decision and an old live concern, when she is linked again, then the decision is void and the concern holds."""
    decide(cast.case_manager, cast.idva, cast.link.pk)
    closed(cast)
    link = linked(cast, back(cast))
    decide(cast.case_manager, cast.other_idva, link.pk)
    book(cast.case_manager, cast.case.pk)
    stop(cast.case_manager, cast.link.pk)
    with acting_as(cast.case_manager.as_actor()):
        assert contact_refusal(cast.case.pk) == "stop"


def test_contact_before_she_was_linked_again_rested_on_the_decision_of_then(cast: Cast) -> None:
    """Given a decision that was in force, when she is linked again, then what was done before is asked of that decision."""
    decide(cast.case_manager, cast.idva, cast.link.pk)
    before = timezone.now()
    closed(cast)
    linked(cast, back(cast))
    with acting_as(cast.case_manager.as_actor()):
        assert contact_refusal_at(cast.case.pk, before) == ""
        assert contact_refusal(cast.case.pk) == "undecided"


@pytest.mark.parametrize("ended", ["closed", "not_progressed"])
def test_p53_the_offer_comes_with_a_case_that_is_taken_up_again(cast: Cast, ended: str) -> None:
    closed(cast)
    case_ends(cast, ended)
    record = back(cast)
    assert offered(cast, record) == 0
    with pytest.raises(Refusal, match="cannot be linked"):
        linked(cast, record)
    actor = cast.case_manager.as_actor()
    with acting_as(actor):
        seen = StateEntry.objects.filter(history="status").latest("recorded_at")
        set_state(
            by=actor, case_id=cast.case.pk, history=CaseHistory.STATUS, value="background_research",
            since=local_today(), reason="He rang", seen_id=seen.pk,
        )  # fmt: skip
    assert offered(cast, record) == 1
    assert linked(cast, record).thread == cast.link.pk


def test_s47_a_client_who_was_never_linked_gets_the_same_page_and_no_offer(
    cast: Cast, client_of: Browser
) -> None:
    """Given two closed records, one of Drive and one not, the page that opens a new one is the same to the letter."""
    with seeding():
        other = open_record(cast.vs_service, cast.idva, "Lettice", "Crumb", cast.idva_manager)
    closed(cast)
    closed(cast, other)
    manager = client_of(cast.idva_manager)

    def page(record: VsRecord, name: str) -> str:
        said = main_of(manager, reverse("client_again", args=[record.pk]))
        return said.replace(name, "").replace(str(record.pk), "")

    assert page(cast.record, "Wilhelmina Puddifoot") == page(other, "Lettice Crumb")
    record = back(cast, earlier=other.pk)
    assert offered(cast, record) == 0
    assert manager.get(reverse("client_drive", args=[record.pk])).status_code == 404


def test_s34_what_bars_from_the_earlier_record_bars_from_the_new_one(cast: Cast) -> None:
    """Given an IDVA with a tie to the client, when she comes back, then the IDVA is not given her and reads nothing."""
    closed(cast)
    with seeding():
        Bar.objects.create(
            user=cast.other_idva.user, record_id=cast.record.pk, kind="tie", reason="Neighbour",
            recorded_by=cast.other_idva,
        )  # fmt: skip
        Bar.objects.create(
            record_id=cast.record.pk, kind="restriction", kept_by=cast.idva_manager.user, reason="Known in town",
            recorded_by=cast.idva_manager,
        )  # fmt: skip
    with pytest.raises(Refusal, match="cannot take"):
        back(cast, cast.other_idva)
    record = back(cast, cast.idva)
    with seeding():
        kept = set(Bar.objects.filter(record_id=record.pk).values_list("kind", "user_id", "kept_by_id"))
    assert kept == {
        ("tie", cast.other_idva.user_id, None),
        ("restriction", None, cast.idva_manager.user_id),
    }


def test_a_manager_who_is_barred_from_the_earlier_record_is_offered_nothing(cast: Cast) -> None:
    closed(cast)
    record = back(cast)
    with seeding():
        Bar.objects.create(
            user=cast.idva_manager.user, record_id=cast.record.pk, kind="tie", reason="Cousin",
            recorded_by=cast.idva_manager,
        )  # fmt: skip
    assert offered(cast, record) == 0
    with pytest.raises(CaseLink.DoesNotExist):
        linked(cast, record)


def test_nobody_links_past_the_command(cast: Cast) -> None:
    """The policy asks the same: an open earlier record, somebody else's record, a worker, and the service user's side add none."""
    with seeding():
        stranger = open_record(cast.vs_service, cast.idva, "Lettice", "Crumb", cast.idva_manager)
    row = {
        "su_case_id": cast.case.pk, "su_service_id": cast.case.service_id, "vs_service_id": cast.record.service_id,
        "site_id": cast.case.site_id, "is_index": True, "thread": cast.link.pk, "number": 2,
    }  # fmt: skip

    def tries(member: Membership, record: VsRecord) -> None:
        with pytest.raises(ProgrammingError), acting_as(member.as_actor()), transaction.atomic():
            CaseLink(**row, pk=uuid4(), vs_record_id=record.pk, recorded_by_id=member.pk).save(
                force_insert=True
            )

    tries(cast.idva_manager, stranger)
    closed(cast)
    record = back(cast)
    tries(cast.idva_manager, stranger)
    for member in (cast.other_idva, cast.case_manager, cast.service_manager):
        tries(member, record)
    closed(cast, record)
    tries(cast.idva_manager, record)


def test_v01_a_client_with_an_open_record_is_not_opened_twice(cast: Cast) -> None:
    with pytest.raises(Refusal, match="open here already"):
        back(cast)
    closed(cast)
    back(cast)
    with pytest.raises(Refusal, match="open here already"):
        back(cast)
    with seeding():
        assert RecordExit.objects.count() == 1
