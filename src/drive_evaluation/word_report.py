"""The report in Word: the same content as the page, with what a screen reader and a printer ask of a document.

British English throughout, A4, headings without a gap in their order, tables with a caption and header rows that are
marked and repeat on each page, figures with alternative text, and the same bytes each time.
"""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import docx
from docx.document import Document as WordDocument
from docx.enum.style import WD_STYLE_TYPE
from docx.oxml.ns import qn
from docx.oxml.parser import OxmlElement
from docx.shared import Cm, Mm, Pt, RGBColor
from docx.table import Table

from drive_evaluation.tables import FIXED_TIME

LANGUAGE = "en-GB"
WIDE = 8
"""Columns beyond which a table is set small, or its last columns leave the page."""


def write_word(body: Mapping[str, Any], folder: Path, path: Path) -> None:
    """Write the content of a report (``report.content``) to ``path``; figures are read from ``folder/figures``."""
    document: WordDocument = docx.Document()
    _set_up(document, body["title"])
    document.add_heading(body["title"], 0)
    if body["synthetic"]:
        document.add_paragraph(
            "Synthetic data: every person in this report is invented.", style="Intense Quote"
        )
    document.add_paragraph(body["status"], style="Intense Quote")
    document.add_paragraph(
        f"Package {body['fingerprint']}, data cut {body['data_cut']}, library {body['version']}, seed {body['seed']}."
    )
    document.add_heading("What this report can and cannot say", 1)
    for limit in body["limits"]:
        document.add_paragraph(limit, style="List Bullet")
    document.add_heading("Findings, made from the numbers", 1)
    for sentence in body["sentences"]:
        document.add_paragraph(sentence.text)
    if not body["sentences"]:
        document.add_paragraph(body["no_sentences"])
    document.add_heading("Flows, figures and tables", 1)
    for item in body["items"]:
        document.add_heading(item.title, 2)
        if item.drawn:
            picture = document.add_picture(str(folder / "figures" / f"{item.name}.png"), width=Cm(15))
            picture._inline.docPr.set("descr", item.alt)
        settings = f" Settings: {item.settings}." if item.settings else ""
        document.add_paragraph(f"{item.definition} Who is counted: {item.sample}.{settings}")
        _table(document, f"{item.title}: the numbers", item.columns, item.rows)
    document.add_heading("Methods and definitions", 1)
    names = ("id", "title", "definition", "method", "settings", "number")
    _table(
        document,
        "Measures in this report",
        ("Measure", "Title", "Definition", "Method", "Settings", "Results"),
        [tuple(row[name] for name in names) for row in body["methods"]],
    )
    samples = [(s.name, s.unit, s.rule, s.version) for s in body["samples"]]
    _table(document, "Samples", ("Sample", "Unit", "Rule", "Version"), samples)
    intervals = [(m.heading, m.text, m.source) for m in body["intervals"]]
    if intervals:
        _table(document, "95 % intervals of effects", ("Interval", "How it is made", "Source"), intervals)
    _table(document, "Settings", ("Setting", "Value"), body["settings"])
    document.add_heading("Not computed", 1)
    skipped = [(s.measure, s.population, s.reason) for s in body["skipped"]]
    if skipped:
        _table(document, "Measures without the data they need", ("Measure", "Population", "Reason"), skipped)
    else:
        document.add_paragraph("Every measure of the plan was computed.")
    document.add_heading("Errata of the published reports", 1)
    errata = [(e.id, e.exhibit, e.problem, e.handling) for e in body["errata"]]
    columns = ("Id", "Exhibit", "Problem", "Here")
    _table(document, "Known misprints and what is computed instead", columns, errata)
    buffer = io.BytesIO()
    document.save(buffer)
    path.write_bytes(_fixed_zip(buffer.getvalue()))


def _set_up(document: WordDocument, title: str) -> None:
    """Properties, language, paper and the styles of tables, which the library's own template has for the United States."""
    properties = document.core_properties
    properties.author, properties.last_modified_by, properties.comments = "", "", ""
    properties.title, properties.language = title, LANGUAGE
    properties.created = properties.modified = properties.last_printed = FIXED_TIME
    for language in document.styles.element.iter(qn("w:lang")):
        language.set(qn("w:val"), LANGUAGE)
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin = section.right_margin = Mm(20)
    for name, size in (("Table text", 8.5), ("Wide table text", 6.5)):
        style = document.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
        style.base_style = document.styles["Normal"]
        style.font.size = Pt(size)
        style.paragraph_format.space_after = Pt(0)
    caption = document.styles["Caption"]
    caption.font.size, caption.font.color.rgb = Pt(9), RGBColor(0x11, 0x11, 0x11)
    caption.paragraph_format.keep_with_next = True
    caption.paragraph_format.space_before, caption.paragraph_format.space_after = Pt(10), Pt(3)


def _table(
    document: WordDocument, caption: str, columns: Sequence[str], rows: Sequence[Sequence[object]]
) -> None:
    document.add_paragraph(caption, style="Caption")
    table = document.add_table(rows=len(rows) + 1, cols=len(columns))
    table.style = "Light Grid Accent 1"
    _name(table, caption)
    style = document.styles["Wide table text" if len(columns) > WIDE else "Table text"]
    # Rows are read from the XML once: asking the table for each cell is quadratic.
    for number, (row, texts) in enumerate(zip(table.rows, [columns, *rows], strict=True)):
        marks = row._tr.get_or_add_trPr()
        marks.append(OxmlElement("w:cantSplit"))
        if number == 0:
            marks.append(OxmlElement("w:tblHeader"))
        for cell, text in zip(row.cells, texts, strict=True):
            cell.text = str(text)
            cell.paragraphs[0].style = style


def _name(table: Table, caption: str) -> None:
    """The caption as the name by which assistive technology announces the table."""
    name = OxmlElement("w:tblCaption")
    name.set(qn("w:val"), caption)
    table._tbl.tblPr.append(name)


def _fixed_zip(data: bytes) -> bytes:
    """The same archive with every member dated alike."""
    stamp = dt.datetime(1980, 1, 1).timetuple()[:6]  # noqa: DTZ001 - zip dates have no zone
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            info = zipfile.ZipInfo(name, stamp)
            info.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(info, old.read(name))
    return target.getvalue()
