"""Abuse, risk and dose, as parts 4 to 6 of the measures put them."""

from __future__ import annotations

from typing import Any

from scipy import stats

from drive_evaluation.tests.oracle.reading import Oracle, Row, count, percent, spread

PRESENT = ("low", "medium", "high", "present")
WHITE = ("white_british", "white_other")
TYPES = ("physical", "sexual", "hs", "jcc")
LEVELS = ("none", "standard", "moderate", "high")
ARMS = ("drive", "control")


def _abuse(o: Oracle, population: str, subgroup: str, links: list[Row | None], informant: str) -> None:
    increases = 0
    people: set[str] = set()
    for kind in TYPES:
        rated = {
            point: [o.abuse(link, informant, kind, point) for link in links] for point in ("intake", "exit")
        }
        base = {"abuse_type": kind, "informant": informant}
        for point, answers in rated.items():
            used, valid = count(answers, lambda a: a[0] == "yes"), count(answers, lambda a: a[0] != "")
            values = {"known": valid, "used": used, "percent": percent(used, valid)}
            o.put("M-ABUSE-USE", population, subgroup, {**base, "timepoint": point}, **values)
        pairs = [(a[0], b[0]) for a, b in zip(rated["intake"], rated["exit"], strict=True) if a[0] and b[0]]
        stopped, started = pairs.count(("yes", "no")), pairs.count(("no", "yes"))
        before, after = count(pairs, lambda p: p[0] == "yes"), count(pairs, lambda p: p[1] == "yes")
        n = len(pairs)
        exact = None
        if stopped + started:
            exact = min(1.0, 2 * float(stats.binom.cdf(min(stopped, started), stopped + started, 0.5)))
        o.put(
            "M-ABUSE-MCNEMAR",
            population,
            subgroup,
            base,
            n=n,
            intake={"used": before, "not_used": n - before, "percent_used": percent(before, n)},
            exit={"used": after, "not_used": n - after, "percent_not_used": percent(n - after, n)},
            discordant={"stopped": stopped, "started": started},
            p=exact,
        )
        levels = [
            (a[1], b[1], link)
            for a, b, link in zip(rated["intake"], rated["exit"], links, strict=True)
            if a[1] and b[1] and link
        ]
        up = [entry for entry in levels if LEVELS.index(entry[1]) > LEVELS.index(entry[0])]
        increases += len(up)
        people |= {entry[2]["perpetrator_id"] for entry in up}
        o.put(
            "M-ABUSE-SEV-TRANS",
            population,
            subgroup,
            base,
            n=len(levels),
            cells={
                f"{a}>{b}": count(levels, lambda e, a=a, b=b: e[:2] == (a, b)) for a in LEVELS for b in LEVELS
            },
            increased={"count": len(up), "percent": percent(len(up), len(levels))},
        )
        for level in LEVELS:
            first = count(levels, lambda e, level=level: e[0] == level)
            last = count(levels, lambda e, level=level: e[1] == level)
            change = None if not levels or (last and not first) else percent(last - first, first) or 0.0
            o.put(
                "M-ABUSE-SEV-CHANGE",
                population,
                subgroup,
                {**base, "severity": level},
                intake=first,
                exit=last,
                percent_intake=percent(first, len(levels)),
                percent_change=change,
            )
    o.put(
        "M-ABUSE-SEV-TRANS",
        population,
        subgroup,
        {"informant": informant},
        increase_instances=increases,
        people_with_increase=len(people),
    )


