"""What is committed as built is what the sources say, and asks for no exception from the strict policy."""

from __future__ import annotations

import json
import re
from pathlib import Path

from drive.components.environment import TEMPLATES

ROOT = Path(__file__).parents[4]
# Says what a part is, beside elements that are styled.
WITHOUT_A_LOOK = {"drive-reader__account"}
BUILT = TEMPLATES.parent / "static" / "components"


def test_the_committed_script_is_its_source() -> None:
    assert (BUILT / "drive.js").read_text() == (ROOT / "assets" / "src" / "drive.js").read_text()


def test_every_class_a_template_names_is_in_the_stylesheet() -> None:
    css = (BUILT / "drive.css").read_text()
    styled = set(re.findall(r"\.((?:drive|govuk)-[a-zA-Z0-9_-]+)", css))
    named = {
        name
        for path in TEMPLATES.rglob("*.html")
        for classes in re.findall(r'class="([^"{%]+)"', path.read_text())
        for name in classes.split()
    }
    assert len(named) > 80
    assert named - styled == WITHOUT_A_LOOK


def test_versions_are_exact_and_no_lock_file_names_a_registry() -> None:
    package = json.loads((ROOT / "assets" / "package.json").read_text())
    assert all(re.fullmatch(r"\d+\.\d+\.\d+", version) for version in package["devDependencies"].values())
    assert not (ROOT / "assets" / "package-lock.json").exists()


def test_templates_hold_nothing_the_policy_forbids() -> None:
    for path in TEMPLATES.rglob("*.html"):
        source = path.read_text()
        assert not re.search(r"\sstyle=|\son[a-z]+=|javascript:|<style|\|safe\b", source), path.name
