"""A pytest plugin: the rules made wrong at every place, in functions and in constants; the app's own tests must notice each.

    python -m pytest -p tests.proof.rule_mutants src/drive -q

Every collected test of the apps concerned runs once, and it is seen which of them call which rule. Then each mutant is put
in place of the running code, so that whoever imported it has it, and the tests that call it run, quickest first, until one
fails; then the code is put right again, and at the end all of them pass once more. Survivors that `EXPLAINED` does not
name fail the run, and so does an explanation that nothing needs.

`DRIVE_PROOF_MUTANTS` draws so many of them (0: all) by `DRIVE_PROOF_SEED`; `DRIVE_PROOF_MODULES` names other modules.
Lists of words to choose from are not rules and stay as they are; so do constants that are read on import only.
"""

from __future__ import annotations

import ast
import importlib
import importlib.util
import inspect
import os
import random
import signal
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import CodeType, FrameType, FunctionType, ModuleType
from typing import Any

import pytest
from _pytest.runner import runtestprotocol
from hypothesis import Phase, settings

from tests.proof.mutation import in_order, more_variants, replaced, variants
from tests.proof.rule_mutants_explained import EXPLAINED

MUTANTS = int(os.environ.get("DRIVE_PROOF_MUTANTS", "0"))
SEED = int(os.environ.get("DRIVE_PROOF_SEED", "20261122"))

JUDGES: dict[str, tuple[str, ...]] = {
    "drive.access.handing_over": ("access",),
    "drive.access.permissions": ("access",),
    "drive.advocacy.forecast": ("advocacy",),
    "drive.advocacy.rules": ("advocacy",),
    "drive.allocation.rules": ("allocation",),
    "drive.audit.record": ("audit",),
    "drive.audit.sealing": ("audit",),
    "drive.casework.rules": ("casework",),
    "drive.casework.transitions": ("casework",),
    "drive.referrals.rules": ("referrals", "panels"),
    "drive.reporting.rules": ("reporting",),
    "drive.safety.position": ("safety",),
    "drive.safety.rules": ("safety",),
}
"""Modules of rules, and the apps whose tests answer for them."""

CHOSEN = [name for name in os.environ.get("DRIVE_PROOF_MODULES", "").split(",") if name] or list(JUDGES)
_PATIENCE = 30
"""Seconds after which a test that a mutant holds up counts as failed."""
_TOOL = 4
"""A number of `sys.monitoring` that neither debuggers nor coverage nor profilers use."""


def pytest_configure(config: pytest.Config) -> None:
    """The same examples for every mutant, and none made smaller: it is enough that one fails."""
    settings.register_profile(
        "mutants", derandomize=True, database=None, deadline=None, phases=(Phase.explicit, Phase.generate)
    )
    settings.load_profile("mutants")
    config.option.tbstyle = "native"  # nobody reads these


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    apps = {app for module in CHOSEN for app in JUDGES.get(module, ())}
    items[:] = [
        item
        for item in items
        if item.get_closest_marker("browser") is None and (set(CHOSEN) - set(JUDGES) or _app_of(item) in apps)
    ]


def _leaves_behind(item: pytest.Item) -> bool:
    """Whether it commits, so that a mutant that breaks it halfway would leave rows to every later test; or needs Chromium."""
    names = {"committed", "transactional_db", "live_server"}
    marker = item.get_closest_marker("django_db")
    return bool(
        names & set(getattr(item, "fixturenames", ()))
        or item.get_closest_marker("browser")
        or (marker and marker.kwargs.get("transaction"))
    )


def _app_of(item: pytest.Item) -> str:
    """`casework` for `src/drive/casework/tests/test_closing.py`."""
    return item.path.parent.parent.name


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
            name = f"{module.__name__}.{line.name}.{field.target.id}: {field.value.value}: {how}"
            change = _default(made.__init__, field.target.id, by.value)
            yield Mutant(module.__name__, name, frozenset({id(made.__init__.__code__)}), (change,))


