"""Two coordinators save the same list in the same second: real connections, committed rows, own clean-up."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from drive.access.models import Membership
from drive.access.roles import Role
from drive.access.scopes import Scope
from drive.access.stepping import acting_as
from drive.referrals.commands import SavedList, save_list, upload_list
from drive.referrals.models import ListSaved, PossibleMatch, Referral, ReferralList, ReferralParty
from tests.cast import Cast, join, lay_out, seeding
from tests.racing import at_once, remove_everything


@pytest.fixture
def committed(transactional_db: None) -> Iterator[Cast]:
    """A cast that other connections see, and that is gone afterwards."""
    cast = lay_out()
    yield cast
    remove_everything()


def _kept(member: Membership, content: bytes) -> ReferralList:
    actor = member.as_actor()
    with acting_as(actor, Scope.REFERRALS):
        kept, _ = upload_list(by=actor, file_bytes=content, filename="march.csv")
    return kept


def _saving(member: Membership, kept: ReferralList, done: list[SavedList]) -> Callable[[], None]:
    actor = member.as_actor()

    def save() -> None:
        with acting_as(actor, Scope.REFERRALS):
            done.append(save_list(by=actor, kept=kept))

    return save


@pytest.mark.parametrize("uploads", [1, 2])
def test_two_coordinators_who_save_at_once_create_nothing_twice(
    committed: Cast, march: bytes, uploads: int
) -> None:
    """Of one upload that both look at, and of the same file uploaded by each."""
    first = committed.coordinator
    with seeding():
        second = join("Cordelia Second", Role.PANEL_COORDINATOR, None, committed.site, first.organisation)
    lists = [_kept(first, march), _kept(second, march)][:uploads]
    done: list[SavedList] = []
    raised = at_once(_saving(first, lists[0], done), _saving(second, lists[-1], done))
    assert raised == []
    created = sorted(each.created + each.matched for each in done)
    assert created == [0, 53]
    with seeding():
        assert Referral.objects.count() == 53
        assert ReferralParty.objects.count() == 106
        assert ListSaved.objects.count() == uploads
        pairs = list(PossibleMatch.objects.values_list("referral_id", "earlier_id"))
    assert len(pairs) == len(set(pairs))
