"""Reads instrument definitions. What is not understood is a `DefinitionError` naming file and line."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from drive.instruments.codelists import CODE, OFFERED_STATES, CodeLists, UnknownCodeError
from drive.instruments.definitions import (
    LEVEL_AWAITED,
    NONE_OF_THESE,
    Alternatives,
    Condition,
    Definition,
    DerivedValue,
    Item,
    ItemType,
    Method,
    Section,
    Unit,
    offered_codes,
)
from drive.instruments.strict_yaml import Keys, Node, read

BUILT_IN = Path(__file__).parent / "definitions"
BLOCKS = "blocks"
TEXT_LIMIT = 4000
ALL_ITEMS = "all"

_ITEM_KEYS = (
    *("hint", "codes", "only", "none", "missing", "required", "show_if", "evidence", "at_least", "at_most"),
    *("wording", "levels", "rises", "extract"),
)


def load(folder: Path, lists: CodeLists) -> tuple[Definition, ...]:
    """Every definition of a folder; sections shared between forms are read from its `blocks`."""
    return tuple(load_file(path, lists, folder / BLOCKS) for path in sorted(folder.glob("*.yaml")))


def load_file(path: Path, lists: CodeLists, blocks: Path = BUILT_IN / BLOCKS) -> Definition:
    """One definition file, with choices taken from `lists`."""
    root = read(path)
    found = root.keys(
        required=(
            *("id", "name", "version", "dated", "records", "unit", "informants"),
            *("points", "purpose", "sections"),
        ),
        optional=("derived", "either_or", "imported_blank", "crosswalks"),
    )
    sections: list[Section] = []
    items: dict[str, Item] = {}
    derived_nodes: list[tuple[str, Node]] = []
    for node in _sections(found["sections"], blocks, derived_nodes):
        section, its_items = _section(node, lists, items)
        if any(other.id == section.id for other in sections):
            raise node.problem(f"the section “{section.id}” is written twice")
        sections.append(section)
        items |= its_items
    derived_nodes += found.pairs("derived")
    alternatives = tuple(_alternatives(name, node, items) for name, node in found.pairs("either_or"))
    blank = found.text("imported_blank")
    if blank and not all(item.code(blank) for item in items.values()):
        raise found["imported_blank"].problem(f"“{blank}” must be a choice of every item")
    return Definition(
        id=_word(found["id"]),
        name=found["name"].text(),
        version=str(found["version"].whole_number()),
        dated=found["dated"].day(),
        records=found["records"].texts(),
        unit=_one_of(found["unit"], Unit),
        informants=_known_codes(found["informants"], lists, "informant"),
        points=_known_codes(found["points"], lists, "K-36"),
        purpose=found["purpose"].text(),
        sections=tuple(sections),
        all_items=tuple(items.values()),
        all_derived=tuple(_derived(name, node, items) for name, node in derived_nodes),
        alternatives=alternatives,
        used=tuple((one.id, one.sets[0][0]) for one in alternatives),
        imported_blank=blank,
        crosswalks=found.texts("crosswalks"),
    )


def _sections(listed: Node, blocks: Path, derived: list[tuple[str, Node]]) -> Iterator[Node]:
    """The sections in order, those of included blocks in place. A block brings its derived values along."""
    for node in listed.sequence():
        if "include" not in dict(node.pairs()):
            yield node
            continue
        name = node.keys(required=("include",))["include"].text()
        path = blocks / f"{name}.yaml"
        if not path.is_file():
            raise node.problem(f"there is no block “{name}”")
        block = read(path).keys(required=("sections",), optional=("derived",))
        derived += block.pairs("derived")
        yield from block["sections"].sequence()


def _section(node: Node, lists: CodeLists, before: dict[str, Item]) -> tuple[Section, dict[str, Item]]:
    found = node.keys(required=("id", "items"), optional=("label", "hint"))
    section = Section(_word(found["id"]), found.text("label"), found.text("hint"))
    items: dict[str, Item] = {}
    for item_id, item_node in found["items"].pairs():
        if item_id in before:
            raise item_node.problem(f"the item “{item_id}” is already asked in another section")
        items[item_id] = _item(item_id, section.id, item_node, lists, before | items)
    return section, items


def _item(item_id: str, section: str, node: Node, lists: CodeLists, before: dict[str, Item]) -> Item:
    if not CODE.fullmatch(item_id):
        raise node.problem(f"“{item_id}” is not an item id: small letters, digits and underscores")
    found = node.keys(required=("label", "type"), optional=_ITEM_KEYS)
    kind = _one_of(found["type"], ItemType)
    list_ids = _list_ids(kind, found, node)
    try:
        codes = offered_codes(lists, list_ids, found.texts("only"))
    except (UnknownCodeError, ValueError) as error:
        raise node.problem(str(error.args[0])) from error
    at_most = found.whole_number("at_most")
    levels = _is_site(found.get("levels"))
    item = Item(
        id=item_id,
        section=section,
        label=found["label"].text(),
        type=kind,
        hint=found.text("hint"),
        list_ids=list_ids,
        codes=codes,
        ordered=bool(list_ids) and all(lists[list_id].ordered for list_id in list_ids),
        none_label=found.text("none"),
        missing=found.texts("missing"),
        required=found.flag("required", otherwise=True),
        show_if=_condition(found["show_if"], before) if "show_if" in found else None,
        evidence=found.flag("evidence"),
        at_least=found.whole_number("at_least") or 0,
        at_most=TEXT_LIMIT if kind is ItemType.TEXT and at_most is None else at_most,
        wording_by_site=_is_site(found.get("wording")),
        levels_by_site=levels,
        level_definitions=tuple((c.code, LEVEL_AWAITED) for c in codes if not c.missing and c.code != "none")
        if levels
        else (),
        rises=frozenset(found.texts("rises")),
        extract=found.text("extract"),
    )
    _check_item(item, node)
    return item


def _check_item(item: Item, node: Node) -> None:
    """Refuse two ways of saying the same, and bounds that mean nothing."""
    offered = {entry.code for entry in item.codes}
    for state in item.missing:
        if state not in OFFERED_STATES:
            raise node.problem(f"“{state}” may not be offered; only {', '.join(OFFERED_STATES)}")
        if any(state in (entry.code, entry.missing) for entry in item.codes):
            raise node.problem(f"the item's list already has a word for “{state}”; it would be offered twice")
    if item.none_label and (item.type is not ItemType.MULTI or NONE_OF_THESE in offered):
        raise node.problem("“none” is for items of type multi whose lists have no such code")
    if stray := item.rises - offered:
        raise node.problem(f"“rises” names codes that are not offered: {', '.join(sorted(stray))}")
    if item.at_least and item.type is not ItemType.COUNT:
        raise node.problem("“at_least” is for counts")
    if item.at_most is not None and item.type not in (ItemType.COUNT, ItemType.TEXT):
        raise node.problem("“at_most” is for counts and text")


def _list_ids(kind: ItemType, found: Keys, node: Node) -> tuple[str, ...]:
    if kind is ItemType.BOOL:
        if "codes" in found:
            raise found["codes"].problem("an item of type bool always offers yes and no")
        return ("yes_no",)
    if kind in (ItemType.CHOICE, ItemType.MULTI):
        if "codes" not in found:
            raise node.problem(f"an item of type {kind} needs “codes”, the list of its choices")
        return found["codes"].texts()
    for key in ("codes", "only"):
        if key in found:
            raise found[key].problem(f"an item of type {kind} has no choices")
    return ()


def _condition(node: Node, before: dict[str, Item]) -> Condition:
    found = node.keys(required=("item", "is"))
    other = found["item"].text()
    if other not in before:
        raise node.problem(f"“show_if” refers to “{other}”, which is not an earlier item")
    codes = frozenset(found["is"].texts())
    if stray := {code for code in codes if not before[other].code(code)}:
        raise node.problem(f"“{other}” cannot be answered with {', '.join(sorted(stray))}")
    return Condition(other, codes)


def _derived(name: str, node: Node, items: dict[str, Item]) -> DerivedValue:
    found = node.keys(
        required=("label", "method", "items"), optional=("codes", "share", "missing_scores", "rise", "note")
    )
    method = _one_of(found["method"], Method)
    over = found["items"].texts()
    if over == (ALL_ITEMS,):
        over = tuple(items)
    codes = frozenset(found.texts("codes"))
    for item_id in over:
        if item_id not in items:
            raise found["items"].problem(f"there is no item “{item_id}”")
        if stray := {code for code in codes if not items[item_id].code(code)}:
            raise found["items"].problem(f"“{item_id}” cannot be answered with {', '.join(sorted(stray))}")
        if method is Method.HIGHEST and not items[item_id].ordered:
            raise found["items"].problem(f"“{item_id}” takes its choices from a list without an order")
    if method is not Method.HIGHEST and not codes:
        raise node.problem(f"the method {method} needs “codes”")
    if (method is Method.SHARE_REACHED) != ("share" in found):
        raise node.problem(f"“share”, in percent, goes with the method {Method.SHARE_REACHED}")
    if "missing_scores" in found and found["missing_scores"].text() != "zero":
        raise found["missing_scores"].problem("the only value is zero")
    return DerivedValue(
        id=name,
        label=found["label"].text(),
        method=method,
        items=over,
        codes=codes,
        share=found.whole_number("share") or 0,
        missing_scores_zero="missing_scores" in found,
        rise=found.flag("rise"),
        note=found.text("note"),
    )


def _alternatives(name: str, node: Node, items: dict[str, Item]) -> Alternatives:
    sets = tuple((set_name, members.texts()) for set_name, members in node.pairs())
    for _, members in sets:
        if stray := set(members) - set(items):
            raise node.problem(f"there is no item {', '.join(sorted(stray))}")
    return Alternatives(name, sets)


def _known_codes(node: Node, lists: CodeLists, list_id: str) -> tuple[str, ...]:
    codes = node.texts()
    for code in codes:
        if code not in lists[list_id]:
            raise node.problem(f"“{code}” is not in {list_id} {lists[list_id].name}")
    return codes


def _is_site(node: Node | None) -> bool:
    if node is None:
        return False
    if node.text() != "site":
        raise node.problem("the only value is site")
    return True


def _one_of[T: (ItemType, Unit, Method)](node: Node, kind: type[T]) -> T:
    try:
        return kind(node.text())
    except ValueError:
        raise node.problem(f"“{node.text()}” is not one of {', '.join(kind)}") from None


def _word(node: Node) -> str:
    if not CODE.fullmatch(node.text()):
        raise node.problem(f"“{node.text()}” is not an id: small letters, digits and underscores")
    return node.text()
