"""Cost: M-COST-INPUT as read, M-COST-AVOIDED as a model of ours, labelled so."""

from __future__ import annotations

from drive_evaluation.errors import NotComputableError
from drive_evaluation.measures.tally import make
from drive_evaluation.results import READ, Result
from drive_evaluation.samples import Sample
from drive_evaluation.study import Study

DISCOUNT = 0.035


def cost_inputs(study: Study, sample: Sample) -> list[Result]:
    """M-COST-INPUT: the registry of costs with price year, source and exclusions; suspected errors are flagged.

    The value is that of the latest price year; ``n`` counts the rows of the registry for the item.
    """
    rows = study.table("unit_costs").sort_values(["item", "price_year", "source"], kind="stable")
    results = []
    for item, part in rows.groupby("item", sort=True):
        row = part.iloc[-1]
        value = float(row["value"])
        flagged = bool(row["suspected_error"] is True)
        values = {
            "value": int(value) if value.is_integer() else value,
            "unit": row["unit"],
            "price_year": row["price_year"],
            "source": row["source"],
            "excludes": row["excludes"] if isinstance(row["excludes"], str) else None,
        }
        notes = (READ, "suspected_error_never_summed") if flagged else (READ,)
        results.append(
            make(
                "M-COST-INPUT", sample, {"item": str(item)}, values, n=len(part), size=len(part), notes=notes
            )
        )
    return results


def avoided(
    *,
    expected_returns: float,
    observed_returns: float,
    cost_per_case: float,
    delivery_cost: float,
    years: float = 1.0,
) -> float:
    """(expected − observed returns) × cost per case, discounted at 3.5 % a year, less the delivery cost.

    Returns are numbers of cases, costs pounds of one price year. A model of this library: no published formula exists.
    """
    saved = (expected_returns - observed_returns) * cost_per_case / float((1 + DISCOUNT) ** years)
    return saved - delivery_cost


def cost_avoided(study: Study, sample: Sample) -> list[Result]:
    """M-COST-AVOIDED: the model with one-way sensitivity of ±25 % on each input.

    Needs ``marac_return_percent`` among the comparators of ``reference_values``, and ``state_cost_per_high_risk_case``
    and ``delivery_cost`` in ``unit_costs``; a row with a suspected error never enters.
    """
    from drive_evaluation.measures.marac import marac_return

    references = study.table("reference_values")
    expected = references.loc[
        (references["name"] == "marac_return_percent") & (references["kind"] == "comparator"), "value"
    ]
    costs = study.table("unit_costs")
    usable = costs[costs["suspected_error"] != True].set_index("item")["value"]  # noqa: E712  # missing is neither true nor false
    needed = ("state_cost_per_high_risk_case", "delivery_cost")
    if expected.empty or not set(needed) <= set(usable.index):
        raise NotComputableError(
            "the cost model needs a comparator marac_return_percent and the unit costs " + ", ".join(needed)
        )
    results = []
    for result in marac_return(study, sample):
        if set(result.dimensions) != {"definition"}:
            continue
        eligible, observed = result.values["eligible"], result.values["reappeared"]
        inputs = {
            "expected_returns": float(expected.iloc[-1]) / 100 * eligible,
            "observed_returns": float(observed),
            "cost_per_case": float(usable[needed[0]]),
            "delivery_cost": float(usable[needed[1]]),
        }
        spread = {}
        for name, value in inputs.items():
            spread[name] = {
                side: avoided(**{**inputs, name: value * factor})
                for side, factor in (("low", 0.75), ("high", 1.25))
            }
        values = {**inputs, "avoided": avoided(**inputs), "sensitivity": spread, "discount": DISCOUNT}
        results.append(
            make(
                "M-COST-AVOIDED",
                sample,
                dict(result.dimensions),
                values,
                n=result.n,
                notes=("model_of_this_library",),
            )
        )
    return results
