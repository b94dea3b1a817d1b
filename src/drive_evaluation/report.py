"""One report as HTML, Word and tagged PDF: findings, flows, figures with their numbers, methods, limits, errata."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import weasyprint
from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from drive_evaluation import __version__
from drive_evaluation.charts import Chart, Exhibit, title_of
from drive_evaluation.definitions import MEASURES
from drive_evaluation.errata import errata_of
from drive_evaluation.presentation import rounded
from drive_evaluation.report_tables import OwnTable, report_tables
from drive_evaluation.run import Skipped
from drive_evaluation.samples import SAMPLES, definition_of
from drive_evaluation.sentences import sentences
from drive_evaluation.settings import Settings, chosen_report
from drive_evaluation.statistics.intervals import INTERVALS, IntervalMethod
from drive_evaluation.study import Study
from drive_evaluation.touched import BY_MEASURE, settings_of, settings_text, value_text
from drive_evaluation.word_report import write_word

TITLES = {
    "year1": "Evaluation report: Year 1 measures",
    "year2": "Evaluation report: Year 2 measures",
    "croydon": "Evaluation report: Croydon measures",
    "all": "Evaluation report: all measures the data allow",
}
EXACT = (
    "Exact numbers. For the data controller's analysts only; nothing in here may be passed on unprotected."
)
NO_SENTENCES = "The package gave no result with a sentence."
NO_SENTENCES_RELEASED = "Sentences are made from exact numbers and stay in the exact report; the released numbers are in the tables."
RELEASED = "Released numbers: small counts redacted, others rounded to the nearest five."
LIMITS = (
    "People who engage with an IDVA do so after allocation, and the share differs by arm. Comparisons of those who "
    "engaged are not intention-to-treat; where the data allow it, bounds over everybody randomised are given (M-RISK-ITT) "
    "with the propensity of engagement (M-PROPENSITY).",
    "A change within one arm is a change, not an effect of the intervention.",
    "Cases with behaviour change work differ from others beforehand; comparisons by it are descriptive.",
    "Tests are two-sided at .05 without correction across measures unless stated.",
    "More recorded crime may be disruption at work; it is not shown as good or bad.",
)


@dataclass(frozen=True, slots=True)
class Item:
    """A figure with its table, or a table alone, ready to print."""

    name: str
    title: str
    alt: str
    definition: str
    sample: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    settings: str = ""
    drawn: bool = True


def item_of(chart: Chart, settings: Settings | None = None) -> Item:
    """The table beside a figure: every bar with its value, n and missing."""
    exhibit = chart.exhibit
    places = (
        2
        if exhibit.unit in ("probability", "mean share", "mean score", "mean answers")
        else 0
        if exhibit.unit in ("people", "actions", "cases", "links")
        else 1
    )
    columns = ["Category"]
    for series in chart.series:
        name = title_of(series)
        unit = "" if exhibit.shape in ("dual", "histogram") else exhibit.unit
        columns += [f"{name} {unit}".strip(), f"{name} n".strip(), f"{name} missing".strip()]
    columns += [name for name, _ in exhibit.beside]
    rows = []
    for category in chart.categories:
        cells = [title_of(category)]
        for series in chart.series:
            value = chart.values.get((category, series))
            n, missing = chart.bases.get((category, series), (None, None))
            cells += ["redacted or not defined" if value is None else rounded(value, places)]
            cells += ["–" if number is None else str(number) for number in (n, missing)]
        rows.append((*cells, *chart.beside.get(category, ())))
    return Item(
        exhibit.name,
        exhibit.title,
        f"{exhibit.title}. The numbers are in the table that follows.",
        MEASURES[exhibit.measure].definition,
        "; ".join(SAMPLES[sample].rule for sample in exhibit.counted),
        tuple(columns),
        tuple(rows),
        "" if settings is None else settings_text(settings, settings_of(_like(exhibit))),
    )


def table_item(table: OwnTable, settings: Settings) -> Item:
    """A table of a report, without a figure."""
    like = {"measure": table.measure, "population": f"x.{table.sample}", "subgroup": "all"}
    return Item(
        table.name,
        table.title,
        "",
        MEASURES[table.measure].definition,
        SAMPLES[table.sample].rule,
        table.columns,
        table.rows,
        settings_text(settings, settings_of(like)),
        drawn=False,
    )


def _like(exhibit: Exhibit) -> dict[str, str]:
    """What of a result decides the settings that touch it, for the results of an exhibit."""
    fields = {part.split("=", 1)[0] for subgroup in exhibit.subgroups for part in subgroup.split("&")}
    subgroup = "&".join(f"{name}=" for name in sorted(fields - {"all"})) or "all"
    return {"measure": exhibit.measure, "population": f"x.{exhibit.sample}", "subgroup": subgroup}


def content(
    study: Study,
    documents: Sequence[Mapping[str, Any]],
    charts: Sequence[Chart],
    skipped: Sequence[Skipped],
    *,
    report: str,
    fingerprint: str,
    released: bool = False,
) -> dict[str, Any]:
    """Everything the report says, as plain data for the templates."""
    numbers: dict[str, int] = {}
    for document in documents:
        numbers[document["measure"]] = numbers.get(document["measure"], 0) + 1
    used = list({definition.name: definition for definition in map(definition_of, documents)}.values())
    return {
        "title": TITLES[report],
        "synthetic": study.synthetic,
        "status": RELEASED if released else EXACT,
        "fingerprint": fingerprint[:16],
        "data_cut": f"{study.data_cut:%Y-%m-%d}",
        "version": __version__,
        "seed": study.settings.seed,
        "limits": LIMITS,
        "sentences": [] if released else list(sentences(documents)),
        "no_sentences": NO_SENTENCES_RELEASED if released else NO_SENTENCES,
        "items": [
            *(item_of(chart, study.settings) for chart in charts),
            *(
                table_item(table, study.settings)
                for table in report_tables(chosen_report(study.spec, report), documents)
            ),
        ],
        "methods": [
            {
                "id": measure,
                "title": MEASURES[measure].title,
                "definition": MEASURES[measure].definition,
                "method": MEASURES[measure].method,
                "settings": settings_text(study.settings, BY_MEASURE.get(measure, ())),
                "number": number,
            }
            for measure, number in numbers.items()
        ],
        "samples": used,
        "intervals": intervals_of(documents),
        "settings": [
            (item.name, value_text(getattr(study.settings, item.name)))
            for item in dataclasses.fields(study.settings)
        ],
        "skipped": skipped,
        "errata": errata_of(report, documents),
    }


def intervals_of(documents: Sequence[Mapping[str, Any]]) -> list[IntervalMethod]:
    """How the 95 % intervals of these results are made, each method once, in the order of the catalogue."""
    effects = (e for d in documents for e in (d["effect"], *d["other_effects"]) if e is not None)
    used = {effect["interval"] for effect in effects}
    return [method for code, method in INTERVALS.items() if code in used]


def write_report(body: Mapping[str, Any], folder: Path) -> list[Path]:
    """Write ``report.html``, ``report.docx`` and ``report.pdf`` with fixed dates and ids; returns the paths."""
    environment = Environment(
        loader=PackageLoader("drive_evaluation"),
        autoescape=select_autoescape(["html"]),
        undefined=StrictUndefined,
        trim_blocks=True,
    )
    html = environment.get_template("report.html").render(**body)
    page = folder / "report.html"
    page.write_text(html, encoding="utf-8", newline="\n")
    pdf = folder / "report.pdf"
    weasyprint.HTML(string=html, base_url=str(folder), url_fetcher=_only_figures(folder)).write_pdf(
        str(pdf), pdf_variant="pdf/ua-1", pdf_identifier=str(body["fingerprint"]).encode()
    )
    word = folder / "report.docx"
    write_word(body, folder, word)
    return [page, word, pdf]


def _only_figures(folder: Path) -> Any:
    """A fetcher that reads the figures of this report and nothing else: a report never loads from outside."""
    root = folder.resolve()

    class OnlyFigures(weasyprint.urls.URLFetcher):  # type: ignore[misc]  # the library publishes no types
        def fetch(self, url: str, headers: Any = None) -> Any:
            name = url.rsplit("/", 1)[-1]
            file = root / "figures" / name
            if not url.startswith("file:") or not file.is_file():
                raise ValueError(f"a report loads only its own figures, not {url}")
            return super().fetch(url, headers)

    return OnlyFigures()
