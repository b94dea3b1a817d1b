"""What a start of the server or of a command may not wait for."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

HEAVY = {"pandas", "scipy", "statsmodels", "openpyxl", "weasyprint", "frictionless"}
"""Libraries of those who compute, read lists or print: together they took longer to load than all the rest."""

LOADED = "import sys, json, drive.config.wsgi; print(json.dumps(sorted(sys.modules)))"


def test_a_start_loads_no_library_that_only_some_pages_need() -> None:
    ended = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", LOADED],
        cwd=Path(__file__).resolve().parents[2] / "src",
        check=True,
        capture_output=True,
        text=True,
    )
    loaded = set(json.loads(ended.stdout.splitlines()[-1]))
    assert "drive.reporting.views" in loaded, "the pages are loaded with the start"
    assert loaded & HEAVY == set()