def abuse(o: Oracle) -> None:
    o.rows("victims"), o.rows("abuse")
    cases = o.su_closed()
    _abuse(o, "su_closed", "all", [o.index_link(case["perpetrator_id"]) for case in cases], "case_manager")
    for label in ("yes", "no"):
        own = [case for case in cases if o.behaviour_change(case, case["closed_date"]) == (label == "yes")]
        links = [o.index_link(case["perpetrator_id"]) for case in own]
        _abuse(o, "su_closed", f"bcw={label}", links, "case_manager")
    for arm in ARMS:
        paired: list[Row | None] = [link for person, link, _ in o.paired() if person["arm"] == arm]
        _abuse(o, "vs_paired", f"arm={arm}", paired, "idva")
    for kind in TYPES:
        values: dict[str, Any] = {}
        for arm in ARMS:
            used = [o.abuse(link, "idva", kind, "exit")[0] for p, link, _ in o.paired() if p["arm"] == arm]
            used = [answer for answer in used if answer]
            number = used.count("yes")
            values[arm] = {"count": number, "n": len(used), "percent": percent(number, len(used))}
        a, b = values["control"]["count"], values["control"]["n"] - values["control"]["count"]
        c, d = values["drive"]["count"], values["drive"]["n"] - values["drive"]["count"]
        odds = a * d / (b * c) if b * c and a + b and c + d and a + c and b + d else None
        dimensions = {"abuse_type": kind, "timepoint": "exit", "adjust": "crude", "informant": "idva"}
        o.put("M-ABUSE-OR", "vs_paired", "all", dimensions, **values, **({"effect": odds} if odds else {}))


def severity_grid(o: Oracle) -> None:
    o.rows("abuse")
    for period, subgroup in o.periods_and_all():
        closed = o.closed_in(period)
        direct = [case for case in closed if o.contacted(case, case["closed_date"])]
        for name, cases in (
            ("vs_closed", closed),
            ("vs_closed_direct", direct),
            ("vs_closed_nondirect", [case for case in closed if case not in direct]),
        ):
            people = {case["perpetrator_id"] for case in cases}
            links = [row for row in o.rows("victims") if row["perpetrator_id"] in people]
            o.put("M-SOAG", name, subgroup, {}, victims=len(links))
            for kind in TYPES:
                for level in LEVELS[1:]:
                    first = count(
                        links, lambda v, k=kind, x=level: o.abuse(v, "case_manager", k, "intake")[1] == x
                    )
                    last = count(
                        links, lambda v, k=kind, x=level: o.abuse(v, "case_manager", k, "exit")[1] == x
                    )
                    o.put(
                        "M-SOAG",
                        name,
                        subgroup,
                        {"abuse_type": kind, "severity": level},
                        intake=first,
                        exit=last,
                        percent_reduction=percent(first - last, first),
                        undefined=first == 0 and last > 0,
                    )


def dash(o: Oracle) -> None:
    cases = {case["case_id"] for case in o.su_closed()}
    forms: dict[tuple[str, str], list[str]] = {}
    for row in o.rows("drive_dash"):
        if row["case_id"] in cases:
            forms.setdefault((row["case_id"], row["timepoint"]), []).append(row["answer"])
    valid: dict[tuple[str, str], int] = {}
    for point in ("intake", "mid", "exit"):
        own = {key: answers for key, answers in forms.items() if key[1] == point}
        missing = [sum(answer in ("na", "nk") for answer in answers) for answers in own.values()]
        out = count(missing, lambda k: k >= 11)
        for key, answers in own.items():
            if sum(answer in ("na", "nk") for answer in answers) < 11:
                valid[key] = answers.count("yes")
        o.put(
            "M-DASH-MISS",
            "su_closed",
            "all",
            {"timepoint": point},
            forms=len(own),
            mean_na_nk=sum(missing) / len(missing) if missing else None,
            excluded=out,
            percent_excluded=percent(out, len(own)),
        )
        scores = [float(score) for key, score in valid.items() if key[1] == point]
        o.put("M-DASH-SCORE", "su_closed", "all", {"timepoint": point}, **spread(scores))
    complete = [c for c in cases if all((c, p) in valid for p in ("intake", "mid", "exit"))]
    means = {
        p: sum(valid[(c, p)] for c in complete) / len(complete) if complete else None
        for p in ("intake", "mid", "exit")
    }
    o.put("M-DASH-CHANGE", "su_dash_complete", "all", {}, mean=means)


def _rank(row: Row, *, of_another: bool = False) -> tuple[bool, bool, str, bool, int]:
    """What counts before what: not for children alone, not of another link, the latest, the whole case, both targets."""
    targets = ("", "victim", "children", "both")
    on_a_link = bool(row["victim_id"])
    return (
        row["target"] != "children",
        not of_another,
        row["date"],
        not on_a_link,
        targets.index(row["target"]),
    )


