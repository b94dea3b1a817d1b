"""Reads the project's YAML definition files strictly: what is not understood is refused, with file and line.

Every scalar is text until the reader asks for something else, so that the codes `yes`, `no` and `null` stay
words, and version 1.10 does not become 1.1.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import yaml


class DefinitionError(ValueError):
    """A definition file cannot be used. The message names the file, the line and what to change."""

    def __init__(self, file: str, line: int, problem: str) -> None:
        self.file, self.line, self.problem = file, line, problem
        super().__init__(f"{file}, line {line}: {problem}")


# libyaml where PyYAML was built with it: the same nodes and lines, several times as fast at start-up.
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True, slots=True)
class Node:
    """One value of a definition file and where it stands."""

    file: str
    yaml: yaml.Node

    @property
    def line(self) -> int:
        """Line in the file, counted from 1."""
        return self.yaml.start_mark.line + 1

    def problem(self, text: str) -> DefinitionError:
        """An error that names this place; the caller raises it."""
        return DefinitionError(self.file, self.line, text)

    def text(self) -> str:
        """The value as text."""
        if not isinstance(self.yaml, yaml.ScalarNode):
            raise self.problem("expected a single value")
        return str(self.yaml.value).strip()

    def whole_number(self) -> int:
        """The value as a whole number."""
        try:
            return int(self.text())
        except ValueError:
            raise self.problem(f"expected a whole number, found “{self.text()}”") from None

    def day(self) -> date:
        """The value as a date, written year-month-day."""
        try:
            return date.fromisoformat(self.text())
        except ValueError:
            raise self.problem(f"expected a date such as 2026-11-21, found “{self.text()}”") from None

    def flag(self) -> bool:
        """The value as `true` or `false`; no other spelling is taken."""
        match self.text():
            case "true":
                return True
            case "false":
                return False
            case other:
                raise self.problem(f"expected true or false, found “{other}”")

    def sequence(self) -> list[Node]:
        """The value as a list."""
        if not isinstance(self.yaml, yaml.SequenceNode):
            raise self.problem("expected a list")
        return [Node(self.file, child) for child in self.yaml.value]

    def texts(self) -> tuple[str, ...]:
        """The value as a list of text; a single text counts as a list of one."""
        if isinstance(self.yaml, yaml.ScalarNode):
            return (self.text(),)
        return tuple(child.text() for child in self.sequence())

    def is_mapping(self) -> bool:
        """Whether the value has keys of its own."""
        return isinstance(self.yaml, yaml.MappingNode)

    def pairs(self) -> Iterator[tuple[str, Node]]:
        """Keys and values in file order. A key written twice is refused: YAML keeps the last in silence."""
        if not isinstance(self.yaml, yaml.MappingNode):
            raise self.problem("expected keys and values")
        seen: set[str] = set()
        for key_node, value_node in self.yaml.value:
            key = Node(self.file, key_node)
            if key.text() in seen:
                raise key.problem(f"“{key.text()}” is written twice")
            seen.add(key.text())
            yield key.text(), Node(self.file, value_node)

    def keys(self, *, required: tuple[str, ...] = (), optional: tuple[str, ...] = ()) -> Keys:
        """The value as a mapping with these keys and no others."""
        found = Keys(self.pairs())
        for key, node in found.items():
            if key not in required and key not in optional:
                known = ", ".join((*required, *optional))
                raise node.problem(f"unknown key “{key}” (known here: {known})")
        for key in required:
            if key not in found:
                raise self.problem(f"the key “{key}” is missing")
        return found


class Keys(dict[str, Node]):
    """The keys of one mapping. The methods read keys that may be left out."""

    def text(self, key: str) -> str:
        """The text of a key, "" if left out."""
        return self[key].text() if key in self else ""

    def texts(self, key: str) -> tuple[str, ...]:
        """The list of texts of a key, empty if left out."""
        return self[key].texts() if key in self else ()

    def flag(self, key: str, *, otherwise: bool = False) -> bool:
        """The flag of a key, or what holds when it is left out."""
        return self[key].flag() if key in self else otherwise

    def whole_number(self, key: str) -> int | None:
        """The whole number of a key, None if left out."""
        return self[key].whole_number() if key in self else None

    def pairs(self, key: str) -> Iterator[tuple[str, Node]]:
        """Keys and values of the mapping under a key, none if left out."""
        return self[key].pairs() if key in self else iter(())


def read(path: Path) -> Node:
    """The root of one definition file, or `DefinitionError` if it is not readable YAML."""
    try:
        root = yaml.compose(path.read_text(encoding="utf-8"), Loader=LOADER)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        raise DefinitionError(
            path.name, mark.line + 1 if mark else 1, f"not valid YAML: {error.problem}"
        ) from error
    if root is None:
        raise DefinitionError(path.name, 1, "the file is empty")
    return Node(path.name, root)
