"""Nightly: do intervals cover and tests keep their level over 2,000 simulated studies?

Run: ``PYTHONPATH=src python benchmarks/evaluation/truth.py [--simulations 2000] [--seed 7]``. The results go to
``benchmarks/evaluation/truth.json``; the exit status is 1 where one is outside its bounds.
"""

from __future__ import annotations

import argparse
import json
import platform
import sys
import time
from pathlib import Path

import numpy
import scipy

from drive_evaluation.tests.simulated import outside, simulate


def main() -> int:
    """Simulate, write the results, and complain of what is outside its bounds."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--simulations", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=7)
    arguments = parser.parse_args()
    start = time.process_time()
    found = simulate(arguments.simulations, arguments.seed)
    wrong = outside(found)
    document = {
        "simulations": arguments.simulations,
        "seed": arguments.seed,
        "python": platform.python_version(),
        "numpy": numpy.__version__,
        "scipy": scipy.__version__,
        "cpu_seconds": round(time.process_time() - start),
        "percent": {name: round(value, 2) for name, value in found.items()},
        "outside": wrong,
    }
    text = json.dumps(document, indent=1) + "\n"
    (Path(__file__).parent / "truth.json").write_text(text, encoding="utf-8", newline="\n")
    sys.stdout.write(text)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