def case_manager_judgements(o: Oracle) -> None:
    codes = []
    for case in o.su_closed():
        link = o.index_link(case["perpetrator_id"])
        rows = [
            (
                _rank(
                    row,
                    of_another=bool(row["victim_id"]) and (not link or row["victim_id"] != link["victim_id"]),
                ),
                row,
            )
            for row in o.rows("risk_change")
            if row["perpetrator_id"] == case["perpetrator_id"]
            and row["scale"] == "cm_change"
            and row["timepoint"] == "exit"
        ]
        if rows:
            codes.append(max(rows, key=lambda entry: entry[0])[1]["code"])
    groups = {code: (code,) for code in set(codes) - {"unknown"}}
    groups["reduced"] = ("reduced_greatly", "reduced_slightly")
    groups["increased"] = ("increased_slightly", "increased_greatly")
    for category, parts in groups.items():
        number = count(codes, lambda c, p=parts: c in p)
        known_ones = len(codes) - codes.count("unknown")
        o.put(
            "M-RISK-CM",
            "su_closed",
            "all",
            {"category": category},
            n=known_ones,
            count=number,
            percent=percent(number, len(codes)),
            percent_known=percent(number, known_ones),
        )


def judgements(o: Oracle) -> None:
    codes = {
        "idva_change": ("vs_exit_risk", "M-RISK-IDVA", ("significant", "moderate", "limited", "increased")),
        "idva_sustain": ("vs_exit_sustain", "M-RISK-SUSTAIN", ("permanent", "long", "medium", "short")),
        "idva_safer": ("vs_exit_safer", "M-RISK-SAFER", ("much", "slightly", "no_change", "not_asked")),
    }
    for scale, (population, measure, names) in codes.items():
        latest: dict[tuple[str, str], Row] = {}
        for row in o.rows("risk_change"):
            if row["scale"] != scale or row["timepoint"] != "exit":
                continue
            link = o.index_link(row["perpetrator_id"])
            victim = row["victim_id"] or (link["victim_id"] if link else "")
            key = (row["perpetrator_id"], victim)
            old = latest.get(key)
            if old is None or _rank(row) > _rank(old):
                latest[key] = row
        for arm in ARMS:
            own = [r["code"] for (p, _), r in latest.items() if o.person(p)["arm"] == arm]
            for name in (*names, "unknown"):
                number = own.count(name)
                values: dict[str, Any] = {"count": number, "percent": percent(number, len(own))}
                if scale == "idva_change" and name != "unknown":
                    values["percent_known"] = percent(number, len(own) - own.count("unknown"))
                o.put(measure, population, f"arm={arm}", {"category": name}, **values)


def dose(o: Oracle) -> None:
    days: dict[str, list[float]] = {arm: [] for arm in ARMS}
    contacts: dict[str, list[float]] = {arm: [] for arm in ARMS}
    for person, _, form in o.paired():
        if form["intake_date"] and form["exit_date"]:
            days[person["arm"]].append(_between(form["intake_date"], form["exit_date"]))
        if form["contacts_n"]:
            contacts[person["arm"]].append(float(form["contacts_n"]))
    for measure, found in (("M-IDVA-LENGTH", days), ("M-IDVA-CONTACTS", contacts)):
        values: dict[str, Any] = {arm: spread(found[arm]) for arm in ARMS}
        if min(len(found[arm]) for arm in ARMS) >= 5 and any(len(set(found[arm])) > 1 for arm in ARMS):
            levene = stats.levene(found["drive"], found["control"], center="mean").pvalue
            values["p"] = float(
                stats.ttest_ind(found["drive"], found["control"], equal_var=not levene < 0.05).pvalue
            )
        o.put(measure, "vs_paired", "all", {}, **values)


def _between(first: str, last: str) -> float:
    from datetime import date

    return float((date.fromisoformat(last) - date.fromisoformat(first)).days)
