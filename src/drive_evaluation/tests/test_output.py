"""What a run writes: the same bytes each time, guarded cells, a tagged report, sentences that cannot contradict."""

from __future__ import annotations

import json
import re
import shutil
import zlib
from itertools import count, pairwise, zip_longest
from pathlib import Path
from types import SimpleNamespace

import docx
import pytest
from docx.oxml.ns import qn

from drive_evaluation.cli import main
from drive_evaluation.figures import draw, write_figures
from drive_evaluation.output import charts_of
from drive_evaluation.package import Package
from drive_evaluation.presentation import p_text, rounded
from drive_evaluation.report import item_of
from drive_evaluation.results import write_results
from drive_evaluation.run import Outcome, evaluate
from drive_evaluation.sentences import FORBIDDEN, ContradictionError, claim_all, sentences
from drive_evaluation.study import Study
from drive_evaluation.tables import guarded, write_tables

BROWSER = shutil.which("chromium-headless-shell") or shutil.which("chromium")


def files(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def differences(one: dict[str, bytes], two: dict[str, bytes]) -> list[str]:
    """Each file that is not the same in both, with its first differing line, so that a failure seen once tells its cause."""
    found = [f"{name}: in one of the two alone" for name in sorted(one.keys() ^ two.keys())]
    for name in sorted(one.keys() & two.keys()):
        lines = zip_longest(one[name].splitlines(), two[name].splitlines())
        for number, (first, second) in enumerate(lines, start=1):
            if first != second:
                found.append(f"{name}, line {number}: {first!r:.300} and {second!r:.300}")
                break
    return found


@pytest.fixture(scope="module")
def run(packages: dict[str, Package], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The output folder of one whole run."""
    folder = tmp_path_factory.mktemp("run")
    assert main(["run", str(packages["croydon"].path), "--out", str(folder), "--report", "croydon"]) == 0
    return folder


def test_the_same_package_gives_the_same_bytes(
    run: Path, packages: dict[str, Package], tmp_path: Path
) -> None:
    study = Study.from_package(packages["croydon"])
    outcome = evaluate(study, "croydon")
    documents = [result.to_json() for result in outcome.results]
    write_results(outcome.results, tmp_path / "results.json")
    write_tables(documents, tmp_path, study.settings)
    write_figures(charts_of("cr", "croydon", documents), tmp_path)
    one, two = files(run), files(tmp_path)
    assert len(two) > 40
    assert differences({name: one[name] for name in two if name in one}, two) == []


def test_a_difference_in_bytes_is_told_by_file_and_line() -> None:
    assert differences({"a": b"1\n2\n"}, {"a": b"1\n3\n"}) == ["a, line 2: b'2' and b'3'"]
    assert differences({"a": b"1"}, {}) == ["a: in one of the two alone"]
    assert differences({"a": b"1"}, {"a": b"1"}) == []


def test_no_figure_depends_on_how_busy_the_machine_is(
    outcomes: dict[str, Outcome], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The search for the best place of a key warns after a second; here every look at the clock takes ten."""
    monkeypatch.setattr("matplotlib.legend.time", SimpleNamespace(perf_counter=count(step=10).__next__))
    charts = {}
    for spec, report in (("y2", "year2"), ("cr", "croydon")):
        documents = [result.to_json() for result in outcomes[report].results]
        for chart in charts_of(spec, report, documents):
            charts[chart.exhibit.shape, len(chart.series) > 1] = chart
    assert {("bars", True), ("columns", True), ("lines", True), ("stacked", True), ("dual", True)} <= set(
        charts
    )
    for chart in charts.values():
        draw(chart).draw_without_rendering()


def test_every_figure_stands_with_its_numbers(run: Path) -> None:
    page = (run / "report.html").read_text(encoding="utf-8")
    drawn = [path.stem for path in (run / "figures").glob("*.svg")]
    for name in drawn:
        assert f"figures/{name}.svg" in page
    assert page.count("<caption>") >= len(drawn)
    assert "Synthetic data" in page
    assert "E-CR-24" in page


def test_axe_finds_nothing_wrong_with_the_page(run: Path) -> None:
    sync_api = pytest.importorskip("playwright.sync_api")
    axe = pytest.importorskip("axe_playwright_python.sync_playwright")
    if not BROWSER:
        pytest.skip("Chromium is not installed")
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=BROWSER, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page(viewport={"width": 375, "height": 800})
        page.goto((run / "report.html").as_uri())
        # Of each table two rows and of the sections three: enough of every kind of element, in a tenth of the time.
        page.evaluate(
            "document.querySelectorAll('tbody tr:nth-child(n+3), section:nth-of-type(n+4)').forEach(e => e.remove())"
        )
        found = axe.Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
        width = page.evaluate("document.documentElement.scrollWidth")
        browser.close()
    assert [(each["id"], [node["html"] for node in each["nodes"]]) for each in found] == []
    assert width == 375


def test_the_word_document_tells_its_language_headings_tables_and_figures(run: Path) -> None:
    document = docx.Document(str(run / "report.docx"))
    assert {mark.get(qn("w:val")) for mark in document.styles.element.iter(qn("w:lang"))} == {"en-GB"}
    assert document.core_properties.language == "en-GB"
    assert document.core_properties.title == "Evaluation report: Croydon measures"
    assert (document.core_properties.created.year, document.core_properties.author) == (2000, "")
    names = [p.style.name for p in document.paragraphs if p.style and p.style.name]
    levels = [0 if name == "Title" else int(name[-1]) for name in names if name.startswith(("Title", "Head"))]
    assert levels[0] == 0
    assert all(later <= earlier + 1 for earlier, later in pairwise(levels))
    for table in document.tables:
        marks = [bool(row._tr.xpath("./w:trPr/w:tblHeader")) for row in table.rows]
        assert marks == [True] + [False] * (len(marks) - 1)
        assert len(marks) > 1
        assert table._tbl.tblPr.xpath("./w:tblCaption")
    assert len(document.inline_shapes) == len(list((run / "figures").glob("*.png")))
    assert all("numbers are in the table" in s._inline.docPr.get("descr") for s in document.inline_shapes)
    said = [p for p in document.paragraphs if not p._p.xpath(".//w:drawing")]
    assert [p.style.name for p in said if p.style and not p.text.strip()] == []
    section = document.sections[0]
    assert section.page_width is not None
    assert round(section.page_width.mm) == 210


def test_the_pdf_is_tagged_and_tells_its_language_title_and_figures(run: Path) -> None:
    data = (run / "report.pdf").read_bytes()
    parts = [data]
    for stream in re.findall(rb"stream\r?\n(.*?)\r?\nendstream", data, re.DOTALL):
        try:
            parts.append(zlib.decompress(stream))
        except zlib.error:
            continue  # a stream that is not compressed is in the file as it stands
    text = b"".join(parts)
    for mark in (
        b"/Lang (en-GB)",
        b"/Marked true",
        b"/DisplayDocTitle true",
        b"/StructTreeRoot",
        b"pdfuaid:part",
    ):
        assert mark in text, mark
    assert b"/Title (Evaluation report: Croydon measures)" in text
    assert (
        len(re.findall(rb"/S /Figure\b", text))
        == len(re.findall(rb"/Alt \(", text))
        == len(list((run / "figures").glob("*.png")))
    )
    assert re.search(rb"/S /H1\b", text)
    assert re.search(rb"/S /TH\b", text)


def test_results_only_writes_no_documents(packages: dict[str, Package], tmp_path: Path) -> None:
    assert (
        main(
            [
                "run",
                str(packages["croydon"].path),
                "--out",
                str(tmp_path),
                "--report",
                "croydon",
                "--results-only",
            ]
        )
        == 0
    )
    assert {path.name for path in tmp_path.iterdir()} == {
        "results.json",
        "lists.json",
        "skipped.json",
        "validation.json",
    }
    document = json.loads((tmp_path / "results.json").read_text(encoding="utf-8"))
    assert {
        "measure",
        "exhibit",
        "population",
        "subgroup",
        "dimensions",
        "n",
        "n_missing",
        "values",
        "test",
    } <= set(document[0])


def test_exit_status_tells_a_broken_package_from_wrong_usage(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["run", str(tmp_path), "--out", str(tmp_path / "out")]) == 1
    assert "datapackage.json" in capsys.readouterr().err
    with pytest.raises(SystemExit) as caught:
        main(["run"])
    assert caught.value.code == 2
    assert main(["synthesise", "--like", "croydon", "--perpetrators", "5", "--out", str(tmp_path)]) == 2


def test_a_release_is_written_with_both_names_and_no_small_count(
    packages: dict[str, Package], tmp_path: Path
) -> None:
    path = str(packages["croydon"].path)
    assert (
        main(["release", path, "--out", str(tmp_path), "--report", "croydon", "--approved-by", "Ada Example"])
        == 1
    )
    assert not (tmp_path / "release").exists()
    both = ["--approved-by", "Ada Example", "--approved-by", "Bo Example"]
    assert main(["release", path, "--out", str(tmp_path), "--report", "croydon", *both]) == 0
    record = json.loads((tmp_path / "release" / "release.json").read_text(encoding="utf-8"))
    assert record["approved_by"] == ["Ada Example", "Bo Example"]
    assert record["redactions"]
    page = (tmp_path / "release" / "report.html").read_text(encoding="utf-8")
    assert "Released numbers" in page
    assert "Sentences are made from exact numbers" in page
    assert "gave no result with a sentence" not in page


def test_sentences_follow_the_numbers(outcomes: dict[str, Outcome]) -> None:
    documents = [result.to_json() for outcome in outcomes.values() for result in outcome.results]
    found = list(sentences(documents))
    texts = [sentence.text for sentence in found]
    assert any("29 of 48" in text or "19 of 48 cases (40 %)" in text for text in texts)
    # The one level that rose in Croydon is said to have risen, with its level named.
    assert any("Harassment and stalking at the standard level rose" in text for text in texts)
    assert not any(word in text.lower() for text in texts for word in FORBIDDEN)
    assert all(sentence.sources for sentence in found)


def test_the_dual_axis_and_the_nested_figure_hold_the_numbers_of_their_tables(
    outcomes: dict[str, Outcome], tmp_path: Path
) -> None:
    """Figures 14 and 21 of Year 2."""
    documents = [result.to_json() for result in outcomes["year2"].results]
    charts = {chart.exhibit.name: chart for chart in charts_of("y2", "year2", documents)}
    months, nested = charts["months"], charts["purpose-and-agency"]
    found = outcomes["year2"].find("M-ACT-MONTH", "y2.actions_all").values
    assert months.series == ("actions", "cases closing")
    for month in months.categories:
        assert months.values[(month, "actions")] == found["counts"].get(month, 0)
        assert months.values[(month, "cases closing")] == found["closing"].get(month, 0)
    assert sum(value or 0 for value in nested.values.values()) <= 100 + 1e-9
    assert "probation" not in nested.categories
    texts = [path.read_text(encoding="utf-8") for path in write_figures([months, nested], tmp_path)]
    assert "Cases closing" in texts[0]
    assert "Support" in texts[1]
    columns = item_of(months).columns
    assert columns[1].startswith("Actions")
    assert columns[4].startswith("Cases closing")


def test_a_claim_over_all_cells_is_refused_where_one_cell_disagrees() -> None:
    cells = [("physical", 10.0, 5.0), ("sexual", 3.0, 4.0)]
    with pytest.raises(ContradictionError, match="sexual rose"):
        claim_all(cells, "fell", "All types fell.")
    assert claim_all(cells[:1], "fell", "All types fell.") == "All types fell."


def test_numbers_round_half_away_from_zero_once() -> None:
    assert [rounded(0.125, 2), rounded(-0.125, 2), rounded(2.5, 0), rounded(None)] == [
        "0.13",
        "-0.13",
        "3",
        "not defined",
    ]
    assert [p_text(0.0004), p_text(0.0571)] == ["p < .001", "p = .057"]


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x", "\tx"])
def test_no_cell_becomes_a_formula(text: str) -> None:
    assert guarded(text) == "'" + text
    assert guarded(-1.5) == -1.5
