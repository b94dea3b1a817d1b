"""Sentences made from numbers. A template names direction, level, base and test, and is refused where it does not hold.

No sentence calls an odds ratio a chance, a within-arm change an effect of the intervention, or a rise in recorded
crime bad; none uses an adjective for a distance from a target.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from drive_evaluation.presentation import df_text, label, p_text, percent_text, rounded
from drive_evaluation.results import READ
from drive_evaluation.statistics.intervals import INTERVALS

Document = Mapping[str, Any]

FORBIDDEN = (
    "effect of drive",
    "because of drive",
    "likelihood",
    "probability of",
    "slightly below",
    "caused by",
)


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence and the ids of the results it was made from."""

    text: str
    sources: tuple[str, ...]


class ContradictionError(ValueError):
    """A sentence claims what its numbers do not say."""


def direction(before: float, after: float) -> str:
    """``fell``, ``rose`` or ``did not change``."""
    return "fell" if after < before else "rose" if after > before else "did not change"


def claim_all(cells: Sequence[tuple[str, float, float]], verb: str, text: str) -> str:
    """``text``, only if every cell moved as ``verb`` says; ContradictionError names the first that did not."""
    for name, before, after in cells:
        if direction(before, after) != verb:
            raise ContradictionError(f"{text!r} does not hold: {name} {direction(before, after)}")
    return text


def source(document: Document) -> str:
    """The id of a result."""
    dimensions = ",".join(f"{k}={v}" for k, v in sorted(document["dimensions"].items()))
    return f"{document['measure']}|{document['population']}|{document['subgroup']}|{dimensions}"


def _group(document: Document) -> str:
    if document["subgroup"] == "all":
        return ""
    parts = [label(part.split("=", 1)[1]) for part in document["subgroup"].split("&")]
    return f" ({', '.join(parts)})"


def _test(document: Document) -> str:
    test = document["test"]
    if test is None:
        return "no test" + (f", {label(document['notes'][0]).lower()}" if document["notes"] else "")
    names = {
        "mcnemar_exact": "exact McNemar test",
        "t_welch": "Welch t test",
        "t_pooled": "pooled t test",
        "mann_whitney": "Mann-Whitney test",
        "friedman": "Friedman test",
        "mantel_haenszel": "Mantel-Haenszel test",
        "chi_square": "chi-square test",
        "fisher_exact": "Fisher's exact test",
        "rm_anova": "repeated-measures analysis of variance",
    }
    statistic = ""
    if test["statistic"] is not None and test["name"] not in ("mcnemar_exact", "fisher_exact"):
        degrees = df_text(tuple(test["df"]) if isinstance(test["df"], list) else test["df"])
        statistic = f" {rounded(test['statistic'], 2)}" + (f" on {degrees} df" if degrees else "")
    return f"{names.get(test['name'], test['name'])}{statistic}, {p_text(test['p'])}"


EFFECTS = {
    "difference_in_means": "difference in means",
    "kendalls_w": "Kendall's W",
    "partial_eta_squared": "partial eta squared",
    "rank_biserial": "rank-biserial correlation",
    "risk_ratio": "risk ratio",
}


def _interval(effect: Mapping[str, Any], places: int = 2) -> str:
    """The 95 % interval with the method that made it; a limit that is not defined is said to be none."""
    limits = (effect["ci_low"], effect["ci_high"])
    if limits == (None, None):
        return "no 95 % interval"
    text = " to ".join("no limit" if limit is None else rounded(limit, places) for limit in limits)
    return f"95 % interval {text} by {INTERVALS[effect['interval']].name}"


def _effect(effect: Mapping[str, Any] | None, places: int = 2) -> str:
    """An effect with its interval, in front of what follows; empty where there is none."""
    if effect is None or effect["value"] is None:
        return ""
    return f"{EFFECTS[effect['name']]} {rounded(effect['value'], places)}, {_interval(effect, places)}; "


