"""Two managers allocate one referral in the same second: one case, one record, one polite refusal."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from drive.access.models import Membership
from drive.access.refusal import Refusal
from drive.access.roles import Role
from drive.access.scopes import Scope
from drive.access.stepping import acting_as
from drive.advocacy.models import VsRecord
from drive.allocation.commands import allocate
from drive.allocation.models import Allocation
from drive.casework.models import SuCase
from drive.referrals.models import Referral
from tests.cast import Cast, join, lay_out, seeding
from tests.racing import at_once, remove_everything

from .test_allocating import accept, refer


@pytest.fixture
def committed(transactional_db: None) -> Iterator[Cast]:
    """A cast that other connections see, and that is gone afterwards."""
    yield lay_out()
    remove_everything()


def _giving(
    manager: Membership, referral: Referral, case_manager: Membership, idva: Membership
) -> Callable[[], None]:
    actor = manager.as_actor()

    def give() -> None:
        with acting_as(actor, Scope.ALLOCATION):
            allocate(
                by=actor,
                referral_id=referral.pk,
                su_holder_id=case_manager.pk,
                vs_holder_id=idva.pk,
                approach="direct",
            )

    return give


def test_p21_two_managers_at_once_open_one_case_and_one_record(committed: Cast) -> None:
    first = committed.service_manager
    with seeding():
        second = join(
            "Sidony Second", Role.SERVICE_MANAGER, committed.su_service, committed.site, first.organisation
        )
    referral = refer(committed.coordinator)
    accept(committed, referral)
    raised = at_once(
        _giving(first, referral, committed.case_manager, committed.idva),
        _giving(second, referral, committed.other_case_manager, committed.other_idva),
    )
    assert [type(error) for error in raised] == [Refusal]
    with seeding():
        counts = (Allocation.objects.count(), SuCase.objects.count(), VsRecord.objects.count())
    assert counts == (1, 2, 2)  # the cast has a case and a record of its own
