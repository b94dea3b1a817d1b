"""The page about instruments is the one the definitions give."""

import re
from pathlib import Path

from drive.instruments.codelists import code_lists
from drive.instruments.documentation import render
from drive.instruments.library import library

PAGE = Path(__file__).parents[4] / "docs" / "instruments.md"


def test_the_page_is_current() -> None:
    assert PAGE.read_text(encoding="utf-8") == render(), (
        "run: python -m drive.instruments.documentation docs/instruments.md"
    )


def test_the_page_says_what_missing_means_and_where_pooling_is_refused() -> None:
    page = render()
    assert "| `not_recorded` | Missing | " in page
    assert "yes if 11 or more of 20 items (55%)" in page
    assert "Otherwise refused: Year 1 recorded whether there was contact" in page


def test_the_site_files_shown_can_be_loaded(tmp_path: Path) -> None:
    wording, extension = re.findall(r"```yaml\n(.*?)```", render(), re.DOTALL)
    (tmp_path / "wording.yaml").write_text(wording)
    (tmp_path / "extension.yaml").write_text(extension)
    dash = library().with_site(tmp_path / "wording.yaml").current("drive_dash")
    assert dash.item("q01").label == "The first question"
    assert code_lists().extended_by(tmp_path / "extension.yaml")["K-42"].label("cctv") == "Cameras"
