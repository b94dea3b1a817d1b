"""The command ``drive-evaluation``: run, validate, synthesise, release.

Exit status: 0 results written (warnings allowed), 1 the package breaks the contract or cannot be read, 2 usage.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from drive_evaluation import __version__
from drive_evaluation.errors import EvaluationError
from drive_evaluation.output import write_run
from drive_evaluation.package import Package, read_package
from drive_evaluation.run import evaluate
from drive_evaluation.study import Study
from drive_evaluation.validation import Problem, errors, validate

REPORTS = ("year1", "year2", "croydon", "all")


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line; returns the exit status."""
    arguments = _parser().parse_args(argv)
    try:
        status: int = arguments.command(arguments)
    except EvaluationError as error:
        print(f"drive-evaluation: {error}", file=sys.stderr)
        return 1
    return status


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="drive-evaluation", description="Evaluate a Drive data package.")
    parser.add_argument("--version", action="version", version=__version__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    run = commands.add_parser("run", help="compute the results and write the report")
    run.add_argument("package", type=Path, metavar="PACKAGE", help="folder that holds datapackage.json")
    run.add_argument("--out", type=Path, required=True, metavar="DIR", help="folder to write to")
    run.add_argument(
        "--report", choices=REPORTS, default="all", help="which report (default: all the data allow)"
    )
    run.add_argument("--results-only", action="store_true", help="write results.json and no documents")
    run.add_argument("--blrt", action="store_true", help="add the bootstrap likelihood-ratio test (slow)")
    run.add_argument("--quiet", action="store_true", help="show no progress")
    run.set_defaults(command=_run)
    check = commands.add_parser("validate", help="check a package against the contract")
    check.add_argument("package", type=Path, metavar="PACKAGE")
    check.set_defaults(command=_validate)
    return parser


def _progress(quiet: bool) -> Callable[[str], None]:
    if quiet or not sys.stderr.isatty():
        return lambda message: None

    def show(message: str) -> None:
        print(f"\r\x1b[K{message[:110]}", end="", file=sys.stderr, flush=True)

    return show


def _checked(package: Package) -> list[Problem]:
    problems = validate(package)
    for problem in problems:
        print(f"{problem.level}: {problem}", file=sys.stderr)
    return problems


def _validate(arguments: argparse.Namespace) -> int:
    problems = _checked(read_package(arguments.package))
    if not problems:
        print("the package keeps the contract")
    return 1 if errors(problems) else 0


def _run(arguments: argparse.Namespace) -> int:
    progress = _progress(arguments.quiet)
    package = read_package(arguments.package, progress)
    problems = _checked(package)
    arguments.out.mkdir(parents=True, exist_ok=True)
    (arguments.out / "validation.json").write_text(
        json.dumps([problem.to_json() for problem in problems], indent=1, ensure_ascii=False) + "\n",
        encoding="utf-8",
        newline="\n",
    )
    if errors(problems):
        print(
            f"drive-evaluation: {len(errors(problems))} errors in the package; nothing computed",
            file=sys.stderr,
        )
        return 1
    study = Study.from_package(package, progress=progress, blrt=arguments.blrt)
    outcome = evaluate(study, arguments.report)
    hashes = write_run(
        package, study, outcome, arguments.out, report=arguments.report, results_only=arguments.results_only
    )
    progress("")
    for name, digest in hashes.items():
        print(f"{digest}  {name}")
    print(f"{len(outcome.results)} results, {len(outcome.skipped)} skipped")
    return 0


if __name__ == "__main__":
    sys.exit(main())