def _mcnemar(document: Document) -> str | None:
    values = document["values"]
    before, after = values["intake"]["percent_used"], values["exit"]["percent_used"]
    if before is None or after is None:
        return None
    kind = label(document["dimensions"]["abuse_type"]).lower()
    informant = "case manager" if document["dimensions"]["informant"] == "case_manager" else "IDVA"
    return (
        f"Use of {kind} abuse, rated by the {informant}{_group(document)}, {direction(before, after)}"
        f"{' at' if before == after else ' from'} {percent_text(before)}"
        + ("" if before == after else f" at intake to {percent_text(after)} at exit")
        + f" among {document['n']} pairs known at both ({document['n_missing']} missing; {_test(document)})."
    )


def _odds(document: Document) -> str | None:
    effect = document["effect"]
    if effect is None or effect["value"] is None or document["dimensions"]["adjust"] not in ("crude", "site"):
        return None
    # More decimals where rounding would hide on which side of 1 a limit lies.
    places = 2
    while places < 5 and any(
        limit is not None and rounded(limit, places) == rounded(1.0, places)
        for limit in (effect["ci_low"], effect["ci_high"])
    ):
        places += 1
    ratio = next((other for other in document["other_effects"] if other["name"] == "risk_ratio"), None)
    how = "pooled over sites" if document["dimensions"]["adjust"] == "site" else "crude"
    kind = label(document["dimensions"]["abuse_type"]).lower()
    return (
        f"The odds of {kind} abuse at exit in control were {rounded(effect['value'], places)} times those in Drive "
        f"({how}; {_interval(effect, places)}; {_test(document)}; {_effect(ratio)}{document['n']} known, {document['n_missing']} missing). "
        "This compares people who engaged with an IDVA, so it is not intention-to-treat."
    )


def _means(document: Document) -> str | None:
    if "curve" in document["dimensions"]:
        return None
    drive, control = document["values"]["drive"], document["values"]["control"]
    if drive["mean"] is None or control["mean"] is None:
        return None
    names = {
        "M-IDVA-LENGTH": "days of support",
        "M-IDVA-CONTACTS": "IDVA contacts",
        "M-IDVA-SUPPORTS": "supports mobilised",
        "M-IDVA-SELF": label(document["dimensions"].get("item", "")).lower(),
    }
    what = names[document["measure"]]

    def one(group: Mapping[str, Any]) -> str:
        return f"mean {rounded(group['mean'])}, SD {rounded(group['sd'])}, median {rounded(group['median'])}, n = {group['n']}"

    return (
        f"{label(what)}{_group(document)}: Drive {one(drive)}; control {one(control)} "
        f"({_effect(document['effect'], 1)}{_test(document)})."
    )


def _dash(document: Document) -> str | None:
    means = document["values"]["mean"]
    if means["intake"] is None:
        return None
    pairs = [f"{pair['pair']} {p_text(pair['p_adjusted'])} adjusted" for pair in document["posthoc"]]
    return (
        f"The mean Drive DASH score was {rounded(means['intake'], 2)} at intake, {rounded(means['mid'], 2)} at mid and "
        f"{rounded(means['exit'], 2)} at exit among {document['n']} cases with three valid forms "
        f"({_effect(document['effect'])}{_test(document)}"
        + (f"; {'; '.join(pairs)}" if pairs else "")
        + "). There is no control group for this score."
    )


def _ages(document: Document) -> str | None:
    values = document["values"]
    key = "median" if "shapes_alike" in document["notes"] else "mean_rank"
    groups = [(name, values[name]) for name in ("contacted", "not_contacted")]
    if any(group[key] is None for _, group in groups):
        return None
    person = "service users" if document["dimensions"]["person"] == "perpetrator" else "victims/survivors"
    each = "; ".join(
        f"{label(name).lower()} {label(key).lower()} {rounded(group[key])}, n = {group['n']}"
        for name, group in groups
    )
    return (
        f"Age of {person}{_group(document)}: {each} ({_effect(document['effect'])}{_test(document)}; "
        f"{document['n_missing']} missing)."
    )


