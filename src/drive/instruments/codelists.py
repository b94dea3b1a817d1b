"""Code lists (K-01 to K-63) as versioned data, R-07.

Codes are stable and never removed; labels may change. A list with several parts in one K number is several
lists here, named `K-10.kind`, `K-10.outcome` and so on. A site may add codes to an extensible list and reword
its labels; nothing else.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from pathlib import Path
from types import MappingProxyType

from drive.instruments.strict_yaml import Node, read

BUILT_IN = Path(__file__).parent / "codelists"
MISSING_STATES = "K-01"
OFFERED_STATES = ("unknown", "not_asked", "not_applicable", "declined")
"""The missing states a person may give. `not_recorded` and `not_collected` are computed (R-04, R-05)."""
CODE = re.compile(r"[a-z][a-z0-9_]*")
LIST_ID = re.compile(r"K-\d\d(\.[a-z]+)?|[a-z][a-z_]*")


class UnknownCodeError(LookupError):
    """A list or a code that does not exist was asked for."""


@dataclass(frozen=True, slots=True)
class Code:
    """One entry of a code list.

    `missing` names the missing state (K-01) that the code stands for, where a list has its own word for one:
    `nk` in K-29 is `unknown`. `computed` codes are worked out and may never be offered or entered.
    """

    code: str
    label: str
    definition: str = ""
    aliases: tuple[str, ...] = ()
    retired: bool = False
    computed: bool = False
    missing: str = ""
    added_by: str = ""

    @property
    def offered(self) -> bool:
        """Whether a form may offer the code today."""
        return not (self.retired or self.computed)


@dataclass(frozen=True, slots=True)
class RollUp:
    """A named group of codes that is printed beside its parts, never instead of them."""

    name: str
    label: str
    codes: frozenset[str]


@dataclass(frozen=True, slots=True)
class CodeList:
    """One dated version of a code list. `ordered` lists run from least to most."""

    id: str
    name: str
    version: str
    dated: date
    source: tuple[str, ...]
    codes: tuple[Code, ...]
    extensible: bool = False
    ordered: bool = False
    note: str = ""
    rollups: tuple[RollUp, ...] = ()

    def __contains__(self, code: object) -> bool:
        return any(entry.code == code for entry in self.codes)

    def entry(self, code: str) -> Code:
        """The entry of a code, retired ones included; `UnknownCodeError` otherwise."""
        for entry in self.codes:
            if entry.code == code:
                return entry
        raise UnknownCodeError(f"{self.id} {self.name} has no code “{code}”")

    def label(self, code: str) -> str:
        """What to print for a code, retired ones included; `UnknownCodeError` otherwise."""
        return self.entry(code).label

    def choices(self, *, current_only: bool = True) -> list[tuple[str, str]]:
        """Pairs of code and label in list order; by default without retired and computed codes."""
        return [(entry.code, entry.label) for entry in self.codes if entry.offered or not current_only]

    def find(self, text: str) -> str | None:
        """The code whose code, label or alias is `text`, whatever its capitals; None if there is not one."""
        wanted = text.strip().casefold()
        for entry in self.codes:
            if wanted in {word.casefold() for word in (entry.code, entry.label, *entry.aliases)}:
                return entry.code
        return None

    def missing_state(self, code: str) -> str:
        """The missing state (K-01) a code stands for, or "" if it is a real answer."""
        return self.entry(code).missing

    def rank(self, code: str) -> int | None:
        """Place in an ordered list, 0 the least; None for codes that stand for a missing state."""
        if not self.ordered:
            raise ValueError(f"{self.id} {self.name} has no order")
        if self.entry(code).missing:
            return None
        return [entry.code for entry in self.codes if not entry.missing].index(code)

    def roll_up(self, name: str) -> frozenset[str]:
        """The codes of a roll-up; `UnknownCodeError` if the list has none of that name."""
        for rollup in self.rollups:
            if rollup.name == name:
                return rollup.codes
        raise UnknownCodeError(f"{self.id} {self.name} has no roll-up “{name}”")


class CodeLists(Mapping[str, CodeList]):
    """Every code list in force at one site, by id. Never changes; `extended_by` gives a new one."""

    def __init__(self, lists: Mapping[str, CodeList]) -> None:
        self._lists = MappingProxyType(dict(lists))

    def __getitem__(self, list_id: str) -> CodeList:
        try:
            return self._lists[list_id]
        except KeyError:
            parts = [known for known in self._lists if known.startswith(f"{list_id}.")]
            hint = f"; it has the parts {', '.join(parts)}" if parts else ""
            raise UnknownCodeError(f"there is no code list “{list_id}”{hint}") from None

    def __contains__(self, list_id: object) -> bool:
        return list_id in self._lists

    def __iter__(self) -> Iterator[str]:
        return iter(self._lists)

    def __len__(self) -> int:
        return len(self._lists)

    def extended_by(self, path: Path) -> CodeLists:
        """These lists with one site's file laid over them.

        The file has `site`, `version` and `lists`; each list may have `add` (new codes) and `rename` (new
        labels). Codes cannot be removed or changed, and lists that are not extensible cannot be touched:
        `DefinitionError` names the line.
        """
        found = read(path).keys(required=("site", "version", "lists"))
        site = _name(found["site"])
        stamp = f"{site}.{found['version'].whole_number()}"
        lists = dict(self._lists)
        for list_id, node in found["lists"].pairs():
            if list_id not in lists:
                raise node.problem(f"there is no code list “{list_id}”")
            if not lists[list_id].extensible:
                raise node.problem(f"{list_id} {lists[list_id].name} is the same at every site")
            lists[list_id] = _extend(lists[list_id], node, site, stamp)
        return CodeLists(lists)


def load(folder: Path) -> CodeLists:
    """All code lists of a folder's `.yaml` files. Any doubt about a file is a `DefinitionError`."""
    lists: dict[str, CodeList] = {}
    for path in sorted(folder.glob("*.yaml")):
        for list_id, node in read(path).pairs():
            if list_id in lists:
                raise node.problem(f"the list “{list_id}” is already defined in another file")
            lists[list_id] = _code_list(list_id, node)
    return CodeLists(lists)


