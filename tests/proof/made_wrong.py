"""A module made wrong at every place of its functions and constants, in the running program (tests/proof/rule_mutants.py)."""

from __future__ import annotations

import ast
import importlib.util
import inspect
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import CodeType, FunctionType, ModuleType
from typing import Any

from tests.proof.mutation import in_order, more_variants, replaced, variants


@dataclass(frozen=True, slots=True)
class Mutant:
    """One mistake. `changes` are what it sets: of which object, which attribute, to what."""

    module: str
    name: str
    read_by: frozenset[int]
    """Ids of code: whoever calls one of these may notice."""
    changes: tuple[tuple[Any, str, Any], ...]


@contextmanager
def in_place(mutant: Mutant) -> Iterator[None]:
    """The mistake in the running program, which is put right afterwards."""
    before = [(of, name, getattr(of, name)) for of, name, _ in mutant.changes]
    try:
        for of, name, value in mutant.changes:
            setattr(of, name, value)
        yield
    finally:
        for of, name, value in before:
            setattr(of, name, value)


def functions(module: ModuleType) -> dict[str, FunctionType]:
    """A module's own functions and methods by qualified name."""
    found: dict[str, FunctionType] = {}
    for value in vars(module).values():
        members = vars(value).values() if isinstance(value, type) else [value]
        for member in members:
            one = member.fget if isinstance(member, property) else getattr(member, "__func__", member)
            if isinstance(one, FunctionType) and one.__module__ == module.__name__:
                found[one.__qualname__] = one
    return found


def _codes(code: CodeType) -> Iterator[CodeType]:
    yield code
    for inner in code.co_consts:
        if isinstance(inner, CodeType):
            yield from _codes(inner)


def _meaning(code: CodeType) -> object:
    """What two codes have in common that do the same, wherever they stand."""
    consts = tuple(
        _meaning(each) if isinstance(each, CodeType) else (type(each), repr(each)) for each in code.co_consts
    )
    return code.co_code, code.co_names, code.co_varnames, consts


def _words(source: str, node: ast.AST) -> str:
    shown = node.test if isinstance(node, ast.If) else node
    text = " ".join((ast.get_source_segment(source, shown) or "").split())
    return (f"if {text}" if isinstance(node, ast.If) else text)[:90]


