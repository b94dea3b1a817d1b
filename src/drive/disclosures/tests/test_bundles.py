"""Subject access (S-37, S-33): one person, one role, their own data; nothing behind the wall shows, not even that it is there."""

from __future__ import annotations

import hashlib
import re
from uuid import uuid4

import pytest
from django.db import DatabaseError, ProgrammingError
from django.utils import timezone

from drive.access.models import Bar, Membership, local_today
from drive.access.refusal import Refusal
from drive.access.roles import Role
from drive.access.scopes import Scope
from drive.access.stepping import acting_as
from drive.advocacy.models import ClientContact, ClientProfile, VsRecord, Wish
from drive.audit.models import AuditEvent
from drive.casework.models import (
    Action,
    Contact,
    LinkedPerson,
    ResearchNote,
    ServiceUserProfile,
    Session,
    StateEntry,
    SuCase,
)
from drive.disclosures import commands
from drive.disclosures.bundles import PERSON, make_bundle
from drive.disclosures.models import SubjectRelease, SubjectRequest
from drive.safety.models import CaseLink
from tests.cast import Cast, join, link, open_case, open_record, seeding, sign_in

CANARY = "Zqcanary"


def second_lead(cast: Cast) -> Membership:
    with seeding():
        return join(
            "Gwendolen Marsh", Role.GOVERNANCE_LEAD, None, cast.site, cast.governance_lead.organisation
        )


def ask(cast: Cast, side: str, code: str, by: Membership | None = None) -> SubjectRequest:
    actor = (by or cast.governance_lead).as_actor()
    with acting_as(actor):
        return commands.ask_for_bundle(
            by=actor,
            side=side,
            code=code,
            asked_on=local_today(),
            identity_checked="Passport seen at the office",
        )


def html_of(cast: Cast, side: str, code: str) -> str:
    asked = ask(cast, side, code)
    with acting_as(cast.governance_lead.as_actor()):
        return commands.read_bundle(SubjectRequest.objects.select_related("bundle").get(pk=asked.pk))


def work_on_the_case(cast: Cast) -> None:
    """What his own side holds, with a canary in everything that somebody wrote in words."""
    case, today = cast.case, local_today()
    own = {"case": case, "service_id": case.service_id, "recorded_by": cast.case_manager}
    with seeding():
        Contact.objects.create(
            **own, happened_on=today, outcome="cancelled_safety", channel="phone", started_by="us", via=CANARY, note=CANARY, decision_id=uuid4()
        )  # fmt: skip
        Contact.objects.create(
            **own, happened_on=today, outcome="spoke", channel="face_to_face", started_by="su", note=CANARY
        )
        Session.objects.create(
            **own, held_on=today, kind="support", minutes=50, note=CANARY, manipulation=CANARY, planned_with_idva=CANARY, check_in_asked=True
        )  # fmt: skip
        Session.objects.create(**own, held_on=today, kind="cyp_one_to_one", minutes=77)
        Action.objects.create(
            **own, done_on=today, kind="multi_agency", mode="indirect", done=CANARY, sub_type="disrupt"
        )
        ResearchNote.objects.create(
            **own, topic="housing", agency="police", status="answered", noted_on=today, found=CANARY
        )
        StateEntry.objects.create(
            **own, history="contact", value="not_safe", since=today, reason=CANARY, detail=CANARY
        )


def test_s37_a_service_users_bundle_holds_their_own_data_and_no_words_of_others(cast: Cast) -> None:
    work_on_the_case(cast)
    shown = html_of(cast, "su", cast.case.code)
    for held in ("Barnabus", "Crimplefoot", "17 May 1990", "Spoke", "Face to face", "50", "Cancelled by us"):
        assert held in shown
    for withheld in (
        CANARY,
        "Puddifoot",
        "Wilhelmina",
        "for safety",
        "isrupt",
        "IDVA",
        "MARAC",
        "anel",
        cast.case.code,
        str(cast.case.pk),
    ):
        assert withheld not in shown


