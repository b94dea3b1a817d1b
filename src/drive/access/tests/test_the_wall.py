"""Two people who cannot see each other (S-01): the first test of the house."""

from __future__ import annotations

import pytest
from django.db import ProgrammingError

from drive.access.models import Membership
from drive.access.scopes import Scope
from drive.access.stepping import acting_as
from drive.advocacy.models import ClientProfile, VsRecord
from drive.casework.models import ServiceUserProfile, StateEntry, SuCase
from drive.safety.models import CaseLink
from tests.cast import Cast


def test_the_holder_reads_his_case_and_the_link_and_nothing_of_the_client(cast: Cast) -> None:
    with acting_as(cast.case_manager.as_actor()):
        assert [c.pk for c in SuCase.objects.all()] == [cast.case.pk]
        assert ServiceUserProfile.objects.get().family_name == "Crimplefoot"
        assert CaseLink.objects.count() == 1
    for model in (VsRecord, ClientProfile):
        with (
            pytest.raises(ProgrammingError, match="permission denied"),
            acting_as(cast.case_manager.as_actor()),
        ):
            list(model.objects.all())


def test_the_idva_reads_her_client_and_nothing_of_the_case(cast: Cast) -> None:
    with acting_as(cast.idva.as_actor()):
        assert [r.pk for r in VsRecord.objects.all()] == [cast.record.pk]
    for model in (SuCase, StateEntry):
        with pytest.raises(ProgrammingError, match="permission denied"), acting_as(cast.idva.as_actor()):
            list(model.objects.all())


@pytest.mark.parametrize("name", ["other_case_manager", "outsider", "step_down_worker", "outside_manager"])
def test_colleagues_without_the_case_and_outsiders_see_no_row(cast: Cast, name: str) -> None:
    member: Membership = getattr(cast, name)
    with acting_as(member.as_actor()):
        assert SuCase.objects.count() == 0
        assert StateEntry.objects.count() == 0
        assert CaseLink.objects.count() == 0


def test_managers_see_their_own_service(cast: Cast) -> None:
    with acting_as(cast.service_manager.as_actor()):
        assert SuCase.objects.count() == 1
    with acting_as(cast.idva_manager.as_actor()):
        assert VsRecord.objects.count() == 1


def test_the_role_is_a_hint_only(cast: Cast) -> None:
    """A membership that does not work in the scope sees nothing, whatever role the transaction took."""
    from drive.access.stepping import stepping_into

    with stepping_into(Scope.VS_WORKER, membership_id=cast.case_manager.pk):
        assert VsRecord.objects.count() == 0
    with stepping_into(Scope.SU_MANAGER, membership_id=cast.case_manager.pk):
        assert SuCase.objects.count() == 0


def test_a_membership_that_ended_today_sees_nothing(cast: Cast) -> None:
    from drive.access.models import local_today
    from tests.cast import seeding

    with seeding():
        Membership.objects.filter(pk=cast.case_manager.pk).update(ends_on=local_today())
    with acting_as(cast.case_manager.as_actor()):
        assert SuCase.objects.count() == 0
