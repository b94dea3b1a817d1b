"""The list of clients and the two desks: what they show, to whom, and in how many questions."""

from __future__ import annotations

import datetime
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from drive.access.stepping import acting_as
from drive.advocacy import commands, queries
from drive.advocacy.models import CheckInPlan, EngagementEntry, VsRecord
from drive.audit.models import AuditEvent
from drive.safety.commands import send_risk_item
from drive.safety.tests.deciding import book, decide
from tests.cast import Cast, open_record, seeding

from .test_commands import DAY, TODAY
from .test_pages import Browser, page_of


def test_what_does_not_fit_together_is_said(cast: Cast, client_of: Browser) -> None:
    """V-09: marked in touch, no contact in 60 days."""
    by = cast.idva.as_actor()
    with acting_as(by):
        commands.set_engagement(by=by, record_id=cast.record.pk, value="engaged", since=TODAY - 90 * DAY)
        commands.record_contact(
            by=by,
            record_id=cast.record.pk,
            # Midday: near midnight 61 days back falls on another local day where the clocks changed between.
            happened_at=timezone.localtime().replace(hour=12) - 61 * DAY,
            channel="phone",
            outcome="spoke",
        )
    words = b"the last recorded contact was 61 days ago"
    assert words in client_of(cast.idva).get(page_of(cast, "client_page")).content
    assert words in client_of(cast.idva).get(reverse("desk_vs_worker")).content


def test_the_list_finds_by_name_and_code_and_never_by_address(cast: Cast, client_of: Browser) -> None:
    browser = client_of(cast.idva)
    listed = browser.get(reverse("client_list")).content.decode()
    assert "Wilhelmina Puddifoot" in listed
    for words in ("puddi", "WILHEL", cast.record.code):
        assert (
            "Wilhelmina Puddifoot" in browser.post(reverse("client_list"), {"words": words}).content.decode()
        )
    assert "No client of yours" in browser.post(reverse("client_list"), {"words": "Nobody"}).content.decode()
    assert "Puddifoot" not in client_of(cast.other_idva).get(reverse("client_list")).content.decode()
    assert "Puddifoot" in client_of(cast.idva_manager).get(reverse("client_list")).content.decode()
    assert client_of(cast.case_manager).get(reverse("client_list")).status_code == 404
    with seeding():
        assert AuditEvent.objects.filter(act="searched", kind="client list").count() == 4


