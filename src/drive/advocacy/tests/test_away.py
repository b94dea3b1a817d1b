"""Being away and cover: access comes with the first day and goes with the last (S-46, V-17)."""

from __future__ import annotations

import datetime
from collections.abc import Callable

import pytest
from django.db import DatabaseError, transaction
from django.test import Client
from django.urls import reverse

from drive.access.models import Bar, ClientAssignment, Membership, local_today
from drive.access.refusal import Refusal
from drive.access.stepping import acting_as
from drive.advocacy import commands, queries
from drive.advocacy.models import Absence, VsRecord
from drive.audit.models import AuditEvent
from tests.cast import Cast, open_record, seeding

Browser = Callable[[Membership], Client]
TODAY = local_today()
DAY = datetime.timedelta(days=1)


def cover(cast: Cast, *, first: int = 0, last: int = 4, by: Membership | None = None) -> commands.Covered:
    actor = cast.idva_manager.as_actor()
    with acting_as(actor):
        return commands.cover_absence(
            by=actor,
            membership_id=cast.idva.pk,
            first_day=TODAY + first * DAY,
            last_day=TODAY + last * DAY,
            cover_id=(by or cast.other_idva).pk,
            handover="Rings on Tuesdays.",
        )


def sees(cast: Cast, member: Membership) -> bool:
    with acting_as(member.as_actor()):
        return VsRecord.objects.filter(pk=cast.record.pk).exists()


def days_pass(cast: Cast, days: int) -> None:
    """As if what was agreed had been agreed so many days earlier."""
    with seeding():
        for row in ClientAssignment.objects.filter(kind="cover"):
            row.starts_on -= days * DAY
            row.ends_on -= days * DAY
            row.save()


def test_s46_cover_has_access_from_the_first_day_to_the_last_and_loses_it_after(cast: Cast) -> None:
    done = cover(cast, first=2, last=3)
    assert (done.given, done.barred) == (1, 0)
    assert not sees(cast, cast.other_idva), "not before the first day"
    days_pass(cast, 2)
    assert sees(cast, cast.other_idva)
    days_pass(cast, 1)
    assert sees(cast, cast.other_idva), "the last day is included"
    days_pass(cast, 1)
    assert not sees(cast, cast.other_idva)
    assert sees(cast, cast.idva), "cover takes nothing from the holder"
    with seeding():
        assert AuditEvent.objects.filter(act="wrote", kind="absence").count() == 1
        assert AuditEvent.objects.filter(act="wrote", kind="client_assignment").count() == 1


def test_named_twice_it_is_one_cover_and_a_worker_barred_is_counted_and_given_nothing(cast: Cast) -> None:
    cover(cast)
    assert cover(cast).given == 0
    with seeding():
        assert ClientAssignment.objects.filter(kind="cover").count() == 1
        Bar.objects.create(
            user=cast.stand_in.user,
            record_id=cast.record.pk,
            kind="exclusion",
            reason="Neighbour",
            recorded_by=cast.governance_lead,
        )
    done = cover(cast, by=cast.stand_in)
    assert (done.given, done.barred) == (0, 1)
    assert not sees(cast, cast.stand_in)


@pytest.mark.parametrize(
    ("field", "said"),
    [
        ("cover", {"cover_id": "idva"}),
        ("cover", {"cover_id": "outside_idva"}),
        ("membership", {"membership_id": "case_manager"}),
        ("handover", {"handover": " "}),
        ("last_day", {"last_day": TODAY - DAY, "first_day": TODAY - 3 * DAY}),
        ("last_day", {"last_day": TODAY, "first_day": TODAY + DAY}),
    ],
)
def test_s46_cover_needs_somebody_else_of_the_service_words_and_days_to_come(
    cast: Cast, field: str, said: dict[str, object]
) -> None:
    actor = cast.idva_manager.as_actor()
    asked: dict[str, object] = {
        "membership_id": cast.idva.pk,
        "cover_id": cast.other_idva.pk,
        "first_day": TODAY,
        "last_day": TODAY + DAY,
        "handover": "Rings on Tuesdays.",
    }
    asked |= {key: getattr(cast, value).pk if key.endswith("_id") else value for key, value in said.items()}  # type: ignore[arg-type]  # a part's name
    with pytest.raises(Refusal) as refused, acting_as(actor):
        commands.cover_absence(by=actor, **asked)  # type: ignore[arg-type]  # as laid out above
    assert refused.value.field == field
    with seeding():
        assert not Absence.objects.exists()


