"""A list takes as many statements for three hundred records as for ten: no page asks once for each row (and so none is slow
for whoever has much to do, nor tells by its time how much there is).
"""

from __future__ import annotations

from typing import Any

import pytest

from drive.access.models import Membership
from drive.referrals.models import Referral, ReferralParty
from tests.cast import Cast, link, open_case, open_record, seeding

from .answers import Reader
from .filling import Filler
from .oracle import World
from .surfaces import Surface, addresses

FEW, MANY = 10, 100
READERS = [
    "case_manager",
    "service_manager",
    "idva",
    "idva_manager",
    "coordinator",
    "governance_lead",
    "analyst",
]


def _add(cast: Cast, filler: Filler, first: int, last: int) -> None:
    """Cases, clients' records, links between them and referrals, up to the number `last`."""
    for number in range(first, last):
        with seeding():
            case = open_case(
                cast.su_service, cast.case_manager, "Piers", f"Plain{number}", cast.service_manager
            )
            record = open_record(cast.vs_service, cast.idva, "Vera", f"Plain{number}", cast.idva_manager)
            link(case, record, cast.service_manager, "V. P.")
        referral = filler.fill(Referral, site_id=cast.site.pk)
        for role in ("service_user", "victim_survivor"):
            filler.fill(ReferralParty, referral=referral, role=role, site_id=cast.site.pk)


def _lists(member: Membership) -> list[Surface]:
    """Addresses without a key that this reader can open."""
    found = [
        Surface(each.at(), each.page)
        for each in addresses()
        if each.page is not None and not each.page.public and "<" not in each.route
    ]
    return [each for each in found if each.opens_for(member)]


def _statements(cast: Cast) -> dict[str, int]:
    known = {str(key) for key in World().by_key}
    told = {}
    for member in (getattr(cast, name) for name in READERS):
        reader = Reader(member, known)
        for surface in _lists(member):
            answer = reader.ask("get", surface.path)
            if answer.status == 200:
                told[f"{member.role} {surface.path}"] = len(answer.statements)
    return told


def _differing(few: dict[str, int], many: dict[str, int]) -> list[str]:
    return [f"{page}: {few[page]}, {many[page]}" for page in few if many[page] > few[page]]


def test_lists_take_no_more_statements_for_many_than_for_few(cast: Cast, settings: Any) -> None:
    settings.DRIVE_RAISE_DENIED = False
    filler = Filler(cast.service_manager, cast.idva_manager)
    _add(cast, filler, 1, FEW)
    few = _statements(cast)
    _add(cast, filler, FEW, MANY)
    many = _statements(cast)
    print(f"{len(few)} lists, {FEW} and {MANY} records, {sum(many.values())} statements")  # noqa: T201  # docs/proofs.md
    assert _differing(few, many) == []
    assert len(few) > 40


def test_a_statement_for_each_row_is_noticed(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    """The comparison can fail: whoever writes the name of a case asks for it."""
    from drive.casework.models import SuCase
    from drive.casework.views import lists

    found = lists.list_cases

    def chatty(*given: Any, **more: Any) -> Any:
        for key in list(SuCase.objects.values_list("pk", flat=True)):
            SuCase.objects.filter(pk=key).exists()
        return found(*given, **more)

    filler = Filler(cast.service_manager, cast.idva_manager)
    few = _statements(cast)
    _add(cast, filler, 1, 4)
    monkeypatch.setattr(lists, "list_cases", chatty)
    assert [each for each in _differing(few, _statements(cast)) if " /cases/:" in each]
