"""A release takes two people, in the command and in the database (S-40); who may open what."""

from __future__ import annotations

import datetime
import io
import zipfile
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.urls import reverse

from drive.access.models import Membership, local_today
from drive.access.refusal import Refusal
from drive.access.roles import Role
from drive.access.scopes import Scope, Side
from drive.access.stepping import acting_as
from drive.extract.commands import answer_release, write_extract
from drive.extract.models import ReleaseAnswer, ReleaseFile, ReleaseKind, ReleaseRequest
from drive.extract.pseudonyms import Pseudonyms, StudyKeyError, draw_key, read_key
from drive.extract.tables.cases import status_on
from tests.cast import Cast, seeding

from .conftest import KEY, asked, released

SignIn = Callable[[Membership], Client]


def test_s40_who_asked_does_not_release_in_whatever_role(cast: Cast) -> None:
    """The same account with a second membership as governance lead: refused by the command, and by the database without it."""
    found = asked(cast.analyst)
    with seeding():
        both = Membership.objects.create(
            user=cast.analyst.user, name=cast.analyst.name, role=Role.GOVERNANCE_LEAD, side=Side.NEITHER,
            organisation=cast.analyst.organisation, site=cast.site, starts_on=local_today() - datetime.timedelta(days=1),
        )  # fmt: skip
    with acting_as(both.as_actor()), pytest.raises(Refusal, match="Another person"):
        answer_release(by=both.as_actor(), request_id=found.pk, outcome="released")
    with (
        pytest.raises(DatabaseError, match="row-level security"),
        transaction.atomic(),
        acting_as(both.as_actor()),
    ):
        ReleaseAnswer.objects.create(
            request=found, site_id=cast.site.pk, recorded_by=both, outcome="released"
        )
    with acting_as(cast.governance_lead.as_actor()):
        assert (
            answer_release(
                by=cast.governance_lead.as_actor(), request_id=found.pk, outcome="released"
            ).outcome
            == "released"
        )


def test_a_second_answer_and_a_refusal_without_a_reason_are_refused(cast: Cast) -> None:
    found, lead = asked(cast.analyst), cast.governance_lead.as_actor()
    with acting_as(lead):
        with pytest.raises(Refusal, match="Say why"):
            answer_release(by=lead, request_id=found.pk, outcome="refused")
        answer_release(by=lead, request_id=found.pk, outcome="refused", reason="Too few people")
        with pytest.raises(Refusal, match="decided already"):
            answer_release(by=lead, request_id=found.pk, outcome="released")


def test_s40_nothing_is_written_without_a_release(cast: Cast, tmp_path: Any) -> None:
    found, analyst = asked(cast.analyst), cast.analyst.as_actor()
    with acting_as(analyst, Scope.REPORT), pytest.raises(Refusal, match="not released"):
        write_extract(by=analyst, request_id=found.pk, key=KEY, folder=tmp_path / "x")
    assert not (tmp_path / "x").exists()
    with (
        pytest.raises(DatabaseError, match="row-level security"),
        transaction.atomic(),
        acting_as(analyst, Scope.REPORT),
    ):
        ReleaseFile.objects.create(
            request=found, site_id=cast.site.pk, recorded_by=cast.analyst, rows={}, fingerprint="x"
        )


@pytest.mark.parametrize(
    ("changed", "field"),
    [({"study": "North Moor"}, "study"), ({"last": local_today()}, "last"), ({"purpose": " "}, "purpose"), ({"recipient": ""}, "recipient")],
)  # fmt: skip
def test_what_is_asked_for_is_held_to_its_rules(cast: Cast, changed: dict[str, Any], field: str) -> None:
    from drive.extract.commands import ask_for_extract

    asking: dict[str, Any] = {
        "study": "northmoor", "first": datetime.date(2026, 1, 1), "last": datetime.date(2026, 3, 31), "months": False,
        "recipient": "Nowhere", "purpose": "A test",
    }  # fmt: skip
    with acting_as(cast.analyst.as_actor(), Scope.REPORT), pytest.raises(Refusal) as refused:
        ask_for_extract(by=cast.analyst.as_actor(), **asking | changed)
    assert refused.value.field == field


def test_a_commissioner_sees_released_returns_and_nothing_else(cast: Cast) -> None:
    extract = released(cast.analyst, cast.governance_lead)
    with seeding():
        returns = [
            ReleaseRequest.objects.create(
                site_id=cast.site.pk, recorded_by=cast.service_manager, kind=ReleaseKind.RETURN, first=local_today(), last=local_today(),
                recipient="x", purpose="x", content={},
            )
            for _ in range(2)
        ]  # fmt: skip
    with acting_as(cast.governance_lead.as_actor()):
        answer_release(by=cast.governance_lead.as_actor(), request_id=returns[0].pk, outcome="released")
    with acting_as(cast.commissioner.as_actor()):
        assert list(ReleaseRequest.objects.values_list("pk", flat=True)) == [returns[0].pk]
        assert ReleaseAnswer.objects.count() == 1
    with acting_as(cast.analyst.as_actor()):
        assert set(ReleaseRequest.objects.values_list("pk", flat=True)) == {
            extract.pk,
            *(r.pk for r in returns),
        }