def _mistakes(node: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    yield from variants(node)
    yield from more_variants(node)


def of_functions(module: ModuleType) -> Iterator[Mutant]:
    """Every mutant of the bodies of a module's functions that does something else than its function."""
    source = Path(inspect.getfile(module)).read_text()
    tree = ast.parse(source)
    live = functions(module)
    order = in_order(tree)
    place_of = {id(node): place for place, node in enumerate(order)}
    outermost = [
        (node, prefix)
        for parent, prefix in [(tree, "")]
        + [(each, f"{each.name}.") for each in tree.body if isinstance(each, ast.ClassDef)]
        for node in parent.body
        if isinstance(node, ast.FunctionDef)
    ]
    for definition, prefix in outermost:
        function = live[prefix + definition.name]
        seen = {_meaning(function.__code__)}
        times: Counter[str] = Counter()
        for line in definition.body:
            for node in in_order(line):
                for how, by in _mistakes(node):
                    whole = compile(replaced(tree, place_of[id(node)], by), str(module.__file__), "exec")
                    code = next(each for each in _codes(whole) if each.co_qualname == function.__qualname__)
                    if _meaning(code) in seen or code.co_freevars != function.__code__.co_freevars:
                        continue
                    seen.add(_meaning(code))
                    name = f"{module.__name__}.{function.__qualname__}: {_words(source, node)}: {how}"
                    times[name] += 1
                    yield Mutant(
                        module.__name__,
                        name + (f" #{times[name]}" if times[name] > 1 else ""),
                        frozenset({id(function.__code__)}),
                        ((function, "__code__", code),),
                    )


def of_constants(module: ModuleType) -> Iterator[Mutant]:
    """Every mutant of the constants that functions read, and of the numbers that stand for what is not given."""
    source = Path(inspect.getfile(module)).read_text()
    tree = ast.parse(source)
    for line in tree.body:
        if isinstance(line, ast.ClassDef):
            yield from _of_defaults(module, line)
            continue
        name, value = _named(line)
        if value is None or _is_words(value):
            continue
        holders = _importers(module, name)
        readers = frozenset(reader for holder, local in holders for reader in _readers(holder, local))
        original = vars(module)[name]
        seen = {repr(_sorted(original))}
        for node_place, node in enumerate(in_order(value)):
            for how, by in _mistakes(node):
                made = ast.Expression(replaced(value, node_place, by))
                try:
                    changed = eval(compile(made, str(module.__file__), "eval"), dict(vars(module)))
                except (TypeError, ValueError):  # no such value: nobody could write it and start
                    continue
                if repr(_sorted(changed)) in seen or not readers:
                    continue
                seen.add(repr(_sorted(changed)))
                yield Mutant(
                    module.__name__,
                    f"{module.__name__}.{name}: {_words(source, node)}: {how}",
                    readers,
                    (
                        *((holder, local, changed) for holder, local in holders),
                        *_given_as_default(module, tree, name, changed),
                    ),
                )


def _named(line: ast.stmt) -> tuple[str, ast.expr | None]:
    if isinstance(line, ast.AnnAssign) and isinstance(line.target, ast.Name):
        return line.target.id, line.value
    if isinstance(line, ast.Assign) and isinstance(line.targets[0], ast.Name):
        return line.targets[0].id, line.value
    return "", None


def _is_words(value: ast.expr) -> bool:
    """Whether it holds words alone: one text, or pairs of a code and its words."""
    if isinstance(value, ast.Dict):
        return all(isinstance(each, ast.Tuple | ast.Constant | ast.JoinedStr) for each in value.values)
    if isinstance(value, ast.Tuple):
        return all(isinstance(each, ast.Tuple) for each in value.elts)
    return isinstance(value, ast.Constant) and isinstance(value.value, str)


def _sorted(value: object) -> object:
    """A set in an order of its own, so that two of the same are written alike."""
    if isinstance(value, set | frozenset):
        return sorted(map(repr, value))
    if hasattr(value, "items"):
        return [(key, _sorted(each)) for key, each in value.items()]
    return value


def _importers(module: ModuleType, name: str) -> list[tuple[ModuleType, str]]:
    """Where a constant is held by name: its module, and every loaded one that imports it, by the name it has there."""
    found = [(module, name)]
    for other in list(sys.modules.values()):
        if other is module or not getattr(other, "__name__", "").startswith(("drive.", "tests.")):
            continue
        found += [(other, local) for local in _taken(other).get((module.__name__, name), ())]
    return found


_TAKEN: dict[str, dict[tuple[str, str], list[str]]] = {}


def _taken(module: ModuleType) -> dict[tuple[str, str], list[str]]:
    """What a module imports by name, at its head: (module, name) to its own names for it."""
    if module.__name__ not in _TAKEN:
        found: dict[tuple[str, str], list[str]] = defaultdict(list)
        path = getattr(module, "__file__", None)
        body = ast.parse(Path(path).read_text()).body if path and path.endswith(".py") else []
        for line in body:
            if isinstance(line, ast.ImportFrom):
                base = "." * line.level + (line.module or "")
                whence = importlib.util.resolve_name(base, module.__package__) if line.level else base
                for each in line.names:
                    found[whence, each.name].append(each.asname or each.name)
        _TAKEN[module.__name__] = found
    return _TAKEN[module.__name__]


def _readers(module: ModuleType, name: str) -> Iterator[int]:
    """Functions that read a name of their module, or an attribute called so of whatever they have."""
    ours = {module.__name__, module.__name__.rpartition(".")[2]}
    for other in list(sys.modules.values()):
        if other is not module and not (set(vars(other)) & ours and _is_ours(other)):
            continue
        for function in functions(other).values():
            if any(name in code.co_names for code in _codes(function.__code__)):
                yield id(function.__code__)


def _is_ours(module: ModuleType) -> bool:
    return getattr(module, "__name__", "").startswith(("drive.", "tests."))


def _given_as_default(
    module: ModuleType, tree: ast.Module, name: str, changed: object
) -> Iterator[tuple[Any, str, Any]]:
    """The constant where it stands for what is not given, in a function or in a field of a dataclass."""
    for line in tree.body:
        if isinstance(line, ast.ClassDef):
            for field in line.body:
                if isinstance(field, ast.AnnAssign) and _is_name(field.value, name):
                    assert isinstance(field.target, ast.Name)
                    yield _default(vars(module)[line.name].__init__, field.target.id, changed)
        elif isinstance(line, ast.FunctionDef):
            args = line.args
            pairs = zip(args.args[len(args.args) - len(args.defaults) :], args.defaults, strict=True)
            for arg, default in [*pairs, *zip(args.kwonlyargs, args.kw_defaults, strict=True)]:
                if _is_name(default, name):
                    yield _default(vars(module)[line.name], arg.arg, changed)


def _is_name(node: ast.expr | None, name: str) -> bool:
    return isinstance(node, ast.Name) and node.id == name


def _default(function: FunctionType, parameter: str, value: object) -> tuple[Any, str, Any]:
    """The change that gives a parameter another default."""
    if parameter in (function.__kwdefaults__ or {}):
        return function, "__kwdefaults__", {**(function.__kwdefaults__ or {}), parameter: value}
    code, defaults = function.__code__, list(function.__defaults__ or ())
    names = code.co_varnames[: code.co_argcount]
    defaults[names.index(parameter) - len(names)] = value
    return function, "__defaults__", tuple(defaults)


def _of_defaults(module: ModuleType, line: ast.ClassDef) -> Iterator[Mutant]:
    made = vars(module)[line.name]
    for field in line.body:
        if not (isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name) and field.value):
            continue
        if not isinstance(field.value, ast.Constant) or isinstance(field.value.value, str | None):
            continue
        for how, by in _mistakes(field.value):
            assert isinstance(by, ast.Constant)
            name = f"{module.__name__}.{line.name}.{field.target.id}: {field.value.value!r}: {how}"
            change = _default(made.__init__, field.target.id, by.value)
            yield Mutant(module.__name__, name, frozenset({id(made.__init__.__code__)}), (change,))


def watched(mutants: list[Mutant]) -> dict[int, CodeType]:
    """The code of whatever the mutants change or are read by."""
    wanted = {code for mutant in mutants for code in mutant.read_by}
    names = {mutant.module for mutant in mutants}
    loaded = [module for module in list(sys.modules.values()) if isinstance(module, ModuleType)]
    found = {
        id(one.__code__): one.__code__
        for module in loaded
        if _is_ours(module) or module.__name__ in names
        for one in [*functions(module).values(), *_makers(module)]
    }
    return {code: found[code] for code in wanted}


def _makers(module: ModuleType) -> Iterator[FunctionType]:
    """What makes a dataclass's objects."""
    for value in vars(module).values():
        maker = vars(value).get("__init__") if isinstance(value, type) else None
        if isinstance(maker, FunctionType):
            yield maker
