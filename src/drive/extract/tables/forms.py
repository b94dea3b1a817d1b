"""What was rated: needs, experiences, Drive DASH, abuse by whose word, change in risk. Two informants are two rows (S-50)."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping, Sequence

from drive_evaluation.contract import CODE_LISTS, RISK_SCALES

from .reading import ASKED_WITHOUT_ANSWER, TIES, Row, Window, answered, grouped, rows, timepoint

ITEMS = tuple(f"q{number:02d}" for number in range(1, 21))
"""A whole Drive DASH form (A7.9)."""

LOOKBACK = {"last_3_months": 3}
"""Months that a grid looks back on; since an incident is no fixed number."""


def _forms(window: Window, instrument: str) -> Iterator[tuple[Row, dict[str, Row]]]:
    """Form by form of the case manager's: what it hangs on, and its items."""
    statement = f"""
        select a.assessment, a.case_id, c.person_key, t.victim_key, coalesce(t.is_index, false) as is_index, a.version, a.point,
               a.as_of, a.item, a.value, a.missing
          from access.coded_answers() a
          join shared c on c.id = a.case_id
          left join (select distinct linked_person, victim_key, is_index from tie) t on t.linked_person = a.linked_person
         where a.instrument = '{instrument}' and a.as_of <= %(last)s and (a.linked_person is null or t.victim_key is not null)
         order by a.case_id, a.assessment
    """
    for _, found in grouped(rows(statement, window, within=TIES), "case_id", "assessment"):
        yield found[0], {row["item"]: row for row in found}


def _by_case(window: Window, instrument: str) -> Iterator[list[tuple[Row, dict[str, Row]]]]:
    """All forms of one instrument and one case, in the order of their days."""
    waiting: list[tuple[Row, dict[str, Row]]] = []
    for form, items in _forms(window, instrument):
        if waiting and waiting[0][0]["case_id"] != form["case_id"]:
            yield sorted(waiting, key=lambda one: (one[0]["as_of"], one[0]["assessment"]))
            waiting = []
        waiting.append((form, items))
    if waiting:
        yield sorted(waiting, key=lambda one: (one[0]["as_of"], one[0]["assessment"]))


def needs(window: Window) -> Iterator[Row]:
    """A row for each area that was assessed or asked about; an area without an answer has none."""
    for form, items in _forms(window, "needs"):
        for area, given in items.items():
            level = answered("needs", "level", given["value"], given["missing"])
            if area in CODE_LISTS["need"] and level:
                yield {
                    "case_id": form["case_id"], "timepoint": timepoint(form["point"]), "date": form["as_of"], "need": area,
                    "level": level,
                }  # fmt: skip


def aces(window: Window) -> Iterator[Row]:
    """The newest answer about each experience of a case (K-26)."""
    for forms in _by_case(window, "aces"):
        newest = {item: (form, given) for form, items in forms for item, given in items.items()}
        for item, (form, given) in newest.items():
            answer = answered("aces", "answer", given["value"], given["missing"])
            if answer:
                yield {
                    "case_id": form["case_id"],
                    "ace": item,
                    "answer": answer,
                    "recorded_date": form["as_of"],
                }


def drive_dash(window: Window) -> Iterator[Row]:
    """One form a case and timepoint: about the index victim/survivor if there is one, of those the newest.

    The contract holds one form where practice keeps one for each tie (R-48). An item without an answer is not known (R-81).
    """
    for forms in _by_case(window, "drive_dash"):
        chosen: dict[str, tuple[Row, dict[str, Row]]] = {}
        for form, items in sorted(forms, key=lambda one: (one[0]["is_index"], one[0]["as_of"])):
            chosen[timepoint(form["point"])] = (form, items)
        for point, (form, items) in chosen.items():
            for item in ITEMS:
                given = items[item]["value"] if item in items else None
                yield {
                    "case_id": form["case_id"], "timepoint": point, "date": form["as_of"], "instrument_version": form["version"],
                    "item": item, "answer": given if given in CODE_LISTS["answer"] else "nk",
                }  # fmt: skip


def _grid(items: Mapping[str, Row]) -> Iterator[Row]:
    """Use and severity of each type that a grid has an answer for: two things, one may be known alone (R-82)."""
    back = items.get("look_back")
    for kind in CODE_LISTS["abuse_type"]:
        given = items.get(kind)
        if given is None:
            continue
        severity = given["value"] if given["value"] in CODE_LISTS["severity"] else "unknown"
        ticked = (items.get(f"{kind}_used") or {}).get("value") == "yes"
        used = "no" if severity == "none" else "yes" if severity != "unknown" or ticked else "unknown"
        yield {
            "abuse_type": kind, "used": used, "severity": severity,
            "lookback_months": LOOKBACK.get(back["value"] or "") if back else None,
        }  # fmt: skip