def test_a_commissioner_reads_no_row_behind_the_figures(cast: Cast) -> None:
    """A-20, S-40: the database refuses, whatever a page asks for. An analyst counts them."""
    asked_for = (
        "select count(*) from casework_sucase", "select count(*) from safety_caselink",
        "select count(*) from access_caseassignment", "select count(*) from access.client_keys()",
        "select count(*) from access.coded_clients(current_date)", "select count(*) from access.coded_service_users()",
    )  # fmt: skip
    for member, rows in ((cast.analyst, 1), (cast.service_manager, 1), (cast.commissioner, 0)):
        with acting_as(member.as_actor(), Scope.REPORT), connection.cursor() as cursor:
            for statement in asked_for:
                cursor.execute(statement)
                assert cursor.fetchone()[0] == rows, (member.name, statement)


def test_pages_for_those_who_may_and_the_one_404_for_the_others(cast: Cast, client_of: SignIn) -> None:
    found = asked(cast.analyst)
    absent = client_of(cast.case_manager).get("/nothing/here/").content
    opens = {
        reverse("release_list"): {cast.analyst, cast.service_manager},
        reverse("release_page", args=[found.pk]): {cast.analyst, cast.service_manager},
        reverse("extract_ask"): {cast.analyst},
        reverse("release_desk"): {cast.governance_lead},
        reverse("release_decide", args=[found.pk]): {cast.governance_lead},
    }
    for address, those in opens.items():
        for member in (
            cast.analyst,
            cast.service_manager,
            cast.governance_lead,
            cast.commissioner,
            cast.case_manager,
            cast.idva,
            cast.outside_manager,
        ):
            answer = client_of(member).get(address)
            if member in those or (member is cast.outside_manager and address == reverse("release_list")):
                assert answer.status_code == 200, (address, member)
            else:
                assert (answer.status_code, answer.content) == (404, absent), (address, member)


def test_from_asking_to_the_package_in_the_browser(cast: Cast, client_of: SignIn) -> None:
    analyst, lead = client_of(cast.analyst), client_of(cast.governance_lead)
    day = local_today() - datetime.timedelta(days=1)
    typed = {
        "study": "northmoor",
        "first": f"{day:%d/%m/%Y}",
        "last": f"{day:%d/%m/%Y}",
        "recipient": "Nowhere",
        "purpose": "",
    }
    answer = analyst.post(reverse("extract_ask"), typed)
    assert "northmoor" in answer.content.decode()
    assert answer.status_code == 200
    where = analyst.post(reverse("extract_ask"), typed | {"purpose": "A test"}).headers["Location"]
    key = analyst.post(reverse("study_key")).content
    assert len(read_key(key.decode())) == 32
    assert (
        analyst.post(where, {"key": SimpleUploadedFile("key.txt", key)})
        .headers["Content-Type"]
        .startswith("text/html")
    )
    with seeding():
        found = ReleaseRequest.objects.get()
    decided = lead.post(reverse("release_decide", args=[found.pk]), {"outcome": "released", "reason": ""})
    assert decided.status_code == 302
    wrong = analyst.post(where, {"key": SimpleUploadedFile("key.txt", b"no key")})
    assert "hexadecimal" in wrong.content.decode()
    got: Any = analyst.post(where, {"key": SimpleUploadedFile("key.txt", key)})
    with zipfile.ZipFile(io.BytesIO(b"".join(got.streaming_content))) as archive:
        names = archive.namelist()
    assert {"northmoor/datapackage.json", "northmoor/perpetrators.csv"} <= set(names)
    with seeding():
        assert ReleaseFile.objects.get().request_id == found.pk


def test_a_key_is_what_was_drawn_and_nothing_else() -> None:
    assert read_key(draw_key() + "\n") != read_key(draw_key())
    for wrong in ("", "abc", "g" * 64, "a" * 66):
        with pytest.raises(StudyKeyError):
            read_key(wrong)


def test_s33_one_person_in_two_roles_has_two_pseudonyms() -> None:
    one = Pseudonyms(KEY, "northmoor")
    assert one.of("service_user", "x") != one.of("victim_survivor", "x")
    assert one.of("service_user", "x") != Pseudonyms(KEY, "southmoor").of("service_user", "x")
    assert one.of("service_user", "x") == Pseudonyms(KEY, "northmoor").of("service_user", "x")


DAY = datetime.date(2026, 1, 10)


@pytest.mark.parametrize(
    ("status", "contact", "approach", "told"),
    [
        ("on_hold", ["in_contact"], "direct", "on_hold"),
        ("strategy_in_preparation", ["planned_pending"], "direct", "background_research"),
        ("strategy_in_preparation", ["in_contact", "not_safe"], "direct", "not_safe"),
        ("working", ["planned_pending"], "indirect_only", "indirect_only"),
        ("working", ["hold_justice"], "disrupt_only", "hold_justice"),
        ("working", ["reduced"], "direct", "in_contact"),
        ("working", ["in_contact", "ceased"], "direct", "indirect_only"),
        ("working", [], "", "planned_pending"),
        ("not_progressed", ["in_contact"], "direct", "removed"),
        ("referred", [], "", ""),
    ],
)
def test_a6_the_one_status_is_made_of_three_histories(
    status: str, contact: list[str], approach: str, told: str
) -> None:
    history = {
        "status": [(DAY, status)],
        "contact": [(DAY + datetime.timedelta(days=n), value) for n, value in enumerate(contact)],
        "approach": [(DAY, approach)] if approach else [],
    }
    assert status_on(history, DAY + datetime.timedelta(days=9)) == told
