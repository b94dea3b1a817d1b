"""Benchmarks of the evaluation library: time and memory of whole runs, latent classes beside StepMix.

Run: ``PYTHONPATH=src python benchmarks/evaluation/run.py [--large]``. Results go to
``benchmarks/evaluation/results.json``; processor seconds stand beside wall seconds, because other work on the machine
lengthens the wall time. Coverage and level are simulated by ``truth.py``.
"""

from __future__ import annotations

import argparse
import json
import platform
import resource
import subprocess
import sys
import tempfile
import time
import warnings
from pathlib import Path

import numpy as np

from drive_evaluation.statistics.latent_classes import fit_classes

HERE = Path(__file__).parent


def command(*arguments: str) -> dict[str, float]:
    """Processor seconds, wall seconds and peak memory of one run of the command."""
    sys.stderr.write(" ".join(arguments[:3]) + "\n")
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.perf_counter()
    subprocess.run(
        [sys.executable, "-m", "drive_evaluation", *arguments], check=True, stdout=subprocess.DEVNULL
    )
    wall = time.perf_counter() - start
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return {
        "cpu_seconds": round(cpu, 1),
        "wall_seconds": round(wall, 1),
        "peak_mb": round(after.ru_maxrss / 1024),
    }


def whole_runs(large: bool) -> dict[str, dict[str, float]]:
    """A package of the Year 2 size: results alone, the whole report; on request 100,000 perpetrators."""
    found = {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        command("synthesise", "--like", "year2", "--out", str(folder / "cohort"))
        run = ("run", str(folder / "cohort"), "--report", "year2", "--quiet")
        found["year2_results_only"] = command(*run, "--out", str(folder / "a"), "--results-only")
        found["year2_whole_report"] = command(*run, "--out", str(folder / "b"))
        if large:
            command(
                "synthesise", "--like", "year2", "--perpetrators", "100000", "--out", str(folder / "large")
            )
            big = ("run", str(folder / "large"), "--report", "year2", "--quiet", "--results-only")
            found["100000_perpetrators"] = command(*big, "--out", str(folder / "c"))
    return found


def classes_beside_stepmix() -> dict[str, float]:
    """2,000 rows, 12 binary items, four classes, 20 starts to 1e-10: seconds and log-likelihood of both programs."""
    from stepmix.stepmix import StepMix

    rng = np.random.default_rng(1)
    probability = rng.uniform(0.1, 0.9, (4, 12))
    data = (rng.random((2000, 12)) < probability[rng.integers(0, 4, 2000)]).astype(float)
    start = time.process_time()
    ours = fit_classes(data, 4, seed=1)
    middle = time.process_time()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # deprecations inside StepMix
        theirs = StepMix(
            4, measurement="binary", n_init=20, abs_tol=1e-10, max_iter=10_000, random_state=1, progress_bar=0
        )
        theirs.fit(data)
    end = time.process_time()
    assert ours is not None
    return {
        "ours_seconds": round(middle - start, 2),
        "stepmix_seconds": round(end - middle, 2),
        "ours_log_likelihood": round(ours.log_likelihood, 4),
        "stepmix_log_likelihood": round(float(theirs.score(data)) * len(data), 4),
        "starts_at_best": ours.best_found,
    }


def main() -> None:
    """Run the benchmarks and write their results."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--large", action="store_true", help="add 100,000 perpetrators")
    arguments = parser.parse_args()
    results = {
        "machine": {"cpus": 2, "python": platform.python_version(), "system": platform.system()},
        "runs": whole_runs(arguments.large),
        "latent_classes": classes_beside_stepmix(),
    }
    (HERE / "results.json").write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8", newline="\n")
    sys.stdout.write(json.dumps(results, indent=1) + "\n")


if __name__ == "__main__":
    main()