def covers(member: Membership) -> list[tuple[int, int]]:
    """Days of live cover that a member has, counted from today, the last one included."""
    with seeding():
        rows = ClientAssignment.objects.filter(membership=member, kind="cover", ends_on__gt=TODAY)
        live = [row for row in rows.order_by("starts_on") if row.ends_on > row.starts_on]
        return [((row.starts_on - TODAY).days, (row.ends_on - DAY - TODAY).days) for row in live]


@pytest.mark.parametrize("last", [9, 2])
def test_s46_the_same_cover_for_longer_or_for_less_has_the_new_last_day_and_no_other(
    cast: Cast, last: int
) -> None:
    cover(cast, last=4)
    assert cover(cast, last=last).given == 1
    assert covers(cast.other_idva) == [(0, last)]


def test_s46_another_cover_takes_over_and_the_former_one_is_out_at_the_next_click(cast: Cast) -> None:
    cover(cast)
    cover(cast, by=cast.stand_in)
    assert covers(cast.other_idva) == []
    assert covers(cast.stand_in) == [(0, 4)]
    assert not sees(cast, cast.other_idva)


def test_s46_an_absence_said_anew_from_another_day_goes_on_where_cover_ends(cast: Cast) -> None:
    cover(cast, first=0, last=4)
    assert cover(cast, first=2, last=9).given == 1
    assert covers(cast.other_idva) == [(0, 4), (5, 9)]


@pytest.mark.parametrize("who", ["idva", "idva_manager"])
def test_s46_not_away_after_all_ends_cover_at_once(cast: Cast, client_of: Browser, who: str) -> None:
    done = cover(cast)
    page = reverse("vs_away" if who == "idva" else "vs_cover")
    browser = client_of(getattr(cast, who))
    assert b"Not away after all" in browser.get(page).content
    assert browser.post(page, {"withdraw": str(done.absence.pk)}).status_code == 302
    assert covers(cast.other_idva) == []
    assert not sees(cast, cast.other_idva)
    with acting_as(cast.idva_manager.as_actor()):
        assert queries.absences(cast.vs_service.pk) == []
    assert browser.post(page, {"withdraw": str(done.absence.pk)}).status_code == 404
    assert client_of(cast.other_idva).post(reverse("vs_away"), {"withdraw": "x"}).status_code == 404


def test_a_colleague_takes_back_nobody_elses_absence(cast: Cast, client_of: Browser) -> None:
    done = cover(cast)
    sent = {"withdraw": str(done.absence.pk)}
    assert client_of(cast.other_idva).post(reverse("vs_away"), sent).status_code == 404
    assert covers(cast.other_idva) == [(0, 4)]


def test_s46_the_worker_who_comes_back_earlier_ends_cover_earlier(cast: Cast) -> None:
    cover(cast, last=4)
    by = cast.idva.as_actor()
    with acting_as(by):
        commands.declare_absence(by=by, first_day=TODAY, last_day=TODAY + DAY)
    assert covers(cast.other_idva) == [(0, 1)]


def test_s46_whoever_comes_meanwhile_is_covered_as_well_and_who_goes_is_not_any_more(cast: Cast) -> None:
    with seeding():
        elsewhere = open_record(cast.vs_service, cast.stand_in, "Ottilie", "Quillpenny", cast.idva_manager)
    cover(cast)
    by = cast.idva_manager.as_actor()
    with acting_as(by):
        commands.assign_record(
            by=by, record_id=elsewhere.pk, membership_id=cast.idva.pk, handover="Hers now."
        )
        commands.assign_record(
            by=by, record_id=cast.record.pk, membership_id=cast.stand_in.pk, handover="His now."
        )
    assert not sees(cast, cast.other_idva), "the client given away"
    with acting_as(cast.other_idva.as_actor()):
        assert VsRecord.objects.filter(pk=elsewhere.pk).exists()
    assert covers(cast.other_idva) == [(0, 4)]


