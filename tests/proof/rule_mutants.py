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

import importlib
import os
import random
import signal
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable
from types import CodeType, FrameType

import pytest
from _pytest.runner import runtestprotocol
from hypothesis import Phase, settings

from tests.proof.made_wrong import Mutant, in_place, of_constants, of_functions, watched
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
    "drive.panels.rules": ("panels",),
    "drive.referrals.rules": ("referrals", "panels"),
    "drive.reporting.rules": ("reporting",),
    "drive.safety.position": ("safety",),
    "drive.safety.rules": ("safety",),
}
"""Modules of rules, and the apps whose tests answer for them."""

CHOSEN = [name for name in os.environ.get("DRIVE_PROOF_MODULES", "").split(",") if name] or list(JUDGES)
_PATIENCE = 60
"""Seconds, besides ten times what it took before, after which a test that a mutant holds up counts as failed."""
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
        if not _leaves_behind(item) and (set(CHOSEN) - set(JUDGES) or _app_of(item) in apps)
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


class _Judging:
    """Running tests by themselves: once to see what they call, then again for every mutant."""

    def __init__(self, session: pytest.Session, watched: dict[int, CodeType]) -> None:
        self.session, self.watched = session, watched
        self.called: dict[int, set[pytest.Item]] = defaultdict(set)
        """Ids of code to the tests that call it."""
        self.took: dict[pytest.Item, float] = {}
        self.said = ""
        """What the last one that failed said."""

    def passes(self, item: pytest.Item) -> bool:
        """Whether it passes now. Torn down to the session, whose fixtures live on."""

        def wake(number: int, frame: FrameType | None) -> None:
            raise TimeoutError

        before = signal.signal(signal.SIGALRM, wake)
        signal.alarm(_PATIENCE + int(10 * self.took[item]) if item in self.took else 0)
        try:
            reports = runtestprotocol(item, nextitem=self.session, log=False)  # type: ignore[arg-type]  # only its chain is asked
        finally:
            signal.alarm(0)
            signal.signal(signal.SIGALRM, before)
        self.said = next((report.longreprtext for report in reports if report.failed), "")
        return not any(report.failed for report in reports)

    def see_calls(self) -> list[str]:
        """Run everything once; the names of what fails by itself."""
        events, failed = sys.monitoring.events, []

        def started(code: CodeType, offset: int) -> None:
            self.called[id(code)].add(item)

        sys.monitoring.use_tool_id(_TOOL, "rule mutants")
        sys.monitoring.register_callback(_TOOL, events.PY_START, started)
        for code in self.watched.values():
            sys.monitoring.set_local_events(_TOOL, code, events.PY_START)
        try:
            for item in self.session.items:  # `started` reads which
                began = time.perf_counter()
                if not self.passes(item):
                    failed.append(f"{item.nodeid}\n{self.said}")
                self.took[item] = time.perf_counter() - began
        finally:
            sys.monitoring.free_tool_id(_TOOL)
        return failed

    def judges(self, mutant: Mutant) -> list[pytest.Item]:
        """The tests that may notice: those of the module's apps that call what was changed, quickest first."""
        apps = JUDGES.get(mutant.module)
        items = {item for code in mutant.read_by for item in self.called[code]}
        ours = [item for item in items if apps is None or _app_of(item) in apps]
        return sorted(ours, key=self.took.__getitem__)


def pytest_runtestloop(session: pytest.Session) -> bool:
    if session.config.option.collectonly:
        return False
    show = _printer(session)
    modules = [importlib.import_module(name) for name in CHOSEN]
    everything = [each for module in modules for each in (*of_functions(module), *of_constants(module))]
    drawn = random.Random(SEED).sample(everything, min(MUTANTS, len(everything))) if MUTANTS else everything
    judging = _Judging(session, watched(drawn))
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


def _printer(session: pytest.Session) -> Callable[..., None]:
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    assert reporter is not None

    def show(*lines: str) -> None:
        for line in lines:
            reporter.ensure_newline()
            reporter.write_line(line)

    return show