class _Judging:
    """Running tests by themselves: once to see what they call, then again for every mutant."""

    def __init__(self, session: pytest.Session, watched: dict[int, CodeType]) -> None:
        self.session, self.watched = session, watched
        self.called: dict[int, set[int]] = defaultdict(set)
        """Ids of code to the places of the tests that call it."""
        self.took: dict[int, float] = {}
        self.said = ""
        """What the last one that failed said."""

    def passes(self, item: pytest.Item) -> bool:
        """Whether it passes now. Torn down to the session, whose fixtures live on."""

        def wake(number: int, frame: FrameType | None) -> None:
            raise TimeoutError

        before = signal.signal(signal.SIGALRM, wake)
        signal.alarm(_PATIENCE)
        try:
            reports = runtestprotocol(item, nextitem=self.session, log=False)  # type: ignore[arg-type]  # only its chain is asked
        finally:
            signal.alarm(0)
            signal.signal(signal.SIGALRM, before)
        self.said = next((report.longreprtext for report in reports if report.failed), "")
        return not any(report.failed for report in reports)

    def see_calls(self) -> list[str]:
        """Run everything once; the names of what fails by itself."""
        events, failed, now = sys.monitoring.events, [], 0

        def started(code: CodeType, offset: int) -> None:
            self.called[id(code)].add(now)

        sys.monitoring.use_tool_id(_TOOL, "rule mutants")
        sys.monitoring.register_callback(_TOOL, events.PY_START, started)
        for code in self.watched.values():
            sys.monitoring.set_local_events(_TOOL, code, events.PY_START)
        try:
            for now, item in enumerate(self.session.items):  # `started` reads it
                began = time.perf_counter()
                if not self.passes(item):
                    failed.append(f"{item.nodeid}\n{self.said}")
                self.took[now] = time.perf_counter() - began
        finally:
            sys.monitoring.free_tool_id(_TOOL)
        return failed

    def judges(self, mutant: Mutant) -> list[pytest.Item]:
        """The tests that may notice: those of the module's apps that call what was changed, quickest first."""
        apps = JUDGES.get(mutant.module)
        places = {place for code in mutant.read_by for place in self.called[code]}
        items = self.session.items
        return [
            items[place]
            for place in sorted(places, key=self.took.__getitem__)
            if apps is None or _app_of(items[place]) in apps
        ]


def pytest_runtestloop(session: pytest.Session) -> bool:
    if session.config.option.collectonly:
        return False
    show = _printer(session)
    modules = [importlib.import_module(name) for name in CHOSEN]
    everything = [each for module in modules for each in (*of_functions(module), *of_constants(module))]
    drawn = random.Random(SEED).sample(everything, min(MUTANTS, len(everything))) if MUTANTS else everything
    judging = _Judging(session, _watched(drawn))
    failed = judging.see_calls()
    if failed:
        show("these fail by themselves:", *failed)
        session.testsfailed = len(failed)
        return True
    tally: dict[str, Counter[str]] = {module.__name__: Counter() for module in modules}
    wrong: list[str] = []
    for mutant in drawn:
        with in_place(mutant):
            noticed = any(not judging.passes(item) for item in judging.judges(mutant))
        explained = mutant.name in EXPLAINED
        tally[mutant.module]["noticed" if noticed else "explained" if explained else "survived"] += 1
        if noticed == explained:
            wrong.append(f"{'explained without need' if noticed else 'survived'}: {mutant.name}")
    if not MUTANTS:
        gone = {name for name in EXPLAINED if name.startswith(tuple(f"{each}." for each in CHOSEN))}
        wrong += [f"explained, and there is none: {name}" for name in sorted(gone - {m.name for m in drawn})]
    wrong += [
        f"not put right: {item.nodeid}\n{judging.said}" for item in session.items if not judging.passes(item)
    ]
    show(
        f"seed {SEED}: {len(drawn)} of {len(everything)} mutants, {len(session.items)} tests",
        *(f"{name}: {', '.join(f'{n} {how}' for how, n in each.items())}" for name, each in tally.items()),
        *wrong,
    )
    session.testsfailed = len(wrong)
    session.testscollected = max(session.testscollected, 1)
    return True


def _watched(mutants: list[Mutant]) -> dict[int, CodeType]:
    """The code of whatever the mutants change or are read by."""
    wanted = {code for mutant in mutants for code in mutant.read_by}
    loaded = [module for module in list(sys.modules.values()) if isinstance(module, ModuleType)]
    found = {
        id(one.__code__): one.__code__
        for module in loaded
        if _is_ours(module) or module.__name__ in CHOSEN
        for one in [*functions(module).values(), *_makers(module)]
    }
    return {code: found[code] for code in wanted}


def _makers(module: ModuleType) -> Iterator[FunctionType]:
    """What makes a dataclass's objects."""
    for value in vars(module).values():
        if isinstance(value, type) and isinstance(value.__init__, FunctionType):
            yield value.__init__


def _printer(session: pytest.Session) -> Callable[..., None]:
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")

    def show(*lines: str) -> None:
        for line in lines:
            reporter.ensure_newline()
            reporter.write_line(line)

    return show
