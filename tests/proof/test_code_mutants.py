"""The audit's verifier made wrong at every place of its code: its own tests notice each, or EXPLAINED says why not.

A mutant changes one comparison, condition, number, sign, result or step. It is put in place of the running code, the
tests of `drive/audit/tests/test_verify.py` are called, and the code is put right again.
"""

from __future__ import annotations

import ast
import inspect
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from io import StringIO
from pathlib import Path
from types import CodeType, FunctionType, ModuleType
from typing import Any

import pytest

from drive.audit import verify
from drive.audit.tests import test_verify
from tests.proof.mutation import in_order, replaced, variants

EXPLAINED: dict[str, str] = {
    "60: 1: one more": "sizes of peaks are only compared with each other",
    "63: size * 2: another sign": "sizes of peaks are only compared with each other",
    "63: 2: one more": "sizes of peaks are only compared with each other",
    "report.oldest_unsealed: another comparison": "of two of the same age either is the oldest",
}
"""Words of a mutant's name, and why nobody can notice it."""


def mutants(module: ModuleType) -> Iterator[tuple[str, CodeType]]:
    """Every mutant of a module's functions: its name, and the whole module compiled with it."""
    source = Path(inspect.getfile(module)).read_text()
    tree = ast.parse(source)
    inside = {
        id(part)
        for f in ast.walk(tree)
        if isinstance(f, ast.FunctionDef)
        for line in f.body
        for part in ast.walk(line)
    }
    for place, node in enumerate(in_order(tree)):
        for how, by in variants(node) if id(node) in inside else ():
            changed = replaced(tree, place, by)
            line = ast.get_source_segment(source, node) or ""
            assert isinstance(node, ast.expr | ast.stmt)
            name = f"{node.lineno}: {' '.join(line.split())[:70]}: {how}"
            yield name, compile(changed, str(module.__file__), "exec")


def _functions(names: dict[str, Any]) -> Iterator[tuple[str, FunctionType]]:
    """Functions and methods, with a name that is the same in two versions of a module."""
    for name, value in names.items():
        if isinstance(value, FunctionType):
            yield name, value
        elif isinstance(value, type):
            for inner, member in vars(value).items():
                function = member.fget if isinstance(member, property) else member
                if isinstance(function, FunctionType):
                    yield f"{name}.{inner}", function


@contextmanager
def in_place(module: ModuleType, mutated: CodeType) -> Iterator[None]:
    """The mutant's code in the module's own functions, so that whoever imported them runs it."""
    names: dict[str, Any] = {"__name__": module.__name__, "__file__": module.__file__}
    exec(mutated, names)
    ours = {n: f for n, f in _functions(vars(module)) if f.__module__ == module.__name__}
    theirs = dict(_functions(names))
    before = {name: function.__code__ for name, function in ours.items()}
    try:
        for name, function in ours.items():
            if function.__code__.co_freevars == theirs[name].__code__.co_freevars:
                function.__code__ = theirs[name].__code__
        yield
    finally:
        for name, function in ours.items():
            function.__code__ = before[name]


def noticed_by(tests: list[Callable[..., None]], folder: Path) -> bool:
    for test in tests:
        wanted = {"tmp_path": folder} if "tmp_path" in inspect.signature(test).parameters else {}
        try:
            with redirect_stdout(StringIO()), redirect_stderr(StringIO()):
                test(**wanted)
        except (Exception, SystemExit):
            return True
    return False


def test_every_mutant_of_the_verifier_is_noticed_or_explained(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(test_verify, "TRIES", 40)
    tests = [f for name, f in vars(test_verify).items() if name.startswith("test_")]
    assert not noticed_by(tests, tmp_path), "the tests fail by themselves"
    everything = list(mutants(verify))
    unnoticed = []
    for name, code in everything:
        with in_place(verify, code):
            if not noticed_by(tests, tmp_path) and not any(words in name for words in EXPLAINED):
                unnoticed.append(name)
    print(f"{len(everything)} mutants of the verifier, {len(unnoticed)} unnoticed")  # noqa: T201  # docs/proofs.md
    assert unnoticed == [], "\n".join(unnoticed)
    assert len(everything) > 60