def test_s37_the_bundle_is_the_same_bytes_whatever_stands_behind_the_wall(cast: Cast) -> None:
    """Two worlds that differ in links, people as referred, other clients and their records alone."""
    work_on_the_case(cast)
    with seeding():
        own = open_case(cast.su_service, cast.case_manager, "Bartholomew", "Lonely", cast.service_manager)
    before = html_of(cast, "su", own.code)
    with seeding():
        client = open_record(cast.vs_service, cast.idva, CANARY, CANARY, cast.idva_manager)
        link(own, client, cast.service_manager, CANARY)
        Wish.objects.create(
            record=client,
            service_id=client.service_id,
            recorded_by=cast.idva,
            said_on=local_today(),
            words=CANARY,
        )
        ClientContact.objects.create(
            record=client, service_id=client.service_id, recorded_by=cast.idva, happened_at=timezone.now(), channel="phone", outcome="spoke", content=CANARY
        )  # fmt: skip
        assert CaseLink.objects.filter(su_case_id=own.pk).exists()
        assert LinkedPerson.objects.filter(case=own).exists()
    after = html_of(cast, "su", own.code)
    assert before.encode() == after.encode()
    with seeding():
        records = open_record(cast.vs_service, cast.idva, "Winifred", "Alone", cast.idva_manager)
    alone = html_of(cast, "vs", records.code)
    with seeding():
        his = open_case(cast.su_service, cast.case_manager, CANARY, CANARY, cast.service_manager)
        link(his, records, cast.service_manager, "Winifred Alone")
    assert html_of(cast, "vs", records.code).encode() == alone.encode()


def test_s37_both_roles_and_every_bundle_have_one_layout(cast: Cast) -> None:
    """No placeholder, no number that could have a gap: an empty part reads the same for everybody."""
    work_on_the_case(cast)
    shapes = set()
    with seeding():
        bare = open_case(cast.su_service, cast.case_manager, "Basil", "Bare", cast.service_manager)
    for code in (cast.case.code, bare.code):
        shown = html_of(cast, "su", code)
        shapes.add(tuple(re.findall(r"<h2>(.*?)</h2>", shown)))
        assert "Nothing of this kind is held" in html_of(cast, "su", bare.code)
    assert shapes == {("About you", "Contact with you", "Sessions with you", "Our work with you")}


def test_s33_one_person_in_two_roles_gets_one_role_a_bundle(cast: Cast) -> None:
    with seeding():
        her_case = open_case(
            cast.su_service, cast.case_manager, "Wilhelmina", "Puddifoot", cast.service_manager
        )
        SuCase.objects.filter(pk=her_case.pk).update(person_key=cast.record.person_key)
        ClientProfile.objects.update(ethnicity_as_given=CANARY)
    assert CANARY not in html_of(cast, "su", her_case.code)
    assert CANARY in html_of(cast, "vs", cast.record.code)


def test_s37_the_scope_of_a_bundle_holds_the_listed_columns_of_the_record_asked_for_alone(cast: Cast) -> None:
    actor = cast.governance_lead.as_actor()
    with acting_as(actor, Scope.SU_DISCLOSURE):
        assert not SuCase.objects.values("starts_on").exists()  # nobody has asked yet
    ask(cast, "su", cast.case.code)
    with seeding():
        open_case(cast.su_service, cast.case_manager, "Basil", "Bare", cast.service_manager)
    with acting_as(actor, Scope.SU_DISCLOSURE):
        assert [row["given_names"] for row in ServiceUserProfile.objects.values(*PERSON)] == ["Barnabus"]
    for asked in (VsRecord, ClientProfile, LinkedPerson, StateEntry, Action, CaseLink):
        with (
            pytest.raises(ProgrammingError, match="permission denied"),
            acting_as(actor, Scope.SU_DISCLOSURE),
        ):
            list(asked._default_manager.values("pk"))
    for column in ("note", "via", "decision_id"):
        with (
            pytest.raises(ProgrammingError, match="permission denied"),
            acting_as(actor, Scope.SU_DISCLOSURE),
        ):
            list(Contact.objects.values(column))
    other = second_lead(cast).as_actor()
    with pytest.raises(SuCase.DoesNotExist), acting_as(other):
        make_bundle(other, "su", cast.case.pk, local_today())  # her colleague's request opens nothing to her


