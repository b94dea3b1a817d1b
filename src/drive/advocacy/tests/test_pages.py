"""The pages of the IDVA's side: who opens them, what they save, and where a sealed value never stands."""

from __future__ import annotations

import re
from collections.abc import Callable
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from drive.access.models import Membership
from drive.access.stepping import acting_as
from drive.advocacy import commands
from drive.advocacy.models import (
    Assessment,
    CheckIn,
    ClientContact,
    InformedEntry,
    RecordExit,
    SafeContactRule,
    SealOpening,
)
from drive.audit.models import AuditEvent
from drive.safety.models import RiskItem
from tests.cast import Cast, seeding

from .test_commands import ADDRESS, DAY, TODAY, cover, seal_address

Browser = Callable[[Membership], Client]

RECORD_PAGES = [
    "client_page",
    "client_profile",
    "client_contact",
    "client_safety_plan",
    "client_engagement",
    "client_informed",
    "client_preference",
    "client_wish",
    "client_safe_contact",
    "client_check_in",
    "client_check_in_plan",
    "client_children_known",
    "client_child",
    "client_other_at_risk",
    "client_living_with",
    "client_measure",
    "client_court",
    "client_support",
    "client_intake",
    "client_grid",
    "client_exit_form",
    "client_sealed",
    "client_seal",
    "client_close",
]


def page_of(cast: Cast, name: str) -> str:
    return reverse(name, kwargs={"record_id": cast.record.pk})


@pytest.mark.parametrize("name", RECORD_PAGES)
def test_the_holder_opens_every_page_and_nobody_else_learns_that_it_exists(
    cast: Cast, client_of: Browser, name: str
) -> None:
    """S-01, S-04, S-39: everybody else gets the bytes of a record that never was."""
    assert client_of(cast.idva).get(page_of(cast, name)).status_code == 200
    for member in (
        cast.other_idva,
        cast.outside_idva,
        cast.case_manager,
        cast.coordinator,
        cast.administrator,
    ):
        browser = client_of(member)
        hidden = browser.get(page_of(cast, name))
        absent = browser.get(reverse(name, kwargs={"record_id": uuid4()}))
        assert (hidden.status_code, absent.status_code) == (404, 404)
        assert hidden.content == absent.content


def test_the_manager_reads_and_hands_over_but_opens_no_seal(cast: Cast, client_of: Browser) -> None:
    seal_address(cast)
    manager = client_of(cast.idva_manager)
    assert manager.get(page_of(cast, "client_page")).status_code == 200
    assert manager.get(page_of(cast, "client_sealed")).status_code == 404
    done = manager.post(
        page_of(cast, "client_assign"),
        {
            "membership": str(cast.other_idva.pk),
            "kind": "holder",
            "starts_on": f"{TODAY:%d/%m/%Y}",
            "handover": "Rings on Tuesdays.",
        },
    )
    assert done.status_code == 302
    assert client_of(cast.idva).get(page_of(cast, "client_page")).status_code == 404
    assert b"Rings on Tuesdays." in client_of(cast.other_idva).get(page_of(cast, "client_page")).content
    assert client_of(cast.other_idva).get(page_of(cast, "client_assign")).status_code == 404


def test_looking_at_the_record_is_an_event(cast: Cast, client_of: Browser) -> None:
    client_of(cast.idva).get(page_of(cast, "client_page"))
    with seeding():
        assert (
            AuditEvent.objects.filter(act="looked", kind="vs_record", record_id=cast.record.pk).count() == 1
        )


def test_s43_a_contact_of_last_week_is_recorded_and_a_bad_one_keeps_what_was_typed(
    cast: Cast, client_of: Browser
) -> None:
    browser = client_of(cast.idva)
    wrong = browser.post(page_of(cast, "client_contact"), {"content": "Wants calm Saturdays."})
    assert wrong.status_code == 200
    assert b"There is a problem" in wrong.content
    assert b"Wants calm Saturdays." in wrong.content
    last_week = timezone.localdate() - 7 * DAY
    sent = {
        "outcome": "spoke",
        "channel": "phone",
        "started_by": "worker",
        "happened_on": f"{last_week:%d/%m/%Y}",
        "happened_at": "14:10",
        "content": "Wants calm Saturdays.",
    }
    assert browser.post(page_of(cast, "client_contact"), sent).status_code == 302
    with acting_as(cast.idva.as_actor()):
        assert timezone.localtime(ClientContact.objects.get().happened_at).strftime("%H:%M") == "14:10"
    assert b"Wants calm Saturdays." in browser.get(page_of(cast, "client_page")).content


