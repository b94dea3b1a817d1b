"""Names are taken apart as written and compared without what makes spellings differ."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drive.people.names import (
    NameOrder,
    PersonName,
    fold,
    forms_of_one_name,
    has_lost_letter,
    read_full_name,
    read_name_parts,
    repaired,
    tidy_case,
    usual_order,
)


@pytest.mark.parametrize(
    ("written", "surname", "forenames", "aliases"),
    [
        ("Wilkins Dabblestone", "Dabblestone", "Wilkins", ()),
        ("DABBLESTONE, Wilkins", "Dabblestone", "Wilkins", ()),
        ("Dabblestone, Wilkins Rufus", "Dabblestone", "Wilkins Rufus", ()),
        ("DABBLESTONE Wilkins", "Dabblestone", "Wilkins", ()),
        ("Wilkins DABBLESTONE", "Dabblestone", "Wilkins", ()),
        ("Siân Ní Bhrollacháin", "Ní Bhrollacháin", "Siân", ()),
        ("NÍ BHROLLACHÁIN, Seán", "Ní Bhrollacháin", "Seán", ()),
        ("Thaddeus O'Clutterbuck", "O'Clutterbuck", "Thaddeus", ()),
        ("Jan van der Pocket", "van der Pocket", "Jan", ()),
        ("HARKAWAY, Jasper (aka Ebenezer)", "Harkaway", "Jasper", ("Ebenezer",)),
        ("Jasper Harkaway also known as Jazz", "Harkaway", "Jasper", ("Jazz",)),
        ("Wilkins “Wilky” Dabblestone", "Dabblestone", "Wilkins", ("Wilky",)),
        ("Jasper Harkaway alias Tom Twemlowe / Tim", "Harkaway", "Jasper", ("Tom Twemlowe", "Tim")),
        ("Zebedee Magwitchett (aka Zebedee)", "Magwitchett", "Zebedee", ()),
        ("Mr Tom O'Clutterbuck Jnr", "O'Clutterbuck", "Tom", ()),
        ("Zuleika", None, "Zuleika", ()),
        ("n/k", None, None, ()),
        ("?", None, None, ()),
        ("Сергей Выдумщиков", "Выдумщиков", "Сергей", ()),
    ],
)
def test_one_cell_is_taken_apart(
    written: str, surname: str | None, forenames: str | None, aliases: tuple[str, ...]
) -> None:
    assert read_full_name(written) == PersonName(surname, forenames, aliases)


def test_capitals_of_a_police_list_put_the_surname_first() -> None:
    column = ["SPOTTLETOE SEÁN", "NÍ BHROLLACHÁIN PHILIPPA", "O'CLUTTERBUCK THADDEUS", "HARKAWAY ZEBEDEE"]
    order = usual_order(column, NameOrder.FORENAME_FIRST)
    assert order is NameOrder.SURNAME_FIRST
    assert read_full_name("NÍ BHROLLACHÁIN PHILIPPA", order) == PersonName("Ní Bhrollacháin", "Philippa")


def test_one_odd_name_does_not_turn_a_column() -> None:
    column = ["Wickering Tobias", "Lorem Ipsum", "Dolor Sit", "Amet Conse", "Adip Elit"]
    assert usual_order(column, NameOrder.FORENAME_FIRST) is NameOrder.FORENAME_FIRST


def test_cells_of_their_own_are_read_with_aliases() -> None:
    assert read_name_parts("MÜLLER-TROTWOOD", "Jemima (Jem)", "aka Jemmy; unknown") == PersonName(
        "Müller-Trotwood", "Jemima", ("Jem", "Jemmy")
    )


@pytest.mark.parametrize("forenames", ["Kwa.", "J", "J. Rufus"])
def test_a_beginning_of_a_forename_is_known_as_such(forenames: str) -> None:
    assert PersonName("Nicklebeard", forenames).abbreviated
    assert not PersonName("Nicklebeard", "Jo").abbreviated


def test_lost_and_garbled_letters_are_noticed() -> None:
    assert has_lost_letter("Brz?czykowski")
    assert has_lost_letter("M\ufffdller")
    assert not has_lost_letter("Is this Müller ?")
    assert repaired("SeÃ¡n") == "Seán"
    assert repaired("Seán") is None


def test_folding_keeps_letters_only() -> None:
    assert fold("O’Clutterbuck") == fold("o clutterbuck") == "oclutterbuck"
    assert fold("Brzęczykowski") == "brzeczykowski"
    assert fold("Łukasz Ørsted-Straße") == "lukaszorstedstrasse"
    assert fold("Brz?czykowski") == "brz?czykowski"


def test_short_forms_meet_and_names_that_only_look_alike_do_not() -> None:
    assert forms_of_one_name("tobias", "toby")
    assert forms_of_one_name("liz", "elizabeth")
    assert not forms_of_one_name("silas", "tobias")
    assert not forms_of_one_name("zzyzx", "zzyzx")


def test_capitals_are_written_as_usual_and_mixed_case_is_left() -> None:
    assert tidy_case("O'CLUTTERBUCK") == "O'Clutterbuck"
    assert tidy_case("MCFADGEON") == "McFadgeon"
    assert tidy_case("MacFadgeon") == "MacFadgeon"


@given(st.text(max_size=60))
def test_any_text_is_read_and_folding_is_final(text: str) -> None:
    name = read_full_name(text)
    assert fold(fold(text)) == fold(text)
    assert name.complete == bool(name.surname and name.forenames)
