"""What an instrument is: frozen values, with no reading of files and no checking of answers.

An instrument is a versioned questionnaire (R-10). Each item says what may be answered and which missing
states (K-01, R-04) may be given instead; no answer at all is never an answer.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from functools import cached_property

from drive.instruments.codelists import Code, CodeLists

WORDING_AWAITED = "wording loaded by the site"
LEVEL_AWAITED = "definition loaded by the site"
NONE_OF_THESE = "none"


class ItemType(StrEnum):
    """What kind of answer an item takes."""

    CHOICE = "choice"
    MULTI = "multi"
    COUNT = "count"
    DATE = "date"
    TEXT = "text"
    BOOL = "bool"


class Unit(StrEnum):
    """What one filled-in form is about."""

    SERVICE_USER = "S"
    VICTIM_SURVIVOR = "V"
    LINK = "L"
    CASE = "C"


class Method(StrEnum):
    """How a derived value is worked out; see `scoring`."""

    COUNT = "count"
    HIGHEST = "highest"
    SHARE_REACHED = "share_reached"


@dataclass(frozen=True, slots=True)
class Condition:
    """An item is asked only if another one was answered with one of these codes."""

    item: str
    codes: frozenset[str]


@dataclass(frozen=True, slots=True)
class Item:
    """One question.

    `codes` are the choices offered, in order, already narrowed to those the item allows; `ordered` ones run
    from least to most. `at_least` and `at_most` bound a count; for text `at_most` is the longest length in
    characters. `rises` are codes that by themselves say that things got worse (S-49). `level_definitions`
    explains codes of this item in the site's words. `extract` names the table and field of the data
    package, if there is one.
    """

    id: str
    section: str
    label: str
    type: ItemType
    hint: str = ""
    list_ids: tuple[str, ...] = ()
    codes: tuple[Code, ...] = ()
    ordered: bool = False
    none_label: str = ""
    missing: tuple[str, ...] = ()
    required: bool = True
    show_if: Condition | None = None
    evidence: bool = False
    at_least: int = 0
    at_most: int | None = None
    wording_by_site: bool = False
    levels_by_site: bool = False
    level_definitions: tuple[tuple[str, str], ...] = ()
    rises: frozenset[str] = frozenset()
    extract: str = ""

    @property
    def awaits_wording(self) -> bool:
        """Whether the question still shows the placeholder."""
        return self.wording_by_site and self.label.endswith(WORDING_AWAITED)

    @property
    def is_statement(self) -> bool:
        """Whether the item is a statement to tick: true, or left open, and never denied."""
        return self.type is ItemType.BOOL and [entry.code for entry in self.codes] == ["yes"]

    def code(self, code: str) -> Code | None:
        """The offered choice of that code, or None."""
        return next((entry for entry in self.codes if entry.code == code), None)

    def definition_of(self, code: str) -> str:
        """What a choice means here: the site's words for this item, else the code list's, else ""."""
        site = dict(self.level_definitions).get(code)
        if site is not None:
            return site
        entry = self.code(code)
        return entry.definition if entry else ""

    def missing_state(self, code: str) -> str:
        """The missing state (K-01) a choice stands for, "" if it is a real answer."""
        entry = self.code(code)
        return entry.missing if entry else ""

    def rank(self, code: str) -> int | None:
        """Place among the ordered choices, 0 the least; None for a code that stands for a missing state."""
        levels = [entry.code for entry in self.codes if not entry.missing]
        return levels.index(code) if self.ordered and code in levels else None


@dataclass(frozen=True, slots=True)
class Section:
    """Items that belong together; without a label they need no heading, the question is enough."""

    id: str
    label: str = ""
    hint: str = ""


@dataclass(frozen=True, slots=True)
class DerivedValue:
    """A value worked out from answers and never typed (R-09).

    `share` is in percent of the items. With `missing_scores_zero` the value is worked out even if nothing is
    known (R-81); otherwise nothing known gives no value. `rise`: more than before asks for a review (S-49).
    """

    id: str
    label: str
    method: Method
    items: tuple[str, ...]
    codes: frozenset[str] = frozenset()
    share: int = 0
    missing_scores_zero: bool = False
    rise: bool = False
    note: str = ""


@dataclass(frozen=True, slots=True)
class Alternatives:
    """Sets of items of which a site uses exactly one; the first is used unless the site says otherwise."""

    id: str
    sets: tuple[tuple[str, tuple[str, ...]], ...]

    def left_out(self, used: str) -> frozenset[str]:
        """The items that go when the named set is used."""
        return frozenset(item for name, items in self.sets if name != used for item in items)


@dataclass(frozen=True)
class Definition:
    """One version of one instrument. `all_items` holds every alternative; `items` what this version asks."""

    id: str
    name: str
    version: str
    dated: date
    records: tuple[str, ...]
    unit: Unit
    informants: tuple[str, ...]
    points: tuple[str, ...]
    purpose: str
    sections: tuple[Section, ...]
    all_items: tuple[Item, ...]
    all_derived: tuple[DerivedValue, ...] = ()
    alternatives: tuple[Alternatives, ...] = ()
    used: tuple[tuple[str, str], ...] = ()
    imported_blank: str = ""
    crosswalks: tuple[str, ...] = ()

    @cached_property
    def items(self) -> tuple[Item, ...]:
        """The items of this version in the order they are asked."""
        used = dict(self.used)
        gone = frozenset[str]().union(*(one.left_out(used[one.id]) for one in self.alternatives))
        return tuple(item for item in self.all_items if item.id not in gone)

    @cached_property
    def derived(self) -> tuple[DerivedValue, ...]:
        """The derived values of this version, over the items it asks."""
        asked = {item.id for item in self.items}
        return tuple(
            replace(value, items=tuple(item for item in value.items if item in asked))
            for value in self.all_derived
        )

    @cached_property
    def _by_id(self) -> dict[str, Item]:
        return {item.id: item for item in self.items}

    def __contains__(self, item_id: object) -> bool:
        return item_id in self._by_id

    def item(self, item_id: str) -> Item:
        """The item of that id; `KeyError` if this version does not ask it."""
        return self._by_id[item_id]

    def in_section(self, section_id: str) -> tuple[Item, ...]:
        """The items under one heading, in order."""
        return tuple(item for item in self.items if item.section == section_id)

    @property
    def base_version(self) -> str:
        """The version the program came with, before a site's wording."""
        return self.version.partition("+")[0]

    @property
    def awaiting_wording(self) -> tuple[str, ...]:
        """Ids of items that still show the placeholder of a licensed question."""
        return tuple(item.id for item in self.items if item.awaits_wording)

    @property
    def awaiting_levels(self) -> tuple[str, ...]:
        """Ids of items whose levels the site has not yet defined."""
        return tuple(
            item.id
            for item in self.items
            if item.levels_by_site and any(text == LEVEL_AWAITED for _, text in item.level_definitions)
        )


def offered_codes(lists: CodeLists, list_ids: Iterable[str], only: Iterable[str]) -> tuple[Code, ...]:
    """The choices of an item: what its lists may offer, narrowed and ordered by `only` if given.

    Raises `UnknownCodeError` for an unknown list, and `ValueError` with a sentence for a code that no list
    has or that two lists share.
    """
    found: dict[str, Code] = {}
    for list_id in list_ids:
        for entry in lists[list_id].codes:
            if not entry.offered:
                continue
            if entry.code in found:
                raise ValueError(f"the code “{entry.code}” is in two of this item's lists")
            found[entry.code] = entry
    wanted = tuple(only)
    for code in wanted:
        if code not in found:
            raise ValueError(f"“{code}” is not a code that may be offered from {', '.join(list_ids)}")
    return tuple(found[code] for code in wanted) if wanted else tuple(found.values())
