"""The case status machine as a Markdown table with a Mermaid diagram: docs/generated/case-status.md is this
text.
"""

from __future__ import annotations

from drive.instruments.codelists import code_list

from .transitions import CLOSED, CLOSES_FROM, ENDED, MOVES, NOT_PROGRESSED, OUTSIDE_GUARD


def status_document() -> str:
    """The whole document. A test compares it with the file, so neither can change alone."""
    labels = code_list("K-16")
    reasons = ", ".join(sorted(code_list("K-52").label(reason).lower() for reason in OUTSIDE_GUARD))
    lines = [
        "# Case status (K-16)",
        "",
        "Made from `drive.casework.transitions`. Only the status is a machine; the other five histories of a case are",
        "independent of it and of one another (P-01).",
        "",
        "```mermaid",
        "stateDiagram-v2",
    ]
    for now, then in MOVES.items():
        lines += [f"    {now} --> {to}" for to in sorted(then) if to != now]
    lines += [f"    {now} --> {CLOSED}: closing" for now in sorted(CLOSES_FROM)]
    lines += ["```", "", "| Status | What may follow | Ends by closing |", "| --- | --- | --- |"]
    for now, then in MOVES.items():
        followers = ", ".join(labels.label(to) for to in sorted(then)) or "nothing"
        closing = "yes" if now in CLOSES_FROM else ("no" if now in ENDED else f"only: {reasons}")
        lines.append(f"| {labels.label(now)} | {followers} | {closing} |")
    lines += [
        "",
        f"A case found unsuitable ends as “{labels.label(NOT_PROGRESSED)}”, so that it is counted apart (R-91).",
        "",
    ]
    return "\n".join(lines)