def abuse(window: Window) -> Iterator[Row]:
    """The case manager's grid for each tie, and the IDVA's for the tie that the client's form is about."""
    for forms in _by_case(window, "severity_of_abuse_grid"):
        told: dict[tuple[object, str, datetime.date], tuple[Row, dict[str, Row]]] = {}
        for form, items in forms:
            if form["victim_key"]:
                told[form["victim_key"], timepoint(form["point"]), form["as_of"]] = (form, items)
        for (victim, point, day), (form, items) in told.items():
            for line in _grid(items):
                yield {
                    "perpetrator_id": form["person_key"], "victim_id": victim, "informant": "case_manager", "timepoint": point,
                    "date": day, **line,
                }  # fmt: skip
    for form, items in client_forms(window, "idva_intake_form", "idva_exit_form", "abuse_experienced"):
        for line in _grid(items):
            yield {
                "perpetrator_id": form["person_key"], "victim_id": form["victim_key"], "informant": "idva",
                "timepoint": timepoint(form["point"]), "date": form["as_of"], **line,
            }  # fmt: skip


def client_forms(window: Window, *instruments: str) -> Iterator[tuple[Row, dict[str, Row]]]:
    """Form by form of the IDVA's: of those of one client at one point, the newest, whichever instrument it is.

    Each is about the one tie that `told_of` names. They are the client's own, so his refusal does not hold them back (A2).
    """
    statement = f"""
        select t.person_key, t.victim_key, a.record_id, a.assessment, a.instrument, a.point, a.as_of, a.item, a.value, a.missing
          from access.coded_client_answers() a
          join told_of t on t.record_id = a.record_id
         where a.instrument in ({", ".join(f"'{name}'" for name in instruments)}) and a.as_of <= %(last)s
         order by t.person_key, t.victim_key, a.point, a.as_of, a.assessment
    """
    for _, found in grouped(rows(statement, window, within=TIES), "person_key", "victim_key", "point"):
        newest = found[-1]["assessment"]
        items = {row["item"]: row for row in found if row["assessment"] == newest}
        yield found[-1], items


WORST_FIRST = (
    "increased_greatly",
    "increased_slightly",
    "no_change",
    "unknown",
    "reduced_slightly",
    "reduced_greatly",
)

CLIENT_SCALES = {"risk_change": "idva_change", "sustainability": "idva_sustain", "safer": "idva_safer"}
"""Item of the exit form to the contract's scale (K-31, K-32, K-33)."""


def risk_change(window: Window) -> Iterator[Row]:
    """The case manager's judgement for each tie and for her children, and what the IDVA judged at exit.

    The contract holds one judgement about children where practice keeps one for each child: the worst is told.
    """
    for forms in _by_case(window, "risk_change"):
        told: dict[tuple[object, ...], Row] = {}
        for form, items in forms:
            judged = answered("risk_change", "code", _value(items, "change"), _missing(items, "change"))
            target = _value(items, "target")
            if judged not in RISK_SCALES["cm_change"] or target not in CODE_LISTS["target"]:
                continue
            row: Row = {
                "perpetrator_id": form["person_key"], "victim_id": form["victim_key"], "rater": "case_manager",
                "scale": "cm_change", "target": target, "timepoint": timepoint(form["point"]), "date": form["as_of"],
                "code": judged,
            }  # fmt: skip
            key = (row["victim_id"], target, row["timepoint"], row["date"])
            told[key] = min(row, told.get(key, row), key=lambda one: WORST_FIRST.index(one["code"]))
        yield from told.values()
    for form, items in client_forms(window, "idva_exit_form"):
        yield from _of_client(form, items)


def _of_client(form: Row, items: Mapping[str, Row]) -> Sequence[Row]:
    found = []
    for item, scale in CLIENT_SCALES.items():
        given, missing = _value(items, item), _missing(items, item)
        judged = (
            given if given in RISK_SCALES[scale] else "unknown" if missing in ASKED_WITHOUT_ANSWER else None
        )
        if judged:
            found.append(
                {
                    "perpetrator_id": form["person_key"], "victim_id": form["victim_key"], "rater": "idva", "scale": scale,
                    "target": "victim", "timepoint": "exit", "date": form["as_of"], "code": judged,
                }
            )  # fmt: skip
    return found


def _value(items: Mapping[str, Row], item: str) -> str | None:
    return items[item]["value"] if item in items else None


def _missing(items: Mapping[str, Row], item: str) -> str | None:
    return items[item]["missing"] if item in items else None
