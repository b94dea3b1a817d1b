"""Writes docs/instruments.md from the definitions.

Run as `python -m drive.instruments.documentation docs/instruments.md`; a test compares the page with this.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from drive.instruments.codelists import CodeList, code_lists
from drive.instruments.crosswalks import EDITIONS, Crosswalk, crosswalks
from drive.instruments.definitions import Definition, DerivedValue, Item, ItemType, Method, Unit
from drive.instruments.library import assessment_sets, library

UNITS = {
    Unit.SERVICE_USER: "service user",
    Unit.VICTIM_SURVIVOR: "victim/survivor",
    Unit.LINK: "link between a service user and a victim/survivor",
    Unit.CASE: "case",
}
TYPES = {
    ItemType.CHOICE: "one of",
    ItemType.MULTI: "any of",
    ItemType.COUNT: "whole number",
    ItemType.DATE: "date",
    ItemType.TEXT: "text",
    ItemType.BOOL: "one of",
}
SITE_FILES = """
## A site's own words

Licensed questions and the meaning of severity levels do not come with the program; until a site loads them,
the forms say so. A site's file makes a version of its own, and forms answered before keep theirs.
`Library.with_site` reads:

```yaml
instrument: drive_dash
based_on: 1            # the version that the words are for
site: exampleford
version: 1             # count up with every change; keep the old file
items:                 # questions whose wording is the site's
  q01: {label: The first question, hint: A hint}
```

with `levels: {physical: {high: What high means here}}` for the grid and `uses: {families: combined_area}`
for needs. Code lists marked as extensible take new codes and labels from a file that
`CodeLists.extended_by` reads; no code is ever removed:

```yaml
site: exampleford
version: 1
lists:
  K-42:
    add: {tide_table: Tide table}
    rename: {cctv: Cameras}
```

A key that is not understood is an error that names the file and the line.
"""
INTRODUCTION = """# Instruments and code lists

Made from the definition files in `src/drive/instruments`; change those and make this page again with
`python -m drive.instruments.documentation docs/instruments.md`.

## What no answer means

