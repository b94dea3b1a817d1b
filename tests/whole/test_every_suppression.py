"""A silenced warning says why: the text after the comment that silences it is the reason."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SILENCED = re.compile(r"#\s*(type: ignore(\[[^\]]*\])?|noqa(: [A-Z0-9, ]+)?)\s*$", re.MULTILINE)


def test_every_silenced_warning_has_its_reason_beside_it() -> None:
    found = [
        f"{path.relative_to(ROOT)}:{text[: match.start()].count(chr(10)) + 1}"
        for folder in ("src", "tests", "benchmarks")
        for path in sorted((ROOT / folder).rglob("*.py"))
        for text in [path.read_text(encoding="utf-8")]
        for match in SILENCED.finditer(text)
    ]
    assert found == []


def test_a_bare_one_would_be_noticed() -> None:
    assert SILENCED.search("x = y  # type: " + "ignore[arg-type]\n")
    assert not SILENCED.search("x = y  # noqa" + ": E712  # missing is neither\n")
