"""S-46 and S-34 for both sides: one rule, and never two holders."""

from __future__ import annotations

import datetime

import pytest

from drive.access.handing_over import check_handover
from drive.access.models import AssignmentKind, CaseAssignment, ClientAssignment, local_today
from drive.access.refusal import Refusal
from drive.access.stepping import acting_as
from drive.advocacy.commands import assign_record
from drive.casework.commands import assign_case
from tests.cast import Cast, seeding

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
