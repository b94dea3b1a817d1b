"""Whether results hold to 1e-9 whatever code the numeric libraries choose for the processor.

Run: ``PYTHONPATH=src python benchmarks/evaluation/kernels.py [--small] [--write]``. Each of the three invented cohorts, at
its published size (``--small``: 400 perpetrators), is evaluated once as it comes and once for each other choice. With
``--write`` what was seen goes to ``benchmarks/evaluation/kernels.json``. Exits non-zero where anything is further apart
than 1e-9.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy
import scipy

from drive_evaluation.tests.agreement import differences, distance, plain_kernels

HERE = Path(__file__).parent
PLAIN = plain_kernels()
CHOICES = {
    "OpenBLAS for Prescott": {"OPENBLAS_CORETYPE": "Prescott"},
    "OpenBLAS for Nehalem": {"OPENBLAS_CORETYPE": "Nehalem"},
    "OpenBLAS for Haswell": {"OPENBLAS_CORETYPE": "Haswell"},
    "OpenBLAS for Zen": {"OPENBLAS_CORETYPE": "Zen"},
    "OpenBLAS for SkylakeX": {"OPENBLAS_CORETYPE": "SkylakeX"},
    "NumPy without dispatched features": {"NPY_DISABLE_CPU_FEATURES": PLAIN["NPY_DISABLE_CPU_FEATURES"]},
    "C library without AVX2, FMA, AVX-512": {
        "GLIBC_TUNABLES": "glibc.cpu.hwcaps=-AVX2,-FMA,-FMA4,-AVX512F,-AVX512VL"
    },
    "the plainest of all": {
        **PLAIN,
        "GLIBC_TUNABLES": "glibc.cpu.hwcaps=-AVX2,-FMA,-FMA4,-AVX512F,-AVX512VL",
    },
    "one thread, other language, zone and hash seed": {
        "OPENBLAS_NUM_THREADS": "1",
        "LC_ALL": "tr_TR.UTF-8",
        "TZ": "Pacific/Kiritimati",
        "PYTHONHASHSEED": "77",
    },
}


def results(package: Path, out: Path, choice: dict[str, str]) -> tuple[bytes, Any]:
    """Bytes and content of ``results.json`` of one run in an environment."""
    command = (sys.executable, "-m", "drive_evaluation", "run", str(package), "--out", str(out))
    environment = {"PYTHONHASHSEED": "0", **os.environ, **choice}
    subprocess.run(
        (*command, "--results-only", "--quiet"), env=environment, check=True, stdout=subprocess.DEVNULL
    )
    data = (out / "results.json").read_bytes()
    return data, json.loads(data)


def floats(one: Any, other: Any) -> Iterator[float]:
    """Distances of all pairs of numbers that stand at the same place."""
    if isinstance(one, dict) and isinstance(other, dict):
        for name in one.keys() & other.keys():
            yield from floats(one[name], other[name])
    elif isinstance(one, list) and isinstance(other, list):
        for left, right in zip(one, other, strict=False):
            yield from floats(left, right)
    elif isinstance(one, float) and isinstance(other, float):
        yield distance(one, other)


def seen(cohort: str, small: bool, folder: Path) -> dict[str, dict[str, Any]]:
    """Choice → whether the bytes are the same, the largest distance, and what does not agree."""
    package = folder / cohort
    size = ("--perpetrators", "400") if small else ()
    command = (sys.executable, "-m", "drive_evaluation", "synthesise", "--like", cohort, *size)
    subprocess.run((*command, "--out", str(package)), check=True)
    data, content = results(package, folder / f"{cohort}-as-it-comes", {})
    found = {}
    for name, choice in CHOICES.items():
        sys.stderr.write(f"{cohort}: {name}\n")
        other_data, other = results(package, folder / f"{cohort}-other", choice)
        found[name] = {
            "same_bytes": data == other_data,
            "largest_distance": float(f"{max(floats(content, other)):.1e}"),
            "apart": [path for path, _, _ in differences(content, other)],
        }
    return found


def main() -> int:
    """Run all choices, write what was seen; 1 where anything is apart."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--small", action="store_true", help="400 perpetrators instead of the published size")
    parser.add_argument("--write", action="store_true", help="keep what was seen")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        cohorts = {
            cohort: seen(cohort, arguments.small, Path(name)) for cohort in ("year1", "year2", "croydon")
        }
    machine = {
        "machine": platform.machine(),
        "system": platform.system(),
        "python": platform.python_version(),
    }
    report = {**machine, "numpy": numpy.__version__, "scipy": scipy.__version__, "cohorts": cohorts}
    if arguments.write:
        text = json.dumps(report, indent=1, ensure_ascii=False) + "\n"
        (HERE / "kernels.json").write_text(text, encoding="utf-8", newline="\n")
    sys.stdout.write(json.dumps(report, indent=1, ensure_ascii=False) + "\n")
    return int(any(choice["apart"] for cohort in cohorts.values() for choice in cohort.values()))


if __name__ == "__main__":
    sys.exit(main())