def test_s22_holding_back_without_a_reviewer_is_refused_beside_its_question(
    cast: Cast, client_of: Browser
) -> None:
    browser = client_of(cast.idva)
    sent = {"state": "withheld", "decided_on": "today", "told_by": "nobody", "reason": "leak_fear"}
    refused = browser.post(page_of(cast, "client_informed"), sent)
    assert b"Name somebody else who looks at it again." in refused.content
    sent |= {"reviewer": str(cast.idva_manager.pk), "review_on": f"{TODAY + 30 * DAY:%d/%m/%Y}"}
    assert browser.post(page_of(cast, "client_informed"), sent).status_code == 302
    with acting_as(cast.idva.as_actor()):
        assert InformedEntry.objects.get().reviewer_id == cast.idva_manager.pk


def test_s22_only_those_who_know_of_drive_are_on_a_list(cast: Cast) -> None:
    from drive.advocacy.queries import informed_records

    by = cast.idva.as_actor()
    for state, extra in (
        ("not_considered", {}),
        ("deferred", {"review_on": TODAY + DAY}),
        ("withheld", {"reason": "settled", "reviewer_id": cast.idva_manager.pk, "review_on": TODAY + DAY}),
    ):
        with acting_as(by):
            commands.record_informed(by=by, record_id=cast.record.pk, state=state, decided_on=TODAY, **extra)
            assert informed_records([cast.record.pk]) == set()
    with acting_as(by):
        commands.record_informed(
            by=by,
            record_id=cast.record.pk,
            state="part",
            decided_on=TODAY,
            told="Risk is managed.",
            told_by="idva",
        )
        assert informed_records([cast.record.pk]) == {cast.record.pk}


def test_v11_a_check_in_crosses_at_once_and_its_note_does_not(cast: Cast, client_of: Browser) -> None:
    sent = {
        "outcome": "higher",
        "channel": "phone",
        "done_on": "yesterday",
        "done_at": "09:15",
        "feels_safer": "no_change",
        "note": "Canary note about her sister.",
        "summary": "A car outside twice this week.",
        "use_rule": "background",
        "work_out": "Only she sees the street.",
    }
    assert client_of(cast.idva).post(page_of(cast, "client_check_in"), sent).status_code == 302
    with acting_as(cast.case_manager.as_actor()):
        item = RiskItem.objects.get()
    assert (item.kind, item.text, item.urgency) == (
        "check_in_summary",
        "A car outside twice this week.",
        "urgent",
    )
    with acting_as(cast.idva.as_actor()):
        assert CheckIn.objects.get().summary == item.text


