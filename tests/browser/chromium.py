"""Which Chromium the walks drive: the shell without a window, at half the cost, or else the whole browser."""

from __future__ import annotations

import shutil

EXECUTABLE = shutil.which("chromium-headless-shell") or shutil.which("chromium")
"""The program, or none where neither is installed. What a profile keeps is asked of the whole browser (test_canaries.py)."""
