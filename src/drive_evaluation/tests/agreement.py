"""Whether two result files agree where numeric libraries took other code: texts alike, numbers to 1e-9.

A number agrees where the two differ by at most 1e-9, or by at most 1e-9 of the larger. Whole numbers, texts, branches,
notes, nulls and the order of all of them must be the same.
"""

from __future__ import annotations

import platform
from collections.abc import Iterator
from typing import Any

import numpy as np

TOLERANCE = 1e-9


def differences(one: Any, other: Any, path: str = "") -> Iterator[tuple[str, Any, Any]]:
    """Path, value and other value of all that does not agree."""
    if isinstance(one, float) and isinstance(other, float):
        if distance(one, other) > TOLERANCE:
            yield path, one, other
    elif type(one) is not type(other):
        yield path, one, other
    elif isinstance(one, dict):
        if list(one) != list(other):
            yield path, list(one), list(other)
            return
        for name in one:
            yield from differences(one[name], other[name], f"{path}/{name}")
    elif isinstance(one, list):
        if len(one) != len(other):
            yield path, len(one), len(other)
            return
        for place, (left, right) in enumerate(zip(one, other, strict=True)):
            yield from differences(left, right, f"{path}/{place}")
    elif one != other:
        yield path, one, other


def distance(one: float, other: float) -> float:
    """How far two numbers are from each other, absolute or as a share of the larger, whichever is less."""
    gap = abs(one - other)
    return min(gap, gap / max(abs(one), abs(other))) if gap else 0.0


def plain_kernels() -> dict[str, str]:
    """Environment in which OpenBLAS and NumPy take the plainest code they have, as on the oldest processor.

    Empty of effect where the platform's build knows neither variable; that is then one platform the less seen.
    """
    found = np.show_config(mode="dicts")["SIMD Extensions"].get("found", [])
    core = "Prescott" if platform.machine().lower() in ("x86_64", "amd64") else "ARMV8"
    return {"OPENBLAS_CORETYPE": core, "NPY_DISABLE_CPU_FEATURES": " ".join(found)}