def _grid(document: Document) -> str | None:
    values, dimensions = document["values"], document["dimensions"]
    if "severity" not in dimensions:
        return None
    kind, level = label(dimensions["abuse_type"]), dimensions["severity"]
    before, after = values["intake"], values["exit"]
    if values["undefined"]:
        return f"{kind} at the {level} level: none at intake, {after} at exit{_group(document)}; no percentage is defined."
    if before == after == 0:
        return f"{kind} at the {level} level: none at intake and none at exit{_group(document)}."
    reduction = values["percent_reduction"]
    moved = direction(before, after)
    by = "" if before == after else f" by {percent_text(abs(reduction), 0)}"
    return f"{kind} at the {level} level {moved}{by}: {before} links at intake, {after} at exit{_group(document)}."


def _share(what: str, dimension: tuple[str, str]) -> Callable[[Document], str | None]:
    def sentence(document: Document) -> str | None:
        if document["dimensions"].get(dimension[0]) != dimension[1] or document["values"]["percent"] is None:
            return None
        values = document["values"]
        whole = document["n"] + document["n_missing"]
        text = f"{values['count']} of {whole} cases ({percent_text(values['percent'], 0)}){_group(document)} {what}."
        if values.get("expected_low") is not None:
            band = " to ".join(rounded(values[end], 0) for end in ("expected_low", "expected_high"))
            text += f" Expected: {band} %."
        return text

    return sentence


def _behaviour(document: Document) -> str | None:
    values = document["values"]
    if values["percent"] is None:
        return None
    return (
        f"{values['count']} cases had behaviour change work{_group(document)}: {percent_text(values['percent'], 0)} of "
        f"{document['n'] + document['n_missing']} cases and {percent_text(values['percent_of_contacted'], 0)} of the "
        f"{values['contacted']} contacted."
    )


TEMPLATES: Mapping[str, Callable[[Document], str | None]] = {
    "M-ABUSE-MCNEMAR": _mcnemar,
    "M-ABUSE-OR": _odds,
    "M-IDVA-LENGTH": _means,
    "M-IDVA-CONTACTS": _means,
    "M-IDVA-SUPPORTS": _means,
    "M-IDVA-SELF": _means,
    "M-DASH-CHANGE": _dash,
    "M-AGE-CONTACT": _ages,
    "M-SOAG": _grid,
    "M-CONTACT-RATE": _share("had direct contact with the service user", ("contacted", "yes")),
    "M-BCW-RATE": _behaviour,
}


def _compared(document: Document, comparators: Sequence[Document]) -> str:
    """What the package states of the same cell in other studies, their names in front."""
    who = document["population"].split(".", 1)[1]
    return "".join(
        f" {label(prefix)}: {percent_text(other['values']['percent'], 0)}."
        for other in comparators
        for prefix, _, sample in (other["population"].partition("."),)
        if other["measure"] == document["measure"]
        and sample == who
        and other["dimensions"] == document["dimensions"]
        and other["values"].get("percent") is not None
    )


def sentences(documents: Sequence[Document]) -> Iterator[Sentence]:
    """Every sentence the templates make of the results, in result order, checked for words that must not occur."""
    comparators = [document for document in documents if READ in document["notes"]]
    for document in documents:
        template = TEMPLATES.get(document["measure"])
        if template is None or "site=" in document["subgroup"] or document["subgroup"].count("&"):
            continue
        text = None if READ in document["notes"] else template(document)
        if text is None:
            continue
        text += _compared(document, comparators)
        for words in FORBIDDEN:
            if words in text.lower():
                raise ContradictionError(f"{text!r} uses {words!r}")
        yield Sentence(text, (source(document),))
