"""S-46 and S-34 for both sides: one rule, and never two holders."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
from django.db import connection

from drive.access.handing_over import beside_the_holder, check_handover, end_early
from drive.access.models import (
    OPEN,
    AssignmentKind,
    Bar,
    CaseAssignment,
    ClientAssignment,
    Membership,
    local_today,
)
from drive.access.refusal import Refusal
from drive.access.roles import Role
from drive.access.scopes import Side
from drive.access.stepping import acting_as
from drive.advocacy.commands import assign_record
from drive.casework.commands import assign_case
from tests.cast import Cast, join, open_case, seeding, sign_in

TODAY = local_today()
DAY = datetime.timedelta(days=1)


def test_s46_cover_needs_words_and_an_end() -> None:
    check_handover("Rings on Tuesdays.", TODAY, None, cover=False)
    check_handover("Rings on Tuesdays.", TODAY, TODAY + DAY, cover=True)
    for words, ends, cover in (("", None, False), ("Words.", None, True), ("Words.", TODAY, True)):
        with pytest.raises(Refusal):
            check_handover(words, TODAY, ends, cover=cover)


def test_s46_a_problem_with_the_last_day_stands_at_its_field_on_both_sides(cast: Cast) -> None:
    for member, act, key, to in (
        (cast.service_manager, assign_case, "case_id", cast.other_case_manager),
        (cast.idva_manager, assign_record, "record_id", cast.other_idva),
    ):
        by = member.as_actor()
        of = cast.case.pk if key == "case_id" else cast.record.pk
        with acting_as(by), pytest.raises(Refusal) as refused:
            act(by=by, membership_id=to.pk, handover="Words.", kind="cover", **{key: of})
        assert refused.value.field == "last_day"


def test_s46_a_second_handover_leaves_one_holder(cast: Cast) -> None:
    manager, idva_manager = cast.service_manager.as_actor(), cast.idva_manager.as_actor()
    for to in (cast.other_case_manager, cast.team_leader):
        with acting_as(manager):
            assign_case(by=manager, case_id=cast.case.pk, membership_id=to.pk, handover="Words.")
    for to in (cast.other_idva, cast.stand_in):
        with acting_as(idva_manager):
            assign_record(by=idva_manager, record_id=cast.record.pk, membership_id=to.pk, handover="Words.")
    with seeding():
        holding = {"kind": AssignmentKind.HOLDER, "ends_on__gt": TODAY}
        assert CaseAssignment.objects.get(case_id=cast.case.pk, **holding).membership == cast.team_leader
        assert ClientAssignment.objects.get(record_id=cast.record.pk, **holding).membership == cast.stand_in


def give(cast: Cast, to: Membership, **how: Any) -> CaseAssignment:
    by = cast.service_manager.as_actor()
    with acting_as(by):
        return assign_case(
            by=by, case_id=cast.case.pk, membership_id=to.pk, **{"handover": " Rings on Tuesdays. "} | how
        )


def why_not(cast: Cast, to: Membership, **how: Any) -> tuple[str, str, str]:
    with pytest.raises(Refusal) as refused:
        give(cast, to, **how)
    return refused.value.rule, refused.value.field, refused.value.what


def holders(cast: Cast) -> dict[str, tuple[datetime.date, datetime.date]]:
    with seeding():
        return {
            each.membership.name: (each.starts_on, each.ends_on)
            for each in CaseAssignment.objects.filter(case_id=cast.case.pk, kind=AssignmentKind.HOLDER)
        }


def test_s46_the_former_holder_goes_on_the_day_the_new_one_comes(cast: Cast) -> None:
    made = give(cast, cast.other_case_manager, starts_on=TODAY + 5 * DAY)
    assert (made.starts_on, made.ends_on, made.handover) == (TODAY + 5 * DAY, OPEN, "Rings on Tuesdays.")
    assert holders(cast)["Casimir Tolliver"][1] == TODAY + 5 * DAY
    assert give(cast, cast.team_leader).starts_on == TODAY
    ends = {name: end for name, (_, end) in holders(cast).items()}
    assert ends == {"Casimir Tolliver": TODAY, "Bertram Ashlock": TODAY + 5 * DAY, "Leopold Tarn": OPEN}


def test_s46_cover_lasts_through_its_last_day_beside_the_holder(cast: Cast) -> None:
    made = give(cast, cast.other_case_manager, kind="cover", last_day=TODAY + 3 * DAY)
    assert (made.starts_on, made.ends_on) == (TODAY, TODAY + 4 * DAY)
    assert holders(cast)["Casimir Tolliver"][1] == OPEN
    assert give(cast, cast.team_leader, kind="cover", last_day=TODAY).ends_on == TODAY + DAY
    assert why_not(cast, cast.step_down_worker, kind="cover", last_day=TODAY - DAY)[1] == "last_day"


def test_s46_who_does_not_work_cases_here_is_not_given_one(cast: Cast) -> None:
    with seeding():
        clerk = join(
            "Clement Nib", Role.ADMINISTRATOR, cast.su_service, cast.site, cast.case_manager.organisation
        )
        Membership.objects.filter(pk=clerk.pk).update(side=Side.SERVICE_USER)
    for nobody in (clerk, cast.outsider, cast.idva):
        assert why_not(cast, nobody) == ("S-46", "membership", "This person does not work cases here.")


def test_s34_who_has_a_tie_is_not_given_the_case(cast: Cast) -> None:
    with seeding():
        Bar.objects.create(
            user_id=cast.other_case_manager.user_id, record_id=cast.case.pk, kind="tie", reason="A cousin",
            recorded_by=cast.service_manager,
        )  # fmt: skip
    refused = why_not(cast, cast.other_case_manager)
    assert refused == ("S-34", "membership", "Bertram Ashlock cannot take this one.")
    give(cast, cast.team_leader)


def test_s46_nobody_is_given_what_they_have(cast: Cast) -> None:
    refused = why_not(cast, cast.case_manager)
    assert refused == ("S-46", "membership", "Casimir Tolliver has this case already.")
    give(cast, cast.case_manager, kind="cover", last_day=TODAY + DAY)


@pytest.mark.parametrize("side", ["case", "client"])
def test_s46_what_somebody_has_beside_the_holder_ends_early_at_their_next_click(
    cast: Cast, side: str
) -> None:
    """Cover and named contacts; never the holder, whom another holder follows."""
    if side == "case":
        page, reader, manager = f"/cases/{cast.case.pk}/", cast.other_case_manager, cast.service_manager
        kind, of, holder = CaseAssignment, {"case_id": cast.case.pk}, cast.case_manager
    else:
        page, reader, manager = f"/clients/{cast.record.pk}/", cast.other_idva, cast.idva_manager
        kind, of, holder = ClientAssignment, {"record_id": cast.record.pk}, cast.idva
    with seeding():
        beside = kind.objects.create(
            **of, membership=reader, service_id=reader.service_id, kind="named_contact", recorded_by=manager
        )
        held = kind.objects.get(**of, membership=holder)
    assert sign_in(reader).get(page).status_code == 200
    asked = sign_in(manager)
    assert f"End for {reader.name} today" in asked.get(f"{page}assign/").content.decode()
    for what, said in ((held.pk, "has ended already"), ("nobody", "has ended already"), (beside.pk, "Ended")):
        assert said in asked.post(f"{page}assign/", {"end": str(what)}, follow=True).content.decode()
    assert sign_in(reader).get(page).status_code == 404
    assert sign_in(holder).get(page).status_code == 200
    assert f"End for {reader.name} today" not in asked.get(f"{page}assign/").content.decode()


def test_s46_cover_that_has_not_begun_ends_before_its_first_day(cast: Cast) -> None:
    """Its days never turn about: it ends on the day on which it was to begin, and is nobody's way in on any."""
    comes = TODAY + 3 * DAY
    made = give(cast, cast.other_case_manager, kind="cover", starts_on=comes, last_day=comes + DAY)
    with acting_as(cast.service_manager.as_actor()):
        ended = end_early(CaseAssignment, record_id=cast.case.pk, assignment_id=str(made.pk))
        with seeding():
            ended.refresh_from_db()
    assert (ended.starts_on, ended.ends_on) == (comes, comes)


def test_s46_who_is_beside_the_holder_of_another_record_is_not_beside_this_one(cast: Cast) -> None:
    with seeding():
        other = open_case(cast.su_service, cast.team_leader, "Florian", "Quibble", cast.service_manager)
    cover = give(cast, cast.other_case_manager, kind="cover", last_day=TODAY)
    with acting_as(cast.service_manager.as_actor()):
        assert beside_the_holder(CaseAssignment, other.pk) == []
        assert beside_the_holder(CaseAssignment, cast.case.pk) == [cover]
        with pytest.raises(Refusal) as refused:
            end_early(CaseAssignment, record_id=other.pk, assignment_id=str(cover.pk))
    assert refused.value.rule == "S-46"


def test_s46_two_who_hand_over_one_record_wait_for_each_other(cast: Cast) -> None:
    """The lock is held from the question to the end of the transaction; that it is waited for is PostgreSQL's."""
    before = _locks()
    give(cast, cast.other_case_manager)
    assert _locks() == before + 1


def _locks() -> int:
    with connection.cursor() as cursor:
        cursor.execute("select count(*) from pg_locks where locktype = 'advisory' and pid = pg_backend_pid()")
        return int(cursor.fetchone()[0])
