"""A site's own words over the placeholders of an instrument (C-29, R-80, R-81).

Licensed questions and level definitions do not come with the program. A site's file supplies them and names
the version it is written for; the result is a version of its own, so that a form keeps the words it was
answered under (R-10). Items that come with wording keep it: a reworded question could not be compared
across sites.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from drive.instruments.codelists import CODE
from drive.instruments.definitions import Definition, Item
from drive.instruments.strict_yaml import Keys, Node, read


def instrument_of(path: Path) -> tuple[str, str]:
    """The instrument id and version that a site's file is written for."""
    found = _keys(path)
    return found.text("instrument"), found.text("based_on")


def apply(path: Path, definition: Definition) -> Definition:
    """`definition` with the words of a site's file; its version becomes `1+site.2`.

    The file has `instrument`, `based_on`, `site`, `version` and any of `items` (label and hint of a
    question whose wording is the site's), `levels` (what each level of an item means) and `uses` (which set
    of alternative items the site asks). Anything else is a `DefinitionError`. Placeholders not replaced
    stay visible; `Definition.awaiting_wording` and `awaiting_levels` name them.
    """
    found = _keys(path)
    if (found.text("instrument"), found.text("based_on")) != (definition.id, definition.version):
        raise found["based_on"].problem(f"not written for {definition.id} version {definition.version}")
    if not CODE.fullmatch(found.text("site")):
        raise found["site"].problem(f"“{found.text('site')}” is not a short name of a site")
    items = {item.id: item for item in definition.all_items}
    for item_id, node in found.pairs("items"):
        items[item_id] = _worded(_item(items, item_id, node), node)
    for item_id, node in found.pairs("levels"):
        items[item_id] = _defined(_item(items, item_id, node), node)
    used = dict(definition.used)
    sets = {one.id: [name for name, _ in one.sets] for one in definition.alternatives}
    for name, node in found.pairs("uses"):
        if node.text() not in sets.get(name, ()):
            raise node.problem(f"“{name}: {node.text()}” is not a choice of {definition.id}")
        used[name] = node.text()
    return replace(
        definition,
        version=f"{definition.version}+{found.text('site')}.{found['version'].whole_number()}",
        all_items=tuple(items.values()),
        used=tuple(used.items()),
    )


def _keys(path: Path) -> Keys:
    return read(path).keys(
        required=("instrument", "based_on", "site", "version"), optional=("items", "levels", "uses")
    )


def _item(items: dict[str, Item], item_id: str, node: Node) -> Item:
    if item_id not in items:
        raise node.problem(f"there is no item “{item_id}”")
    return items[item_id]


def _worded(item: Item, node: Node) -> Item:
    if not item.wording_by_site:
        raise node.problem(f"“{item.id}” comes with its wording; a site cannot change it")
    found = node.keys(required=("label",), optional=("hint",))
    if not found.text("label"):
        raise found["label"].problem("the question is empty")
    return replace(item, label=found.text("label"), hint=found.text("hint"))


def _defined(item: Item, node: Node) -> Item:
    if not item.levels_by_site:
        raise node.problem(f"“{item.id}” has no levels that a site defines")
    words = dict(item.level_definitions)
    for code, text in node.pairs():
        if code not in words:
            raise text.problem(f"“{code}” is not a level that a site defines ({', '.join(words)})")
        words[code] = text.text()
    return replace(item, level_definitions=tuple(words.items()))
