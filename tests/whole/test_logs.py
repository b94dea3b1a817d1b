"""What a log line holds, and where it goes."""

from __future__ import annotations

import json
import logging

import pytest


def test_a_line_holds_no_argument_and_goes_to_standard_error_as_it_is_now(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Logging was set up long before this test, with another standard error."""
    logging.getLogger("django.request").warning("Not Found: %s", "/cases/canary/")
    line = json.loads(capsys.readouterr().err)
    assert line["event"] == "Not Found: %s"
    assert "canary" not in json.dumps(line)