def test_the_list_goes_on_by_key_without_a_name_in_the_address(
    cast: Cast, client_of: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("drive.advocacy.queries.lists.PAGE", 2)
    with seeding():
        for given in ("Ambrosia", "Clementine", "Dulcinea"):
            open_record(cast.vs_service, cast.idva, given, "Quillpenny", cast.idva_manager)
    browser = client_of(cast.idva)
    first = browser.get(reverse("client_list")).content.decode()
    older = re.search(r'href="(/clients/\?after=[0-9a-f-]+)"', first)
    assert older is not None
    second = browser.get(older[1]).content.decode()
    names = ("Wilhelmina Puddifoot", "Ambrosia Quillpenny", "Clementine Quillpenny", "Dulcinea Quillpenny")
    assert [name in first for name in names] == [True, True, False, False]
    assert [name in second for name in names] == [False, False, True, True]


@pytest.mark.parametrize(
    ("member", "path"),
    [("idva", "desk_vs_worker"), ("idva", "client_list"), ("idva_manager", "desk_vs_manager")],
)
def test_lists_and_desks_ask_as_often_for_one_client_as_for_twenty(
    cast: Cast, client_of: Browser, member: str, path: str
) -> None:
    browser = client_of(getattr(cast, member))
    by = cast.idva.as_actor()

    def give_something_to_show(record: VsRecord) -> None:
        commands.plan_check_ins(by=by, record_id=record.pk, interval_days=14, due_on=TODAY)
        commands.save_court_date(by=by, record_id=record.pk, on=TODAY + DAY, what="Hearing")
        commands.set_engagement(by=by, record_id=record.pk, value="engaged", since=TODAY)

    with acting_as(by):
        give_something_to_show(cast.record)
    with seeding():
        CheckInPlan.objects.update(due_on=TODAY - DAY)
    browser.get(reverse(path))
    with CaptureQueriesContext(connection) as one:
        assert browser.get(reverse(path)).status_code == 200
    with seeding():
        made = [
            open_record(cast.vs_service, cast.idva, f"Invented{n}", "Quillpenny", cast.idva_manager)
            for n in range(20)
        ]
    with acting_as(by):
        for record in made:
            give_something_to_show(record)
    with seeding():
        CheckInPlan.objects.update(due_on=TODAY - DAY)
    with CaptureQueriesContext(connection) as twenty:
        shown = browser.get(reverse(path)).content.decode()
    assert "Quillpenny" in shown or "I.Q." in shown
    assert len(twenty) == len(one)


def test_the_desks_belong_to_their_own_roles(cast: Cast, client_of: Browser) -> None:
    assert client_of(cast.idva_manager).get(reverse("desk_vs_manager")).status_code == 200
    for member in (cast.idva, cast.case_manager, cast.team_leader):
        assert client_of(member).get(reverse("desk_vs_manager")).status_code == 404
    assert client_of(cast.case_manager).get(reverse("desk_vs_worker")).status_code == 404


def test_v17_a_hearing_that_nobody_goes_along_to_is_a_gap(cast: Cast, client_of: Browser) -> None:
    by = cast.idva.as_actor()
    with acting_as(by):
        commands.save_court_date(
            by=by, record_id=cast.record.pk, on=TODAY + DAY, what="Family court", at=datetime.time(10)
        )
    assert "cover gap" in client_of(cast.idva).get(reverse("desk_vs_worker")).content.decode()
    assert (
        "Nobody is named to go along"
        in client_of(cast.idva_manager).get(reverse("desk_vs_manager")).content.decode()
    )


def test_s04_the_desk_shows_that_contact_is_planned_and_nothing_of_where(
    cast: Cast, client_of: Browser
) -> None:
    decide(cast.case_manager, cast.idva, cast.link.pk)
    book(cast.case_manager, cast.case.pk, with_whom="Canary colleague", reason_given="Canary reason.")
    desk = client_of(cast.idva).get(reverse("desk_vs_worker")).content.decode()
    assert "Meeting with the Drive service user" in desk
    assert "Canary" not in desk
    assert "Canary" not in client_of(cast.idva).get(page_of(cast, "client_page")).content.decode()


def test_what_a_case_manager_sends_waits_on_the_desk_until_it_is_acknowledged(
    cast: Cast, client_of: Browser
) -> None:
    by = cast.case_manager.as_actor()
    with acting_as(by):
        item = send_risk_item(
            by=by,
            link_id=cast.link.pk,
            kind="release",
            purpose="The client's safety",
            text="Released on Tuesday.",
            urgency="urgent",
            work_out="He could not.",
        )
    browser = client_of(cast.idva)
    assert "Released on Tuesday." in browser.get(reverse("desk_vs_worker")).content.decode()
    read = reverse("acknowledge_item", kwargs={"link_id": cast.link.pk, "item_id": item.pk})
    assert browser.post(read).status_code == 302
    assert "Released on Tuesday." not in browser.get(reverse("desk_vs_worker")).content.decode()
    assert "Acknowledged." in browser.get(page_of(cast, "client_page")).content.decode()
    assert (
        "Released on Tuesday."
        not in client_of(cast.other_idva).get(reverse("desk_vs_worker")).content.decode()
    )


def grow(cast: Cast, many: int) -> None:
    """So many more open clients, each with an overdue check-in and nobody reached."""
    for _ in range(many):
        record = open_record(cast.vs_service, cast.idva, "Ismenia", "Quillpenny", cast.idva_manager)
        said = {"record": record, "service_id": record.service_id, "recorded_by": cast.idva}
        CheckInPlan.objects.create(**said, interval_days=14, due_on=TODAY - DAY)
        EngagementEntry.objects.create(**said, value="monitoring", since=TODAY - 90 * DAY)


def test_a_large_service_has_a_short_desk_in_as_many_statements_as_a_small_one(
    cast: Cast, client_of: Browser
) -> None:
    """However many clients: no list is longer than 40, and the page asks and weighs the same."""
    sizes, asked = [], []
    for many in (45, 60):
        with seeding():
            grow(cast, many)
        browser = client_of(cast.idva_manager)
        with CaptureQueriesContext(connection) as queries_made:
            shown = browser.get(reverse("desk_vs_manager")).content.decode()
        assert shown.count("Find cover") == 40
        assert shown.count("40 or more") == 2, "overdue, and records that disagree"
        sizes.append(len(shown))
        asked.append(len(queries_made))
    assert asked[0] == asked[1]
    assert abs(sizes[0] - sizes[1]) < 200
    assert max(sizes) < 150_000
    with acting_as(cast.idva_manager.as_actor()):
        load = {row.membership.pk: row for row in queries.service_desk(cast.idva_manager.as_actor()).load}
    assert (load[cast.idva.pk].held, load[cast.idva.pk].overdue) == (106, 105)
    assert (load[cast.other_idva.pk].held, load[cast.other_idva.pk].overdue) == (0, 0)


def test_v12_check_ins_that_outlast_the_closing_stay_due(cast: Cast, client_of: Browser) -> None:
    by = cast.idva.as_actor()
    with acting_as(by):
        commands.plan_check_ins(by=by, record_id=cast.record.pk, interval_days=14, due_on=TODAY)
        commands.close_record(
            by=by, record_id=cast.record.pk, exited_on=TODAY, reason="completed", check_ins_continue=True
        )
    with seeding():
        CheckInPlan.objects.update(due_on=TODAY - DAY)
    assert "Overdue" in client_of(cast.idva).get(reverse("desk_vs_worker")).content.decode()
    assert "Find cover" in client_of(cast.idva_manager).get(reverse("desk_vs_manager")).content.decode()