def test_a_check_in_whose_summary_cannot_cross_is_not_half_recorded(
    cast: Cast, client_of: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    from drive.access.refusal import Refusal

    def refuses(**_given: object) -> None:
        raise Refusal("Nobody can be told now.")

    monkeypatch.setattr("drive.advocacy.views.across.send_risk_item", refuses)
    sent = {
        "outcome": "unchanged",
        "channel": "phone",
        "done_on": "today",
        "feels_safer": "not_asked",
        "summary": "Unchanged.",
        "use_rule": "background",
        "work_out": "He could not.",
    }
    answer = client_of(cast.idva).post(page_of(cast, "client_check_in"), sent)
    assert b"Nobody can be told now." in answer.content
    with acting_as(cast.idva.as_actor()):
        assert not CheckIn.objects.exists()
        assert not ClientContact.objects.exists()


def test_s06_the_value_stands_in_the_answer_that_opened_it_and_nowhere_else(
    cast: Cast, client_of: Browser
) -> None:
    row = seal_address(cast)
    browser = client_of(cast.idva)
    opened = browser.post(page_of(cast, "client_sealed"), {"value_id": str(row.pk), "reason": "lock change"})
    assert ADDRESS in opened.content.decode()
    assert "no-store" in opened.headers["Cache-Control"]
    unreasoned = browser.post(page_of(cast, "client_sealed"), {"value_id": str(row.pk), "reason": ""})
    assert "Canary" not in unreasoned.content.decode()
    for name in RECORD_PAGES:
        assert "Canary" not in browser.get(page_of(cast, name)).content.decode(), name
    for path in (reverse("client_list"), reverse("desk_vs_worker")):
        assert "Canary" not in browser.get(path).content.decode()
    assert "Canary" not in browser.post(
        reverse("client_list"), {"words": "Canary Mews"}
    ).content.decode().replace("Canary Mews", "")
    page = browser.get(page_of(cast, "client_page")).content.decode()
    assert "Nobody but you has opened them" in page
    assert "lock change" in page
    with acting_as(cast.idva.as_actor()):
        assert SealOpening.objects.count() == 1


def test_s06_who_covers_is_told_what_is_withheld_and_whom_to_ask(cast: Cast, client_of: Browser) -> None:
    row = seal_address(cast, withheld=True)
    cover(cast, cast.other_idva)
    browser = client_of(cast.other_idva)
    page = browser.get(page_of(cast, "client_page")).content.decode()
    assert "withheld from everyone but the holder" in page
    assert "cover until" in page, re.findall(r"You read as[^<]*", page)
    assert (
        browser.post(page_of(cast, "client_sealed"), {"value_id": str(row.pk), "reason": "x"}).status_code
        == 404
    )


def test_s48_the_second_editor_sees_both_versions_and_loses_neither(cast: Cast, client_of: Browser) -> None:
    cover(cast, cast.other_idva)
    sent = {
        "seen_version": "0",
        "channels": ["phone"],
        "voicemail": "no",
        "withheld_number": "yes",
        "agreed_on": "today",
        "review_on": f"{TODAY + 30 * DAY:%d/%m/%Y}",
    }
    first = client_of(cast.other_idva).post(
        page_of(cast, "client_safe_contact"), sent | {"when_safe": "Mornings"}
    )
    assert first.status_code == 302
    mine = client_of(cast.idva)
    second = mine.post(
        page_of(cast, "client_safe_contact"), sent | {"when_safe": "Evenings"}
    ).content.decode()
    assert "Ida Pemberley saved this first" in second
    assert "Mornings" in second
    assert "Evenings" in second
    version = re.search(r'name="seen_version" value="(\d+)"', second)
    assert version is not None
    again = sent | {"when_safe": "Evenings", "seen_version": version[1]}
    assert mine.post(page_of(cast, "client_safe_contact"), again).status_code == 302
    with acting_as(cast.idva.as_actor()):
        assert list(SafeContactRule.objects.order_by("version").values_list("when_safe", flat=True)) == [
            "Mornings",
            "Evenings",
        ]


def test_v18_the_clients_record_ends_when_she_closes_it(cast: Cast, client_of: Browser) -> None:
    browser = client_of(cast.idva)
    assert b"No exit form yet" in browser.get(page_of(cast, "client_close")).content
    sent = {"exited_on": "today", "reason": "completed", "check_ins_continue": "no"}
    assert browser.post(page_of(cast, "client_close"), sent).status_code == 302
    assert b"already" in browser.post(page_of(cast, "client_close"), sent).content
    with acting_as(cast.idva.as_actor()):
        assert RecordExit.objects.get().reason == "completed"
    stand_in = client_of(cast.stand_in)
    cover(cast, cast.stand_in)
    assert stand_in.get(page_of(cast, "client_page")).status_code == 200
    assert stand_in.get(page_of(cast, "client_close")).status_code == 404


def answers_for(instrument_id: str, **given: str) -> dict[str, str]:
    """An answer to each question that opens no other, as a browser sends it."""
    from drive.instruments.definitions import ItemType
    from drive.instruments.library import instrument

    items = instrument(instrument_id).items
    opens = {(item.show_if.item, code) for item in items if item.show_if for code in item.show_if.codes}
    sent: dict[str, str] = {}
    for item in items:
        if item.show_if is not None:
            continue
        match item.type:
            case ItemType.DATE:
                sent[item.id] = "today"
            case ItemType.COUNT:
                sent[item.id] = str(max(item.at_least, 1))
            case ItemType.TEXT:
                sent[item.id] = "Invented." if item.required else ""
            case _:
                sent[item.id] = next(c.code for c in item.codes if (item.id, c.code) not in opens)
    return sent | given


def test_r10_a_submitted_form_is_amended_beside_and_never_changed(cast: Cast, client_of: Browser) -> None:
    browser = client_of(cast.idva)
    half = browser.post(page_of(cast, "client_intake"), {"intake_date": "today"})
    assert b"There is a problem" in half.content
    sent = answers_for("idva_intake_form", children_present="no")
    done = browser.post(page_of(cast, "client_intake"), sent)
    assert done.status_code == 302, re.findall(r"error-message.*?</p>", done.content.decode())[:5]
    with acting_as(cast.idva.as_actor()):
        form = Assessment.objects.get()
    shown = browser.get(
        reverse("client_assessment", kwargs={"record_id": cast.record.pk, "assessment_id": form.pk})
    )
    assert b"Intake form" in shown.content
    assert not re.search(rb"<h2[^>]*>\s*</h2>", shown.content), "a heading with no words"
    amend = page_of(cast, "client_intake") + f"?amends={form.pk}"
    assert b"Say why it is amended." in browser.post(amend, sent).content
    assert browser.post(amend, sent | {"amend_reason": "Misheard the number of calls."}).status_code == 302
    with acting_as(cast.idva.as_actor()):
        kept = list(Assessment.objects.order_by("recorded_at"))
    assert [one.amends_id for one in kept] == [None, form.pk]
    assert kept[0].answers == form.answers


def test_every_act_saves_from_its_page(cast: Cast, client_of: Browser) -> None:
    browser = client_of(cast.idva)
    sent: dict[str, dict[str, object]] = {
        "client_engagement": {"value": "monitoring", "since": "yesterday", "reason": "Asked for less."},
        "client_preference": {"value": "headlines", "said_on": "today"},
        "client_wish": {"words": "Calm Saturdays.", "said_on": "today"},
        "client_check_in_plan": {"interval_days": "14", "due_on": f"{TODAY + DAY:%d/%m/%Y}"},
        "client_children_known": {"answer": "more", "as_of": "today"},
        "client_child": {
            "seen_version": "0",
            "given_names": "Perkin",
            "age_band": "5_9",
            "lives_with_client": "yes",
            "sees_service_user": "supervised",
            "status": "not_asked",
            "risk": "unknown",
            "therapeutic_work": "no",
        },
        "client_other_at_risk": {"who": "A neighbour", "why": "Drove her to court.", "as_of": "today"},
        "client_living_with": {"answer": "at_times", "as_of": "today"},
        "client_measure": {
            "seen_version": "0",
            "measure": "lock_change",
            "state": "in_place",
            "since": "today",
        },
        "client_court": {"seen_version": "0", "on": f"{TODAY + DAY:%d/%m/%Y}", "what": "Family court"},
        "client_support": {"what": "Debt advice", "arranged_on": "today"},
        "client_seal": {"kind": "phone", "value": "07700 900456"},
        "client_grid": answers_for("abuse_experienced"),
    }
    for name, fields in sent.items():
        answer = browser.post(page_of(cast, name), fields)
        assert answer.status_code == 302, (
            name,
            re.findall(r"error-message[^<]*<[^<]*<[^<]*", answer.content.decode())[:3],
        )
    page = browser.get(page_of(cast, "client_page")).content.decode()
    for words in (
        "Monitoring",
        "Headlines only",
        "Calm Saturdays.",
        "Perkin",
        "There are more than listed",
        "A neighbour",
        "At times",
        "Change of locks",
        "Family court",
        "Debt advice",
        "Ring, text or write",
    ):
        assert words in page, words
    assert "07700" not in page


def test_s06_a_sealed_value_is_ended_without_being_opened_and_stays_sealed(
    cast: Cast, client_of: Browser
) -> None:
    row = seal_address(cast)
    idva = client_of(cast.idva)
    sealed = reverse("client_sealed", args=[cast.record.pk])
    page = reverse("client_end_sealed", args=[cast.record.pk, row.pk])
    assert page in idva.get(sealed).content.decode()
    for hidden in (cast.other_idva, cast.idva_manager, cast.case_manager):
        assert client_of(hidden).get(page).status_code == 404
    assert idva.post(page, {"ended_on": (TODAY + DAY).isoformat()}).status_code == 200  # not yet over
    assert idva.post(page, {"ended_on": TODAY.isoformat()}).status_code == 302
    after = idva.get(sealed).content.decode()
    assert "Until " in after
    assert page not in after
    assert ADDRESS not in after
    assert idva.get(page).status_code == 404
    with seeding():
        assert not SealOpening.objects.exists()
