"""Figures as SVG and PNG: colours that stay apart without colour vision, the same bytes on every rerun."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from drive_evaluation.charts import Chart, title_of
from drive_evaluation.presentation import label, rounded

# Okabe and Ito's palette in an order of falling darkness; hatching tells the series apart in grey print.
COLOURS = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#999999", "#F0E442")
HATCHES = ("", "//", "..", "xx", "\\\\", "++", "--", "oo")
KEY_WIDTH, KEY_MARK = 105, 10
"""Letters that the key has room for in a row, and the letters that a mark with its gaps takes the room of."""
STYLE: Any = {
    "svg.hashsalt": "drive-evaluation",
    "svg.fonttype": "none",
    "font.family": "DejaVu Sans",
    "font.size": 9,
    "hatch.linewidth": 0.4,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "figure.max_open_warning": 0,
}


def draw(chart: Chart) -> Figure:
    """The figure of a chart, without a display."""
    with mpl.rc_context(STYLE):
        if chart.exhibit.shape == "flow":
            return _flow(chart)
        if chart.exhibit.shape == "nested":
            return _nested(chart)
        rows = len(chart.categories) * max(len(chart.series), 1)
        if chart.exhibit.shape == "stacked":
            rows = len(chart.categories)
        tall = chart.exhibit.shape in ("bars", "stacked")
        figure = Figure(figsize=(7.2, max(2.4, 0.3 * rows + 1.2) if tall else 3.6), layout="tight")
        axes = figure.subplots()
        drawing = {
            "bars": _bars,
            "stacked": _stacked,
            "columns": _columns,
            "histogram": _histogram,
            "lines": _lines,
            "dual": _dual,
        }[chart.exhibit.shape]
        drawing(axes, chart)
        if chart.series != ("",) and chart.exhibit.shape not in ("dual", "histogram"):
            _legend(axes)
        return figure


def _legend(axes: Axes, handles: Sequence[Any] | None = None) -> None:
    """The key above the figure. Its place is said: the search for the best one warns by the clock on a busy machine."""
    shown = axes.get_legend_handles_labels()[0] if handles is None else handles
    longest = max(len(str(handle.get_label())) for handle in shown)
    columns = max(1, min(len(shown), KEY_WIDTH // (longest + KEY_MARK)))
    axes.legend(
        handles=shown, frameon=False, fontsize=8, ncols=columns, loc="lower center", bbox_to_anchor=(0.5, 1)
    )


def _numbers(chart: Chart, series: str) -> list[float]:
    return [chart.values.get((category, series)) or 0.0 for category in chart.categories]


def _names(categories: Sequence[str]) -> list[str]:
    return [title_of(category) for category in categories]


def _bars(axes: Axes, chart: Chart) -> None:
    height = 0.8 / len(chart.series)
    for i, series in enumerate(chart.series):
        places = [k + (i - (len(chart.series) - 1) / 2) * height for k in range(len(chart.categories))]
        numbers = _numbers(chart, series)
        axes.barh(
            places,
            numbers,
            height,
            label=title_of(series),
            color=COLOURS[i % 8],
            hatch=HATCHES[i % 8],
            edgecolor="white",
        )
        for place, number, category in zip(places, numbers, chart.categories, strict=True):
            text = _bar_text(chart, category, series)
            axes.annotate(
                text,
                (max(number, 0), place),
                xytext=(3, 0),
                textcoords="offset points",
                va="center",
                fontsize=7,
            )
    axes.set_yticks(range(len(chart.categories)), _names(chart.categories))
    axes.invert_yaxis()
    axes.set_xlabel(chart.exhibit.unit.capitalize())
    axes.margins(x=0.16)


def _stacked(axes: Axes, chart: Chart) -> None:
    """One bar a category, its series laid end to end; a piece wide enough carries its number."""
    places = range(len(chart.categories))
    left = [0.0] * len(chart.categories)
    for i, series in enumerate(chart.series):
        numbers = _numbers(chart, series)
        axes.barh(
            places,
            numbers,
            0.8,
            left=left,
            label=title_of(series),
            color=COLOURS[i % 8],
            hatch=HATCHES[i % 8],
            edgecolor="white",
        )
        for place, start, number in zip(places, left, numbers, strict=True):
            if number >= WRITTEN_FROM:
                box = {"facecolor": "white", "edgecolor": "none", "pad": 0.5}
                axes.text(
                    start + number / 2,
                    place,
                    rounded(number, 0),
                    ha="center",
                    va="center",
                    fontsize=7,
                    bbox=box,
                )
        left = [start + number for start, number in zip(left, numbers, strict=True)]
    axes.set_yticks(places, _names(chart.categories))
    axes.invert_yaxis()
    axes.set_xlabel(chart.exhibit.unit.capitalize())


WRITTEN_FROM = 4.0
"""Percent from which a piece of a stacked bar carries its number; the table beside the figure has them all."""


def _histogram(axes: Axes, chart: Chart) -> None:
    (series,) = chart.series
    axes.bar(
        [int(category) for category in chart.categories],
        _numbers(chart, series),
        1.0,
        color=COLOURS[0],
        edgecolor="white",
    )
    axes.set_xlabel(f"{label(chart.exhibit.axis)} (n {_size(chart)})")
    axes.set_ylabel(chart.exhibit.unit.capitalize())


def _size(chart: Chart) -> str:
    size = next(iter(chart.bases.values()))[0]
    return "–" if size is None else str(size)


def _bar_text(chart: Chart, category: str, series: str) -> str:
    value = chart.values.get((category, series))
    if value is None:
        return "–"
    return rounded(value, 0 if chart.exhibit.unit in ("percent", "people", "links") else 2)


def _columns(axes: Axes, chart: Chart) -> None:
    width = 0.8 / len(chart.series)
    for i, series in enumerate(chart.series):
        places = [k + (i - (len(chart.series) - 1) / 2) * width for k in range(len(chart.categories))]
        numbers = _numbers(chart, series)
        axes.bar(
            places,
            numbers,
            width,
            label=title_of(series),
            color=COLOURS[i % 8],
            hatch=HATCHES[i % 8],
            edgecolor="white",
        )
        for place, number, category in zip(places, numbers, chart.categories, strict=True):
            text = _bar_text(chart, category, series)
            axes.annotate(
                text,
                (place, number),
                xytext=(0, 2 if number >= 0 else -9),
                textcoords="offset points",
                ha="center",
                fontsize=7,
            )
    names = [
        f"{name}\n{_base(chart, category)}"
        for name, category in zip(_names(chart.categories), chart.categories, strict=True)
    ]
    axes.set_xticks(range(len(chart.categories)), names, fontsize=7)
    axes.set_ylabel(chart.exhibit.unit.capitalize())
    axes.axhline(0, color="black", linewidth=0.6)
    if chart.band is not None:
        name = f"Expected {rounded(chart.band[0], 0)} to {rounded(chart.band[1], 0)}"
        axes.axhspan(
            *chart.band, facecolor="none", edgecolor="#444444", hatch="....", linewidth=0.8, label=name
        )


def _base(chart: Chart, category: str) -> str:
    sizes = [chart.bases.get((category, series), (None, None))[0] for series in chart.series]
    return "n " + " / ".join("–" if size is None else str(size) for size in sizes)


def _lines(axes: Axes, chart: Chart) -> None:
    markers = "osD^vPX*"
    most = 0.0
    for i, series in enumerate(chart.series):
        numbers: list[Any] = [chart.values.get((category, series)) for category in chart.categories]
        most = max([most, *(number for number in numbers if number is not None)])
        points = [(k, number) for k, number in enumerate(numbers) if number is not None]
        axes.plot(
            [k for k, _ in points],
            [number for _, number in points],
            marker=markers[i % 8],
            color=COLOURS[i % 8],
            linestyle=("-", "--", ":", "-.")[i % 4],
            label=title_of(series),
        )
    axes.set_xticks(
        range(len(chart.categories)), _names(chart.categories), rotation=30, ha="right", fontsize=7
    )
    axes.set_ylabel(chart.exhibit.unit.capitalize())
    axes.set_ylim(0, 1.08 * most or 1.0)  # room for a whole mark at the highest point


def _dual(axes: Axes, chart: Chart) -> None:
    """Bars on the left scale, a marked line on the right one; each scale has the colour and the name of its series."""
    first, second = chart.series
    places = range(len(chart.categories))
    bars = axes.bar(
        places, _numbers(chart, first), 0.8, color=COLOURS[0], edgecolor="white", label=title_of(first)
    )
    other = axes.twinx()
    line = other.plot(
        places,
        _numbers(chart, second),
        color=COLOURS[5],
        marker="o",
        linestyle="--",
        linewidth=1.4,
        label=title_of(second),
    )
    other.spines["right"].set_visible(True)
    axes.set_xticks(places, list(chart.categories), fontsize=7)
    axes.set_xlabel("Case month")
    axes.set_ylabel(title_of(first), color=COLOURS[0])
    other.set_ylabel(title_of(second), color=COLOURS[5])
    axes.set_ylim(bottom=0)
    other.set_ylim(bottom=0)
    _legend(axes, [bars, *line])


NAMED_FROM = 2.5
"""Percent from which a piece of the outer ring is named; the table beside the figure names all."""


def _nested(chart: Chart) -> Figure:
    """Two rings: the series inside, hatched, and within each the categories outside in a paler tone."""
    figure = Figure(figsize=(7.2, 5.2), layout="tight")
    axes = figure.subplots()
    inner = [sum(_numbers(chart, series)) for series in chart.series]
    outer = [
        (i, category, chart.values.get((category, series)) or 0.0)
        for i, series in enumerate(chart.series)
        for category in chart.categories
    ]
    outer = [piece for piece in outer if piece[2] > 0]
    ring = {"width": 0.36, "edgecolor": "white"}
    axes.pie([size for _, _, size in outer], radius=1.0, startangle=90, counterclock=False,
             colors=[mpl.colors.to_rgba(COLOURS[i % 8], 0.45) for i, _, _ in outer], wedgeprops=ring,
             labels=[f"{title_of(name)} {rounded(size, 0)}" if size >= NAMED_FROM else "" for _, name, size in outer],
             labeldistance=1.04, textprops={"fontsize": 7})  # fmt: skip
    axes.pie(inner, radius=0.62, startangle=90, counterclock=False, colors=[COLOURS[i % 8] for i in range(len(inner))],
             hatch=[HATCHES[i % 8] for i in range(len(inner))], wedgeprops=ring,
             labels=[f"{title_of(s)}\n{rounded(size, 0)}" for s, size in zip(chart.series, inner, strict=True)],
             labeldistance=0.71, textprops={"fontsize": 8, "ha": "center", "va": "center",
                                            "bbox": {"facecolor": "white", "edgecolor": "none", "pad": 1}})  # fmt: skip
    axes.set_xlabel(f"{chart.exhibit.unit.capitalize()} of all actions with an agency")
    return figure


def _flow(chart: Chart) -> Figure:
    """Boxes in flow order: what leaves on the right, what stays on the left."""
    leaving = {
        "excluded_repeat_marac",
        "not_randomised",
        "consent_refused",
        "baseline_not_supplied",
        "started_after_cut",
        "open_at_cut",
        "allocated_control",
        "control_no_behaviour_data",
        "police_insights_control",
        "police_traced_control",
    }
    nodes = list(chart.categories)
    figure = Figure(figsize=(7.2, 0.55 * len(nodes) + 0.6), layout="tight")
    axes = figure.subplots()
    axes.set_axis_off()
    axes.set_xlim(0, 10)
    axes.set_ylim(-len(nodes), 1)
    box = {"boxstyle": "square,pad=0.35", "facecolor": "white", "edgecolor": "#0072B2"}
    previous = None
    for row, node in enumerate(nodes):
        aside = node in leaving
        value = chart.values.get((node, ""))
        text = f"{title_of(node)}: {'–' if value is None else int(value)}"
        axes.text(6.4 if aside else 2.8, -row, text, ha="center", va="center", fontsize=8, bbox=box)
        if not aside:
            if previous is not None:
                axes.annotate(
                    "",
                    (2.8, -row + 0.3),
                    (2.8, -previous - 0.3),
                    arrowprops={"arrowstyle": "->", "linewidth": 0.7},
                )
            previous = row
    return figure


def write_figures(charts: Sequence[Chart], folder: Path) -> list[Path]:
    """Write every chart as SVG and PNG; returns the SVG files."""
    target = folder / "figures"
    target.mkdir(parents=True, exist_ok=True)
    written = []
    for chart in charts:
        with mpl.rc_context(STYLE):
            figure = draw(chart)
            svg = target / f"{chart.exhibit.name}.svg"
            figure.savefig(
                svg, format="svg", metadata={"Date": None, "Creator": None, "Title": chart.exhibit.title}
            )
            figure.savefig(svg.with_suffix(".png"), format="png", dpi=110, metadata={"Software": None})
        written.append(svg)
    return written
