"""Every address leads to a declared page; no view queries; nothing imports views but addresses."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

from drive.access.pages import Page

SOURCE = Path(__file__).resolve().parents[2] / "src" / "drive"


def _patterns(resolver: URLResolver | None = None, prefix: str = "") -> Iterator[tuple[str, Any]]:
    for entry in (resolver or get_resolver()).url_patterns:
        if isinstance(entry, URLResolver):
            yield from _patterns(entry, prefix + str(entry.pattern))
        elif isinstance(entry, URLPattern):
            yield prefix + str(entry.pattern), entry.callback


def test_every_address_is_a_declared_page() -> None:
    undeclared = [
        address for address, view in _patterns() if not isinstance(getattr(view, "page", None), Page)
    ]
    assert undeclared == []


def test_there_are_addresses() -> None:
    assert len(list(_patterns())) > 1


def _modules(pattern: str) -> list[Path]:
    return [p for p in SOURCE.rglob(pattern) if "tests" not in p.parts and "migrations" not in p.parts]


def test_views_hold_no_query() -> None:
    """A view parses, calls one query or one command, and renders (house: "how a line of code knows its room")."""
    faults = []
    for path in [*_modules("views.py"), *_modules("views/*.py")]:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Attribute) and node.attr == "objects":
                faults.append(f"{path.name}:{node.lineno} {ast.unparse(node)}")
            if isinstance(node, ast.Name) and node.id in {"get_object_or_404", "get_list_or_404"}:
                faults.append(f"{path.name}:{node.lineno} {node.id}")
    assert faults == []


def test_nothing_imports_views_but_addresses_and_views() -> None:
    faults = []
    for path in _modules("*.py"):
        if path.name in {"urls.py", "views.py"} or path.parent.name == "views":
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[-1] == "views":
                faults.append(f"{path.relative_to(SOURCE)}:{node.lineno}")
    assert faults == []


def test_context_is_never_set_for_longer_than_a_transaction() -> None:
    """Trap 5: `set_config(..., false)` and plain SET survive into the next request of a pooled connection."""
    faults = []
    for path in [*_modules("*.py"), *SOURCE.rglob("*.sql")]:
        text = path.read_text().lower()
        if "set_config(" in text:
            for part in text.split("set_config(")[1:]:
                inside = part.split(")")[0]
                if inside.rstrip().endswith("false"):
                    faults.append(path.name)
        if "set session " in text:
            faults.append(path.name)
    assert faults == []


def test_only_commands_and_loaders_write() -> None:
    """Nothing outside `commands.py` writes rows; loading a world and libraries' adapters are the named exceptions."""
    writers = {"create", "bulk_create", "save", "update", "delete", "update_or_create", "get_or_create"}
    allowed = {"commands.py", "models.py", "middleware.py", "drafts.py", "accounts.py"}
    faults = []
    for path in _modules("*.py"):
        if path.name in allowed or "demonstration" in path.parts or path.parent.name == "commands":
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and node.func.attr in writers
                and ".objects" in ast.unparse(node.func.value)
            ):
                faults.append(f"{path.relative_to(SOURCE)}:{node.lineno} {ast.unparse(node.func)}")
    assert faults == []
