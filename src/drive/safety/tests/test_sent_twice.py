"""A second click is no second act; and the pages of planned contact open for nobody but those who see the case."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from drive.access.models import Membership
from drive.access.stepping import acting_as
from drive.advocacy import commands as advocacy
from drive.advocacy.models import Wish
from drive.safety import commands
from drive.safety.models import StopConcern
from tests.cast import Cast

from .deciding import ask, view


def test_s48_a_question_asked_twice_is_one_until_somebody_has_answered(cast: Cast) -> None:
    first = ask(cast.case_manager, cast.link.pk)
    assert ask(cast.case_manager, cast.link.pk) == first
    view(cast.case_manager, first.pk)
    assert ask(cast.case_manager, cast.link.pk) != first


def test_s17_a_stop_pressed_twice_is_one_and_another_scope_is_another(cast: Cast) -> None:
    actor = cast.idva.as_actor()
    with acting_as(actor):
        first = commands.raise_stop(by=actor, link_id=cast.link.pk)
        assert commands.raise_stop(by=actor, link_id=cast.link.pk) == first
        commands.raise_stop(by=actor, link_id=cast.link.pk, scope="contact")
        assert StopConcern.objects.count() == 2


def test_s48_the_clients_words_sent_twice_are_written_once(cast: Cast) -> None:
    actor = cast.idva.as_actor()
    with acting_as(actor):
        for words in ("To sleep.", "To sleep.", "To be left alone."):
            advocacy.record_wish(
                by=actor, record_id=cast.record.pk, words=words, said_on=cast.record.opened_on
            )
        assert Wish.objects.count() == 2


@pytest.mark.parametrize("name", ["book_contact", "bookings"])
def test_s39_planned_contact_is_nothing_for_who_does_not_hold_the_case(
    cast: Cast, client_of: Callable[[Membership], Client], name: str
) -> None:
    address = reverse(name, kwargs={"case_id": cast.case.pk})
    assert client_of(cast.case_manager).get(address).status_code == 200
    for other in (cast.other_case_manager, cast.outsider, cast.idva, cast.chair):
        assert client_of(other).get(address).status_code == 404, other.name