def test_v17_clients_without_cover_are_counted_by_the_assignments(cast: Cast, client_of: Browser) -> None:
    with seeding():
        barred = open_record(cast.vs_service, cast.idva, "Ottilie", "Quillpenny", cast.idva_manager)
        Bar.objects.create(
            user=cast.other_idva.user, record_id=barred.pk, kind="exclusion", reason="Neighbour",
            recorded_by=cast.governance_lead,
        )  # fmt: skip
    done = cover(cast)
    assert (done.given, done.barred) == (1, 1)
    with acting_as(cast.idva_manager.as_actor()):
        (away,) = queries.absences(cast.vs_service.pk)
    assert (away.gap, away.uncovered) == (True, [barred.pk])
    shown = client_of(cast.idva_manager).get(reverse("vs_cover")).content.decode()
    assert f"{cast.other_idva.name} covers. 1 client without cover." in shown
    assert reverse("client_assign", kwargs={"record_id": barred.pk}) in shown
    by = cast.idva_manager.as_actor()
    with acting_as(by):
        commands.assign_record(
            by=by, record_id=barred.pk, membership_id=cast.stand_in.pk, handover="Only this one.", kind="cover",
            last_day=TODAY + 4 * DAY,
        )  # fmt: skip
        (away,) = queries.absences(cast.vs_service.pk)
    assert (away.gap, away.uncovered) == (False, [])


def test_s34_a_client_who_comes_meanwhile_is_not_given_to_a_cover_who_is_barred(cast: Cast) -> None:
    with seeding():
        elsewhere = open_record(cast.vs_service, cast.stand_in, "Ottilie", "Quillpenny", cast.idva_manager)
        Bar.objects.create(
            user=cast.other_idva.user, record_id=elsewhere.pk, kind="exclusion", reason="Neighbour",
            recorded_by=cast.governance_lead,
        )  # fmt: skip
    cover(cast)
    by = cast.idva_manager.as_actor()
    with acting_as(by):
        commands.assign_record(
            by=by, record_id=elsewhere.pk, membership_id=cast.idva.pk, handover="Hers now."
        )
    with acting_as(by):
        (away,) = queries.absences(cast.vs_service.pk)
    assert away.uncovered == [elsewhere.pk]


def test_v17_she_says_when_she_is_away_the_manager_sees_the_gap_and_closes_it(
    cast: Cast, client_of: Browser
) -> None:
    idva, manager = client_of(cast.idva), client_of(cast.idva_manager)
    by = cast.idva.as_actor()
    with acting_as(by):
        commands.plan_check_ins(by=by, record_id=cast.record.pk, interval_days=14, due_on=TODAY + DAY)
    sent = {"first_day": f"{TODAY:%d/%m/%Y}", "last_day": f"{TODAY + 3 * DAY:%d/%m/%Y}"}
    assert idva.post(reverse("vs_away"), sent).status_code == 302
    assert b"Nobody covers yet." in idva.get(reverse("desk_vs_worker")).content
    with acting_as(cast.idva_manager.as_actor()):
        (gap,) = queries.absences(cast.vs_service.pk)
    assert (gap.gap, gap.clients, gap.due) == (True, 1, 1)
    assert b"Nobody covers yet." in manager.get(reverse("vs_cover")).content
    assert b"Nobody covers" in manager.get(reverse("desk_vs_manager")).content
    named = {
        **sent,
        "membership": str(cast.idva.pk),
        "cover": str(cast.other_idva.pk),
        "handover": "Rings on Tuesdays.",
    }
    assert manager.post(reverse("vs_cover"), named).status_code == 302
    assert f"{cast.other_idva.name} covers.".encode() in idva.get(reverse("desk_vs_worker")).content
    desk = client_of(cast.other_idva).get(reverse("desk_vs_worker")).content
    assert b"You cover" in desk


def test_the_pages_of_absence_are_their_roles_and_a_worker_names_no_cover(
    cast: Cast, client_of: Browser
) -> None:
    for member in (cast.case_manager, cast.service_manager, cast.coordinator):
        for name in ("vs_away", "vs_cover"):
            assert client_of(member).get(reverse(name)).status_code == 404
    assert client_of(cast.idva).get(reverse("vs_cover")).status_code == 404
    with acting_as(cast.idva.as_actor()), pytest.raises(DatabaseError), transaction.atomic():
        Absence.objects.create(
            service_id=cast.vs_service.pk,
            membership=cast.idva,
            cover=cast.other_idva,
            first_day=TODAY,
            last_day=TODAY,
            recorded_by=cast.idva,
        )
