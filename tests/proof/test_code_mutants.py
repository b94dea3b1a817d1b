"""The audit's verifier made wrong at every place of its code: its own tests notice each, or EXPLAINED says why not.

A mutant changes one comparison, condition, number, sign, result or step. It is put in place of the running code, the
tests of `drive/audit/tests/test_verify.py` are called, and the code is put right again.
"""

from __future__ import annotations

import ast
import copy
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

EXPLAINED: dict[str, str] = {
    "50: 1: one more": "sizes of peaks are only compared with each other",
    "53: size * 2: another sign": "sizes of peaks are only compared with each other",
    "53: 2: one more": "sizes of peaks are only compared with each other",
    "report.oldest_unsealed: another comparison": "of two of the same age either is the oldest",
}
"""Words of a mutant's name, and why nobody can notice it."""

_OTHER: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Eq: ast.NotEq, ast.NotEq: ast.Eq, ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt,
    ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.In: ast.NotIn, ast.NotIn: ast.In,
}  # fmt: skip


def variants(node: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    """What a node could be by mistake."""
    if isinstance(node, ast.Compare) and len(node.ops) == 1:
        yield "another comparison", _with(node, ops=[_OTHER[type(node.ops[0])]()])
    elif isinstance(node, ast.BoolOp):
        yield "and for or", _with(node, op=ast.Or() if isinstance(node.op, ast.And) else ast.And())
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        yield "without not", node.operand
    elif isinstance(node, ast.BinOp | ast.AugAssign) and isinstance(node.op, ast.Add | ast.Sub | ast.Mult):
        yield "another sign", _with(node, op=ast.Sub() if isinstance(node.op, ast.Add) else ast.Add())
    elif isinstance(node, ast.Constant) and isinstance(node.value, bool):
        yield "the other truth", _with(node, value=not node.value)
    elif isinstance(node, ast.Constant) and isinstance(node.value, int):
        yield "one more", _with(node, value=node.value + 1)
    elif isinstance(node, ast.Constant) and isinstance(node.value, bytes):
        yield "another byte", _with(node, value=node.value + b"?")
    elif isinstance(node, ast.If):
        yield "always", _with(node, test=ast.Constant(True))
        yield "never", _with(node, test=ast.Constant(False))
    elif isinstance(node, ast.Return):
        yield "no result", ast.Pass() if node.value is None else _with(node, value=ast.Constant(None))
    elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Call | ast.Yield):
        yield "step left out", ast.If(ast.Constant(False), [node], [])  # still a generator where it was one


def _with(node: ast.AST, **fields: Any) -> ast.AST:
    made = copy.copy(node)
    for name, value in fields.items():
        setattr(made, name, value)
    return made


class _Replace(ast.NodeTransformer):
    def __init__(self, place: int, by: ast.AST) -> None:
        self.place, self.by, self.at = place, by, -1

    def visit(self, node: ast.AST) -> Any:
        self.at += 1
        return ast.copy_location(self.by, node) if self.at == self.place else self.generic_visit(node)


def mutants(module: ModuleType) -> Iterator[tuple[str, CodeType]]:
    """Every mutant of a module's functions: its name, and the whole module compiled with it."""
    source = Path(inspect.getfile(module)).read_text()
    tree = ast.parse(source)
    order: list[ast.AST] = []

    class Walk(ast.NodeVisitor):
        def visit(self, node: ast.AST) -> None:
            order.append(node)
            self.generic_visit(node)

    Walk().visit(tree)
    inside = {
        id(part)
        for f in ast.walk(tree)
        if isinstance(f, ast.FunctionDef)
        for line in f.body
        for part in ast.walk(line)
    }
    for place, node in enumerate(order):
        for how, by in variants(node) if id(node) in inside else ():
            changed = ast.fix_missing_locations(_Replace(place, by).visit(copy.deepcopy(tree)))
            line = ast.get_source_segment(source, node) or ""
            yield (
                f"{node.lineno}: {' '.join(line.split())[:70]}: {how}",
                compile(changed, module.__file__ or "", "exec"),
            )  # type: ignore[attr-defined]  # a module has a name space


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