Blank never means no, and missing is never counted as none. Each item ends in exactly one state.
"""
RULES = """
Some lists have their own word for a missing state, shown in the column *stands for*. An item that is not
asked because of another answer is `not_applicable` if that answer is known; if it is not, it takes over the
reason why. A submission needs an answer, or a reason for having none, to every item marked *needed*; a
draft does not. Two records by two informants stay two records.
"""


def render() -> str:
    """The whole page as Markdown."""
    parts = [
        INTRODUCTION,
        *_table(("State", "Label", "Meaning", "Who"), _states()),
        RULES,
        SITE_FILES,
        "## Instruments\n",
    ]
    for instrument_id in library().ids:
        parts += _instrument(library().current(instrument_id))
    parts.append("## Sets of forms\n")
    for one in assessment_sets().values():
        rows = (
            (f"`{m.instrument}`", UNITS[m.unit], "needed" if m.required else "when known", m.note)
            for m in one.members
        )
        parts += [f"### {one.name} (`{one.id}`, point `{one.point}`)\n"]
        parts += _table(("Form", "Once per", "", "Note"), rows)
    parts.append("\n## Crosswalks\n\nA topic or pair of editions that is not here is never pooled (R-08).\n")
    for crosswalk in crosswalks().values():
        parts += _crosswalk(crosswalk)
    parts.append("## Code lists\n")
    for one_list in sorted(
        code_lists().values(), key=lambda found: (not found.id.startswith("K-"), found.id)
    ):
        parts += _code_list(one_list)
    return "\n".join(parts).rstrip() + "\n"


def _states() -> Iterator[tuple[str, ...]]:
    for entry in code_lists()["K-01"].codes:
        yield (
            f"`{entry.code}`",
            entry.label,
            entry.definition,
            "worked out" if entry.computed else "may be given",
        )


def _instrument(definition: Definition) -> list[str]:
    points = ", ".join(f"`{point}`" for point in definition.points) or "any time, when known"
    parts = [
        f"### {definition.name} (`{definition.id}`, version {definition.version})\n",
        f"{definition.purpose}\n",
        f"- About: one {UNITS[definition.unit]}",
        f"- Rated by: {', '.join(code_lists()['informant'].label(one) for one in definition.informants)}",
        f"- Points (K-36): {points}",
        f"- Records: {', '.join(definition.records)}",
    ]
    if definition.imported_blank:
        parts.append(f"- Blank in an import: `{definition.imported_blank}`")
    if definition.awaiting_wording:
        parts.append("- Questions: loaded by the site from its own licensed copy")
    if definition.awaiting_levels:
        parts.append(f"- Levels of {_codes(definition.awaiting_levels)}: defined by the site")
    for one in definition.alternatives:
        sets = "; or ".join(f"*{name}* ({_codes(items)})" for name, items in one.sets)
        parts.append(f"- A site uses {sets}")
    parts.append("")
    headings = ("Item", "Question", "Answers", "Missing states", "Needed", "Data package")
    parts += _table(headings, (_item_row(item, definition) for item in definition.all_items))
    if definition.all_derived:
        parts.append("\nWorked out:\n")
        parts += [f"- **{value.label}** (`{value.id}`): {_method(value)}" for value in definition.all_derived]
    if definition.crosswalks:
        parts.append(f"\nCrosswalks: {_codes(definition.crosswalks)}")
    parts.append("")
    return parts


def _item_row(item: Item, definition: Definition) -> tuple[str, ...]:
    offered = (
        f"{TYPES[item.type]} {_codes(entry.code for entry in item.codes)}" if item.codes else TYPES[item.type]
    )
    if item.is_statement:
        offered = "`yes`, or left open"
    source = f" ({', '.join(item.list_ids)})" if item.list_ids else ""
    limits = ""
    if item.type is ItemType.COUNT:
        limits = (
            f", {item.at_least} to {item.at_most}" if item.at_most is not None else f", from {item.at_least}"
        )
    elif item.type is ItemType.TEXT:
        limits = f", at most {item.at_most} characters"
    own = [f"`{entry.code}`" for entry in item.codes if entry.missing]
    needed = "needed" if item.required else "may stay open"
    if item.show_if:
        needed += f"; asked if `{item.show_if.item}` is {_codes(sorted(item.show_if.codes))}"
    evidence = "; evidence beside it" if item.evidence else ""
    states = ", ".join([*(f"`{state}`" for state in item.missing), *own])
    return f"`{item.id}`", item.label, offered + source + limits + evidence, states, needed, item.extract


def _method(value: DerivedValue) -> str:
    over = f"{len(value.items)} items" if len(value.items) > 8 else _codes(value.items)
    answered = " or ".join(f"`{code}`" for code in sorted(value.codes))
    match value.method:
        case Method.COUNT:
            words = f"number of items answered {answered}, over {over}"
            words += "; missing scores nothing" if value.missing_scores_zero else "; none if nothing is known"
        case Method.HIGHEST:
            words = f"highest known level over {over}"
        case Method.SHARE_REACHED:
            least = -(-value.share * len(value.items) // 100)
            words = (
                f"yes if {least} or more of {len(value.items)} items ({value.share}%) are answered {answered}"
            )
    if value.rise:
        words += "; more than before asks for a review (S-49)"
    return f"{words}. Printed with the number known and missing. {value.note}".rstrip()


def _crosswalk(crosswalk: Crosswalk) -> list[str]:
    parts = [f"### {crosswalk.name} (`{crosswalk.topic}`)\n"]
    for pool in crosswalk.pools:
        named = " + ".join(EDITIONS[one] for one in pool.editions)
        rows = []
        for code, label in crosswalk.common:
            sources = (
                ", ".join(f"`{own}`" for own, common in pool.codes[edition].items() if common == code)
                for edition in pool.editions
            )
            rows.append((f"`{code}` {label}", *sources))
        parts.append(f"{named}. {pool.note}\n")
        kept = [row for row in rows if any(row[1:])]
        parts += _table(("Common", *(EDITIONS[one] for one in pool.editions)), kept)
        parts.append("")
    if crosswalk.refused:
        parts.append(f"Otherwise refused: {crosswalk.refused}\n")
    return parts


def _code_list(one: CodeList) -> list[str]:
    facts = [f"version {one.version}", f"source {', '.join(one.source)}"]
    facts += ["a site may add codes"] if one.extensible else []
    facts += ["in order from least to most"] if one.ordered else []
    parts = [f"### {one.id} {one.name}\n", f"{'; '.join(facts)}. {one.note}".rstrip() + "\n"]
    headings = ("Code", "Label", "Meaning", "Also called", "Stands for")
    rows = (
        (
            f"`{entry.code}`" + (" (old data only)" if entry.retired else ""),
            entry.label,
            entry.definition,
            ", ".join(entry.aliases),
            f"`{entry.missing}`" if entry.missing else "",
        )
        for entry in one.codes
    )
    parts += _table(headings, rows)
    parts.append("")
    for rollup in one.rollups:
        members = _codes(entry.code for entry in one.codes if entry.code in rollup.codes)
        parts.append(f"Roll-up `{rollup.name}` {rollup.label}: {members}\n")
    return parts


def _codes(codes: Iterable[str]) -> str:
    return ", ".join(f"`{code}`" for code in codes)


def _table(headings: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> list[str]:
    """A Markdown table without the columns that are empty in every row."""
    listed = list(rows)
    kept = [place for place in range(len(headings)) if any(row[place] for row in listed)]
    lines = [[headings[place] for place in kept], ["---"] * len(kept)]
    lines += [[row[place].replace("|", "\\|") for place in kept] for row in listed]
    return [f"| {' | '.join(line)} |" for line in lines]


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(render(), encoding="utf-8")
