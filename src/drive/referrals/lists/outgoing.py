"""What leaves a preview: the list for the command line, and the refused lines as a file to correct."""

from __future__ import annotations

import csv
import io

from drive.referrals.lists.results import Outcome, Preview

WHAT_IS_WRONG = "What is wrong"


def to_json(judged: Preview) -> list[dict[str, object]]:
    """One object a line: `line`, `outcome`, `service_user`, `victim_survivor`, `problems`; nothing else of
    the people.
    """
    return [
        {
            "line": row.line,
            "outcome": str(row.outcome),
            "service_user": row.service_user,
            "victim_survivor": row.victim_survivor,
            "problems": [{"field": p.field, "code": str(p.code), "text": p.text} for p in row.problems],
        }
        for row in judged.rows
    ]


def refused_rows_file(judged: Preview) -> bytes:
    """The refused lines as CSV (UTF-8 with mark) under their own headings, with what is wrong, to correct and
    upload again.

    Nothing in it runs in a spreadsheet program: a cell that starts like a formula gets an apostrophe, which
    reading takes off again.
    """
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow([*(_inert(column.heading) for column in judged.columns), WHAT_IS_WRONG])
    for row in judged.rows:
        if row.outcome is Outcome.REFUSED:
            wrong = " ".join(problem.text for problem in row.problems if problem.refuses)
            writer.writerow([*map(_inert, row.raw), _inert(wrong)])
    return out.getvalue().encode("utf-8-sig")


def _inert(text: str) -> str:
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text
