"""Police and MARAC, as part 8 of the measures puts them."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta

from drive_evaluation.tests.oracle.reading import (
    AbsentError,
    Oracle,
    count,
    months_later,
    percent,
)

ENGAGEMENT = ("full", "partial", "not", "ceased", "not_applicable", "unknown")
PROBATION = ("probation_crc", "probation_nps", "probation")


def police(o: Oracle) -> None:
    if not o.has("police_incidents"):
        raise AbsentError("police_incidents")
    linkage = {row["perpetrator_id"]: row for row in o.rows("police_linkage")}
    day = timedelta(days=1)
    for arm in ("drive", "control"):
        shares: dict[tuple[str, str], list[float]] = {}
        totals: Counter[tuple[str, str]] = Counter()
        for perpetrator, row in linkage.items():
            if row["traced"] != "yes" or o.person(perpetrator)["arm"] != arm:
                continue
            match = linkage.get(row["matched_to"], {})
            start = match.get("anchor_start") or row["anchor_start"]
            end = match.get("anchor_end") or row["anchor_end"]
            windows: dict[str, tuple[str, str]] = {}
            if start:
                before = str(date.fromisoformat(start) - day)
                windows["before"] = (months_later(start, -6), before)
            if start and end:
                windows["during"] = (start, end)
            if end:
                after = str(date.fromisoformat(end) + day)
                windows["after"] = (after, str(date.fromisoformat(months_later(after, 6)) - day))
            for period, (first, last) in windows.items():
                own = [
                    r
                    for r in o.rows("police_incidents")
                    if r["perpetrator_id"] == perpetrator and first <= r["date"] <= min(last, o.data_cut)
                ]
                for flag, code in (("dva", "yes"), ("non_dva", "no")):
                    flagged = [r for r in own if r["dva"] == code]
                    totals[(flag, period)] += len(flagged)
                    decided = [r for r in flagged if r["criminal"] != "unknown"]
                    if decided:
                        share = count(decided, lambda r: r["criminal"] == "yes") / len(decided)
                        shares.setdefault((flag, period), []).append(share)
        for flag in ("dva", "non_dva"):
            for period in ("before", "during", "after"):
                found = shares.get((flag, period), [])
                o.put(
                    "M-POLICE-PROP",
                    "police",
                    f"arm={arm}",
                    {"flag": flag, "period": period},
                    mean_proportion=sum(found) / len(found) if found else None,
                    n_with_incidents=len(found),
                )
            o.put(
                "M-POLICE-CHANGE",
                "police",
                f"arm={arm}",
                {"flag": flag},
                before=totals[(flag, "before")],
                after=totals[(flag, "after")],
            )


def returns_to_marac(o: Oracle) -> None:
    heard = {row["perpetrator_id"] for row in o.rows("marac_appearances")}
    covered = {o.site(o.person(person)) for person in heard}
    ended: dict[str, str] = {}
    for case in o.rows("cases"):
        if (
            case["end_type"] == "closed"
            and case["closed_date"]
            and o.person(case["perpetrator_id"])["arm"] == "drive"
        ):
            ended[case["perpetrator_id"]] = max(ended.get(case["perpetrator_id"], ""), case["closed_date"])
    linked = Counter(row["perpetrator_id"] for row in o.rows("victims"))
    eligible = {
        person: day
        for person, day in ended.items()
        if months_later(day, 12) <= o.data_cut and linked[person] >= 2 and o.site(o.person(person)) in covered
    }
    back = {
        row["perpetrator_id"]
        for row in o.rows("marac_appearances")
        if row["perpetrator_id"] in eligible
        and months_later(eligible[row["perpetrator_id"]], 6)
        < row["date"]
        <= months_later(eligible[row["perpetrator_id"]], 12)
    }
    o.put(
        "M-MARAC-REAPPEAR",
        "su_completed",
        "all",
        {"definition": "linked"},
        eligible=len(eligible),
        reappeared=len(back),
        percent=percent(len(back), len(eligible)),
    )