@cache
def code_lists() -> CodeLists:
    """The lists that come with the program, read once."""
    return load(BUILT_IN)


def code_list(list_id: str) -> CodeList:
    """A list that comes with the program, as `code_list("K-28")`; `UnknownCodeError` if there is none."""
    return code_lists()[list_id]


def _code_list(list_id: str, node: Node) -> CodeList:
    if not LIST_ID.fullmatch(list_id):
        raise node.problem(f"“{list_id}” is not a list id such as K-28, K-10.kind or look_back")
    found = node.keys(
        required=("name", "version", "dated", "source", "codes"),
        optional=("extensible", "ordered", "note", "rollups"),
    )
    codes = tuple(_code(code, entry) for code, entry in found["codes"].pairs())
    if not codes:
        raise found["codes"].problem("a list needs at least one code")
    known = {entry.code for entry in codes}
    rollups = []
    for name, entry in found.pairs("rollups"):
        parts = entry.keys(required=("label", "codes"))
        members = frozenset(parts["codes"].texts())
        if strangers := members - known:
            raise entry.problem(
                f"the roll-up “{name}” names codes the list has not: {', '.join(sorted(strangers))}"
            )
        rollups.append(RollUp(name, parts["label"].text(), members))
    return CodeList(
        id=list_id,
        name=found["name"].text(),
        version=str(found["version"].whole_number()),
        dated=found["dated"].day(),
        source=found["source"].texts(),
        codes=codes,
        extensible=found.flag("extensible"),
        ordered=found.flag("ordered"),
        note=found.text("note"),
        rollups=tuple(rollups),
    )


def _code(code: str, node: Node, *, added_by: str = "") -> Code:
    if not CODE.fullmatch(code):
        raise node.problem(f"“{code}” is not a code: small letters, digits and underscores, a letter first")
    if not node.is_mapping():
        return Code(code, _label(node), added_by=added_by)
    found = node.keys(
        required=("label",), optional=("definition", "aliases", "retired", "computed", "missing")
    )
    if found.text("missing") not in ("", *OFFERED_STATES):
        raise found["missing"].problem(f"“{found.text('missing')}” is not a missing state of K-01")
    return Code(
        code=code,
        label=_label(found["label"]),
        definition=found.text("definition"),
        aliases=found.texts("aliases"),
        retired=found.flag("retired"),
        computed=found.flag("computed"),
        missing=found.text("missing"),
        added_by=added_by,
    )


def _extend(base: CodeList, node: Node, site: str, stamp: str) -> CodeList:
    found = node.keys(optional=("add", "rename"))
    codes = {entry.code: entry for entry in base.codes}
    for code, entry in found.pairs("rename"):
        if code not in codes:
            raise entry.problem(f"{base.id} has no code “{code}” to rename")
        codes[code] = replace(codes[code], label=_label(entry))
    for code, entry in found.pairs("add"):
        if code in codes:
            raise entry.problem(f"{base.id} already has the code “{code}”; use rename to change its label")
        codes[code] = _code(code, entry, added_by=site)
    return replace(base, version=f"{base.version}+{stamp}", codes=tuple(codes.values()))


def _label(node: Node) -> str:
    if not node.text():
        raise node.problem("a code needs a label")
    return node.text()


def _name(node: Node) -> str:
    if not CODE.fullmatch(node.text()):
        raise node.problem(f"“{node.text()}” is not a short name: small letters, digits and underscores")
    return node.text()
