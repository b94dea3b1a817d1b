"""Panel, lists, targets, notes, fieldwork, and what changed from one period to the next."""

from __future__ import annotations

from collections import Counter

from drive_evaluation.tests.oracle.reading import Oracle, count, percent

PRESENT = ("low", "medium", "high", "present")


def combinations(o: Oracle) -> None:
    counted = [need for need in o.needs_asked() if need in ("alcohol", "drugs", "housing", "mental_health")]
    found: Counter[str] = Counter()
    sizes: Counter[int] = Counter()
    for case in o.su_closed():
        own = sorted(need for need in counted if o.need(case, need, "intake") in PRESENT)
        if own:
            found["+".join(own)] += 1
            sizes[len(own)] += 1
    for code, number in found.items():
        o.put(
            "M-NEEDS-COMBO",
            "su_closed",
            "all",
            {"combination": code},
            count=number,
            percent=percent(number, sizes[code.count("+") + 1]),
        )


def references_in_notes(o: Oracle) -> None:
    cases = {case["case_id"] for case in o.rows("cases")}
    rows = [row for row in o.rows("note_codes") if row["case_id"] in cases]
    total = sum(int(row["references_n"]) for row in rows)
    for code in {row["code"] for row in rows}:
        own = [row for row in rows if row["code"] == code]
        number = sum(int(row["references_n"]) for row in own)
        o.put(
            "M-REFS",
            "notes_sample",
            "all",
            {"code": code},
            references=number,
            cases=len({row["case_id"] for row in own if int(row["references_n"]) > 0}),
            percent_of_references=percent(number, total),
        )
        for mode in ("direct", "indirect"):
            within = sum(int(row["references_n"]) for row in rows if row["mode"] == mode)
            both = sum(int(row["references_n"]) for row in own if row["mode"] == mode)
            dimensions = {"mode": mode, "code": code}
            o.put(
                "M-REFS",
                "notes_sample",
                "all",
                dimensions,
                references=both,
                percent_of_mode=percent(both, within),
            )


def fieldwork(o: Oracle) -> None:
    for kind, role in {(row["kind"], row["role"]) for row in o.rows("evaluation_register")}:
        own = [row for row in o.rows("evaluation_register") if (row["kind"], row["role"]) == (kind, role)]
        people = {row["person_ref"] for row in own if row["person_ref"]}
        o.put(
            "M-REGISTER", "register", "all", {"kind": kind, "role": role}, total=len(own), people=len(people)
        )


def panel(o: Oracle) -> None:
    for period, subgroup in o.periods_and_all():
        rows = o.rows("panel_items")
        if period != "all":
            first, last = o.days(period)
            rows = [row for row in rows if first <= row["meeting_date"] <= last]
        minutes: dict[str, int] = {}
        for row in rows:
            if row["meeting_minutes"]:
                meeting = row["meeting_id"]
                minutes[meeting] = max(minutes.get(meeting, 0), int(row["meeting_minutes"]))
        o.put(
            "M-PANEL-LOAD",
            "panel",
            subgroup,
            {},
            items=len(rows),
            hours=sum(minutes.values()) / 60 if minutes else None,
            hard_to_engage=count(rows, lambda r: r["hard_to_engage"] == "yes"),
            brought_back=count(rows, lambda r: r["brought_back"] == "yes"),
        )
        meetings = {row["meeting_id"] for row in rows}
        invited = [
            r for r in o.rows("panel_attendance") if r["invited"] == "true" and r["meeting_id"] in meetings
        ]
        for agency in {row["agency"] for row in invited}:
            own = [row for row in invited if row["agency"] == agency]
            there = count(own, lambda r: r["attended"] == "true")
            values = {"invited": len(own), "attended": there, "percent": percent(there, len(own))}
            o.put("M-PANEL-ATTEND", "panel", subgroup, {"agency": agency}, **values)


def lists_and_targets(o: Oracle) -> None:
    for period, subgroup in o.periods_and_all():
        people = {case["perpetrator_id"] for case in o.accepted(period)}
        for name in {row["list_name"] for row in o.rows("list_matches")}:
            latest: dict[str, tuple[str, str]] = {}
            for row in o.rows("list_matches"):
                if row["list_name"] == name and row["perpetrator_id"] in people:
                    found = (row["run_date"], row["matched"])
                    latest[row["perpetrator_id"]] = max(latest.get(row["perpetrator_id"], found), found)
            if latest:
                hits = count(latest.values(), lambda e: e[1] == "true")
                values = {"matches": hits, "checked": len(latest)}
                o.put("M-MATCHLIST", "accepted", subgroup, {"list": name}, **values)
        o.put("M-TARGET", "accepted", subgroup, {}, count=len(people))


def changes(o: Oracle) -> None:
    """The later period against the earlier one: people accepted, and the balance of open cases."""
    names = sorted(o.periods, key=lambda name: o.periods[name])
    later, earlier = names[-1], names[0]
    now, before = ({case["perpetrator_id"] for case in o.accepted(name)} for name in (later, earlier))
    dimensions = {"person": "perpetrators", "compare": f"period={earlier}"}
    o.put("M-THROUGHPUT", "accepted", f"period={later}", dimensions, difference=len(now) - len(before))
    first, last = o.periods[later]
    opening = {case["case_id"] for case in o.open_at(o.periods[earlier][1])}
    new = {case["case_id"] for case in o.rows("cases") if first <= case["accepted_date"] <= last}
    o.put(
        "M-RECON",
        "open",
        f"period={later}",
        {"person": "perpetrators"},
        opening=len(opening),
        accepted=len(new - opening),
        closing=len(o.open_at(last)),
        unexplained=0,
    )
