"""Answers for tests: made by chance for any definition, or written down for a few."""

from collections.abc import Mapping

from hypothesis import strategies as st

from drive.instruments.answers import Mode, ValidatedAnswers, validate
from drive.instruments.definitions import Definition, Item, ItemType
from drive.instruments.library import instrument

GRID = ("physical", "sexual", "hs", "jcc")
DASH_ITEMS = tuple(f"q{number:02}" for number in range(1, 21))


def _values(item: Item) -> st.SearchStrategy[object]:
    codes = [entry.code for entry in item.codes]
    match item.type:
        case ItemType.CHOICE | ItemType.BOOL:
            return st.sampled_from(codes)
        case ItemType.MULTI:
            return st.lists(st.sampled_from(codes), min_size=1, unique=True)
        case ItemType.COUNT:
            return st.integers(item.at_least, item.at_most or 1000)
        case ItemType.DATE:
            return st.dates().map(lambda day: day.isoformat())
        case ItemType.TEXT:
            return st.text("abc déf'\n", min_size=1, max_size=40).filter(lambda text: text.strip())


def _answer(item: Item) -> st.SearchStrategy[dict[str, object]]:
    kinds = [_values(item).map(lambda value: {"value": value}), st.just({})]
    if item.missing:
        kinds.append(st.sampled_from(item.missing).map(lambda state: {"missing": state}))
    return st.one_of(kinds)


def drafts(definition: Definition) -> st.SearchStrategy[dict[str, object]]:
    """Anything that may stand in a draft of this instrument."""
    return st.fixed_dictionaries({item.id: _answer(item) for item in definition.items})


def valid(instrument_id: str, given: Mapping[str, object], mode: Mode = Mode.DRAFT) -> ValidatedAnswers:
    """Validated answers, or a failing test that shows the problems."""
    outcome = validate(instrument(instrument_id), given, mode=mode)
    assert isinstance(outcome, ValidatedAnswers), outcome
    return outcome


def grid(*levels: str) -> ValidatedAnswers:
    """A severity grid with these levels in the order of K-27."""
    return valid("severity_of_abuse_grid", dict(zip(GRID, levels, strict=True)))


def dash(yes: int, no: int, na: int, nk: int) -> ValidatedAnswers:
    """A Drive DASH with so many of each answer."""
    answers = ["yes"] * yes + ["no"] * no + ["na"] * na + ["nk"] * nk
    return valid("drive_dash", dict(zip(DASH_ITEMS, answers, strict=True)), Mode.SUBMIT)
