"""He is not told about her support (S-10), unless both sides of the link say so."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from drive.access.models import Membership, SiteSetting
from drive.access.refusal import Refusal
from drive.access.stepping import acting_as
from drive.safety import commands, queries
from drive.safety.models import CaseLink, SupportOpenness
from tests.cast import Cast, seeding

from .deciding import book, decide


def say(cast: Cast, who: str, says: str) -> None:
    by = getattr(cast, who).as_actor()
    with acting_as(by):
        commands.say_openness(by=by, link_id=cast.link.pk, says=says, reason=f"As {who} sees it.")


def stands(cast: Cast) -> queries.Openness:
    with acting_as(cast.case_manager.as_actor()):
        return queries.openness(CaseLink.objects.get(pk=cast.link.pk))


def test_s10_he_is_told_nothing_until_both_say_so_and_not_once_one_takes_it_back(cast: Cast) -> None:
    assert not stands(cast).may_be_told
    say(cast, "case_manager", "yes")
    assert not stands(cast).may_be_told
    say(cast, "idva", "yes")
    assert stands(cast).may_be_told
    say(cast, "idva", "no")
    now = stands(cast)
    assert not now.may_be_told
    assert now.words == "He is told nothing. One of you would tell him; it takes both."


def test_s10_it_needs_a_reason_and_loosens_no_check_of_what_reaches_him(cast: Cast) -> None:
    by = cast.idva.as_actor()
    with pytest.raises(Refusal) as refused, acting_as(by):
        commands.say_openness(by=by, link_id=cast.link.pk, says="yes", reason=" ")
    assert refused.value.rule == "S-10"
    for who in ("case_manager", "idva"):
        say(cast, who, "yes")
    decide(cast.case_manager, cast.idva, cast.link.pk)
    with pytest.raises(Refusal, match="nothing of anybody’s support"):
        book(cast.case_manager, cast.case.pk, reason_given="Her IDVA asks us to meet.")


def test_s10_a_site_that_tells_everybody_is_flagged_and_changes_nothing(
    cast: Cast, client_of: Callable[[Membership], Client]
) -> None:
    with seeding():
        SiteSetting.objects.create(site=cast.site, code="C-18", value=True, reason="It always was.")
    assert not stands(cast).may_be_told
    for who in (cast.case_manager, cast.idva):
        page = client_of(who).get(reverse("shared_page", args=[cast.link.pk])).content.decode()
        assert "The site is set to tell service users" in page
        assert "He is told nothing of it." in page


def test_s10_each_side_writes_for_itself_on_its_page_and_nobody_else_finds_it(
    cast: Cast, client_of: Callable[[Membership], Client]
) -> None:
    address = reverse("support_openness", args=[cast.link.pk])
    assert (
        client_of(cast.idva).post(address, {"says": "knows", "reason": "His solicitor said so."}).status_code
        == 302
    )
    page = client_of(cast.case_manager).get(address).content.decode()
    assert "He knows of it" in page
    assert "His solicitor said so." in page
    for nobody in (cast.other_case_manager, cast.other_idva, cast.outsider):
        assert client_of(nobody).get(address).status_code == 404
    with seeding():
        assert SupportOpenness.objects.get().side == "vs"