def test_s37_two_people_release_and_each_step_is_an_event(cast: Cast) -> None:
    second = second_lead(cast)
    maker, reader = sign_in(cast.governance_lead), sign_in(second)
    told = {
        "side": "su",
        "code": cast.case.code.lower(),
        "asked_on": "today",
        "identity_checked": "Passport seen",
    }
    made = maker.post("/subject-access/", told)
    assert made.status_code == 302
    page = made.headers["Location"]
    assert "Barnabus" in maker.get(page).content.decode()
    decide = {"outcome": "released", "words": "Read it through, goes to his solicitor"}
    assert "Somebody else must read it" in maker.post(page, decide).content.decode()
    assert maker.post(f"{page}html/").status_code == 404
    assert reader.post(page, decide).status_code == 302
    assert reader.post(page, decide).status_code == 200  # decided already
    taken = maker.post(f"{page}html/")
    assert taken.status_code == 200
    assert taken.headers["Content-Disposition"] == 'attachment; filename="subject-access.html"'
    digest = hashlib.sha256(taken.content).hexdigest()
    assert taken.headers["X-Content-SHA256"] == digest
    with seeding():
        bundle = SubjectRequest.objects.select_related("bundle").get().bundle
        assert bundle.digest == digest
        events = AuditEvent.objects.filter(reason=f"bundle {bundle.pk}").order_by("at")
        assert [(each.act, each.fields) for each in events] == [
            ("exported", ["subject_access_made"]),
            ("disclosed", ["subject_access_released"]),
            ("exported", ["subject_access_html"]),
        ]
        assert {each.record_id for each in events} == {cast.case.pk}


def test_s37_the_database_itself_refuses_a_release_by_its_maker(cast: Cast) -> None:
    asked = ask(cast, "su", cast.case.code)
    with seeding():
        bundle = SubjectRequest.objects.select_related("bundle").get(pk=asked.pk).bundle
        again = Membership.objects.create(
            user=cast.governance_lead.user, name="Guinevere Locke", role=Role.GOVERNANCE_LEAD, side="none", site=cast.site,
            organisation=cast.governance_lead.organisation, starts_on=cast.governance_lead.starts_on,
        )  # fmt: skip
    for member in (cast.governance_lead, again):
        with pytest.raises(DatabaseError, match="row-level security"), acting_as(member.as_actor()):
            SubjectRelease.objects.create(
                bundle=bundle, site_id=cast.site.pk, outcome="released", words="x y", recorded_by_id=member.pk
            )


def test_s37_who_may_not_ask_is_answered_alike(cast: Cast) -> None:
    asked = ask(cast, "su", cast.case.code)
    absent = sign_in(cast.case_manager).get("/no-such-page/").content
    for member in (cast.service_manager, cast.idva_manager, cast.administrator, cast.case_manager):
        for page in ("/subject-access/", f"/subject-access/{asked.pk}/"):
            answer = sign_in(member).get(page)
            assert (answer.status_code, answer.content) == (404, absent)


def test_s37_refusals(cast: Cast) -> None:
    with pytest.raises(Refusal, match="No record"):
        ask(cast, "vs", cast.case.code)  # his code is no client's
    with pytest.raises(Refusal, match="No record"):
        ask(cast, "su", "ZZ-999")
    with seeding():
        Bar.objects.create(
            user=cast.governance_lead.user, record_id=cast.case.pk, kind="tie", reason="His aunt", recorded_by=second_lead(cast)
        )  # fmt: skip
    with pytest.raises(Refusal, match="No record"):
        ask(cast, "su", cast.case.code)


def test_s37_on_paper_where_the_machine_can_print(cast: Cast) -> None:
    from drive.disclosures.printing import as_pdf, can_print

    if can_print():
        assert as_pdf(html_of(cast, "su", cast.case.code)).startswith(b"%PDF")
    else:
        with pytest.raises(RuntimeError):
            as_pdf("<p>x</p>")
