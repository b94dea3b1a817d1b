"""The command ``drive-evaluation``: run, validate, import, synthesise, release.

Exit status: 0 results written (warnings allowed), 1 the package breaks the contract or cannot be read, 2 usage.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from drive_evaluation import __version__
from drive_evaluation.disclosure import approve
from drive_evaluation.errors import EvaluationError
from drive_evaluation.incoming import import_return
from drive_evaluation.incoming.merging import KINDS
from drive_evaluation.output import write_release, write_run
from drive_evaluation.package import Package, read_package, write_package
from drive_evaluation.printed import distances
from drive_evaluation.run import evaluate
from drive_evaluation.study import Study
from drive_evaluation.synthetic import croydon, year1, year2
from drive_evaluation.synthetic.scaling import scaled
from drive_evaluation.validation import Problem, errors, validate

COHORTS = {"year1": year1, "year2": year2, "croydon": croydon}
REPORTS = ("year1", "year2", "croydon", "all")


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line; returns the exit status."""
    arguments = _parser().parse_args(argv)
    try:
        status: int = arguments.command(arguments)
    except EvaluationError as error:
        _complain(f"drive-evaluation: {error}")
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
    release = commands.add_parser("release", help="write protected results that may leave")
    release.add_argument("package", type=Path, metavar="PACKAGE")
    release.add_argument("--out", type=Path, required=True, metavar="DIR")
    release.add_argument("--report", choices=REPORTS, default="all")
    release.add_argument(
        "--approved-by", action="append", default=[], metavar="NAME", help="give twice: two people"
    )
    release.add_argument(
        "--after",
        action="append",
        default=[],
        type=Path,
        metavar="DIR",
        help="output folder of an earlier release about the same people; repeat for each",
    )
    release.add_argument("--quiet", action="store_true")
    release.set_defaults(command=_release)
    draw = commands.add_parser("synthesise", help="draw an invented cohort like a published one")
    draw.add_argument("--like", choices=tuple(COHORTS), required=True)
    draw.add_argument("--seed", type=int, default=1)
    draw.add_argument(
        "--perpetrators",
        type=int,
        help="size: randomised people for year2, rows of perpetrators for the others",
    )
    draw.add_argument(
        "--effect", type=float, default=0.1, help="extra chance that abuse stops in Drive (year2 only)"
    )
    draw.add_argument("--out", type=Path, required=True, metavar="DIR")
    draw.add_argument("--distance", action="store_true", help="evaluate the cohort and write distance.csv")
    draw.set_defaults(command=_synthesise)
    check = commands.add_parser("validate", help="check a package against the contract")
    check.add_argument("package", type=Path, metavar="PACKAGE")
    check.set_defaults(command=_validate)
    bring = commands.add_parser(
        "import", help="add what an IDVA service or the police sent back to a package"
    )
    bring.add_argument("kind", choices=tuple(KINDS), help="whose return it is")
    bring.add_argument("file", type=Path, metavar="FILE", help="comma-separated, keyed by pseudonyms")
    bring.add_argument("--into", type=Path, required=True, metavar="PACKAGE")
    bring.set_defaults(command=_import)
    return parser


def _progress(quiet: bool) -> Callable[[str], None]:
    if quiet or not sys.stderr.isatty():
        return lambda message: None

    def show(message: str) -> None:
        sys.stderr.write(f"\r\x1b[K{message[:110]}")
        sys.stderr.flush()

    return show


def _checked(package: Package) -> list[Problem]:
    problems = validate(package)
    for problem in problems:
        _complain(f"{problem.level}: {problem}")
    return problems


def _validate(arguments: argparse.Namespace) -> int:
    problems = _checked(read_package(arguments.package))
    if not problems:
        _say("the package keeps the contract")
    return 1 if errors(problems) else 0


def _import(arguments: argparse.Namespace) -> int:
    for name, count in import_return(arguments.kind, arguments.file, arguments.into).items():
        _say(f"{count:>9,}  {name}")
    return 0


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")


def _complain(text: str) -> None:
    sys.stderr.write(text + "\n")


def _release(arguments: argparse.Namespace) -> int:
    people = approve(arguments.approved_by)
    progress = _progress(arguments.quiet)
    package = read_package(arguments.package, progress)
    if errors(_checked(package)):
        _complain("drive-evaluation: the package breaks the contract; nothing released")
        return 1
    study = Study.from_package(package, progress=progress, masked=True)
    outcome = evaluate(study, arguments.report)
    hashes = write_release(
        package,
        study,
        outcome,
        arguments.out,
        report=arguments.report,
        approved_by=people,
        earlier=arguments.after,
    )
    progress("")
    for name, digest in hashes.items():
        _say(f"{digest}  {name}")
    return 0


def _synthesise(arguments: argparse.Namespace) -> int:
    module = COHORTS[arguments.like]
    if arguments.like == "year2":
        size = arguments.perpetrators or year2.PUBLISHED
        if size < 200:
            _complain("drive-evaluation: --perpetrators must be at least 200, so that both arms have people")
            return 2
        tables = year2.cohort(arguments.seed, size, arguments.effect)
    elif arguments.perpetrators is not None:
        if arguments.perpetrators < 50:
            _complain(
                "drive-evaluation: --perpetrators must be at least 50, so that there is something to count"
            )
            return 2
        tables = scaled(module.cohort, arguments.seed, arguments.perpetrators)
    else:
        tables = module.cohort(arguments.seed)
    extra = {"seed": arguments.seed, "like": arguments.like, "assumptions": module.ASSUMPTIONS}
    write_package(arguments.out, tables, evaluation=module.evaluation(), synthetic=True, extra=extra)
    if arguments.distance:
        package = read_package(arguments.out)
        outcome = evaluate(Study.from_package(package), arguments.like)
        rows = ["id,path,printed,computed,distance"]
        for item in distances(arguments.like, outcome.results):
            cells = [
                "" if value is None else repr(value) for value in (item.printed, item.computed, item.gap)
            ]
            rows.append(",".join([f'"{item.id}"', item.path, *cells]))
        (arguments.out / "distance.csv").write_text("\n".join(rows) + "\n", encoding="utf-8", newline="\n")
        gaps = [abs(item.gap) for item in distances(arguments.like, outcome.results) if item.gap is not None]
        near = sum(gap <= 0.5 for gap in gaps)
        _say(f"{near} of {len(gaps)} printed numbers within 0.5, largest distance {max(gaps):.3g}")
    return 0


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
        _complain(f"drive-evaluation: {len(errors(problems))} errors in the package; nothing computed")
        return 1
    study = Study.from_package(package, progress=progress, blrt=arguments.blrt)
    outcome = evaluate(study, arguments.report)
    hashes = write_run(
        package, study, outcome, arguments.out, report=arguments.report, results_only=arguments.results_only
    )
    progress("")
    for name, digest in hashes.items():
        _say(f"{digest}  {name}")
    _say(f"{len(outcome.results)} results, {len(outcome.skipped)} skipped")
    return 0


if __name__ == "__main__":
    sys.exit(main())
