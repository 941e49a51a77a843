"""Charts with Italian numbers. Values become floats here and nowhere else: to be drawn, not to be read.

What a reader reads (labels, tooltips) is text made from the exact values. Colours can be told apart by colour-blind
readers; names are wrapped, never cut; the figures stand in a column at the right edge, at any width.
"""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import altair as alt
import streamlit as st

from dashboards import formats

BLUE = "#1f4e79"
ORANGE = "#d55e00"
GREEN = "#009e73"
GREY = "#8a9199"
INK = "#1b2733"
PALE = "#9abad5"
VISIBLE = "Solo le cifre visibili"  # a sum without what is hidden
YEARS = ("#b8cfe2", "#7ba4c6", "#1f4e79")  # from the past to the present

# Sizes in pixels: the charts keep their own gutters for names and figures, so that none is cut at any width.
_NAME_WIDTH = 22  # letters
_LETTER = 6.4
_LINE = 15
_BAR = 20
_AXIS = 46
_LEGEND = 34

LOCALE = {
    "number": {"decimal": ",", "thousands": ".", "grouping": [3], "currency": ["", "\u00a0€"]},
    "time": {
        "dateTime": "%A %e %B %Y, %X",
        "date": "%d/%m/%Y",
        "time": "%H:%M:%S",
        "periods": ["AM", "PM"],
        "days": ["domenica", "lunedì", "martedì", "mercoledì", "giovedì", "venerdì", "sabato"],
        "shortDays": ["dom", "lun", "mar", "mer", "gio", "ven", "sab"],
        "months": list(formats.MONTHS),
        "shortMonths": [month[:3] for month in formats.MONTHS],
    },
}


@dataclass(frozen=True)
class Bar:
    """A bar.

    Attributes:
        name: What it is of.
        value: How long it is.
        unit: Unit of the value.
        group: The series it belongs to, where there are several.
        start: Where it begins, for the steps of a waterfall.
        text: What is written at the right; the value itself when not given.
        detail: Where it belongs, for the tooltip.
    """

    name: str
    value: formats.Number
    unit: str
    group: str = ""
    start: formats.Number = 0
    text: str | None = None
    detail: str = ""

    @property
    def label(self) -> str:
        """The figure, as written."""
        return self.text if self.text is not None else formats.quantity(self.value, self.unit)


def bars(
    data: Sequence[Bar],
    title: str,
    *,
    colors: dict[str, str] | None = None,
    reference: tuple[formats.Number, str] | None = None,
    legend: str | None = None,
    names: str = "Voce",
) -> alt.LayerChart:
    """Horizontal bars in the order given; with several groups of the same name, one under the other.

    Args:
        data: The bars.
        title: What the axis measures, with its unit.
        colors: Colour of each group, in the order of the legend.
        reference: A value marked by a dashed line, and what it is.
        legend: Title of the legend; none means no legend.
        names: What the names are, for the tooltip.
    """
    order = list(dict.fromkeys(_wrapped(bar.name) for bar in data))
    groups = list(colors) if colors else [""]
    per_name = max((sum(1 for bar in data if bar.name == name) for name in {bar.name for bar in data}), default=1)
    left = max((len(line) for name in order for line in name.split("\n")), default=0) * _LETTER + 12
    right = max((len(bar.label) for bar in data), default=0) * _LETTER + 12

    y: dict[str, Any] = {
        "y": alt.Y("nome:N", sort=order, axis=None, scale=alt.Scale(paddingInner=0.25, paddingOuter=0.1))
    }
    if per_name > 1:
        y["yOffset"] = alt.YOffset("gruppo:N", sort=groups, scale=alt.Scale(paddingInner=0.08))
    x = alt.X(
        "da:Q",
        title=title,
        scale=alt.Scale(
            domain=_domain(data), range=[left, {"expr": f"max({left + 40:.0f}, width - {right:.0f})"}], nice=True
        ),
        axis=alt.Axis(format=",~f", tickCount={"expr": "width < 500 ? 2 : 5"}, labelFlush=True, labelOverlap="greedy"),
    )
    color: Any = alt.value(BLUE)
    if colors:
        color = alt.Color(
            "gruppo:N",
            sort=groups,
            scale=alt.Scale(domain=groups, range=list(colors.values())),
            legend=alt.Legend(title=legend or None, orient="top", labelLimit=0) if legend is not None else None,
        )
    tooltip = [alt.Tooltip("intero:N", title=names), alt.Tooltip("testo:N", title=title)]
    if any(bar.detail for bar in data):
        tooltip.insert(1, alt.Tooltip("dettaglio:N", title="Dove"))
    if per_name > 1:
        tooltip.insert(1, alt.Tooltip("gruppo:N", title=legend or "Serie"))

    base = alt.Chart().encode(**y)
    thin = base.mark_bar(cornerRadius=1, size=_BAR) if per_name == 1 else base.mark_bar(cornerRadius=1)
    layers: list[Any] = [
        thin.encode(x=x, x2="a:Q", color=color, tooltip=tooltip),
        base.mark_text(align="right", baseline="middle", color=INK, fontSize=12 if per_name == 1 else 11).encode(
            x=alt.value({"expr": "width"}), text="testo:N"
        ),
        # one name for all the bars of a name, in the middle of its lines
        alt.Chart()
        .mark_text(
            align="right",
            baseline="middle",
            color=INK,
            fontSize=12,
            lineBreak="\n",
            lineHeight=_LINE,
            dy={"expr": f"(1 - length(split(datum.nome, '\\n'))) * {_LINE / 2}"},
        )
        .transform_filter("datum.primo")
        .encode(y=alt.Y("nome:N", sort=order, axis=None, bandPosition=0.5), x=alt.value(left - 8), text="nome:N"),
    ]
    if reference is not None:
        value, name = reference
        rule = alt.Chart(_inline([{"a": float(value), "linea": name}]))
        layers.insert(
            1,
            rule.mark_rule(strokeDash=[5, 4], color=ORANGE, strokeWidth=1.5).encode(
                x="a:Q", tooltip=alt.Tooltip("linea:N", title="Linea")
            ),
        )
    chart = alt.LayerChart(layer=layers, data=_inline(_drawn(data)))
    lines = max((name.count("\n") + 1 for name in order), default=1)
    step = max(lines * _LINE + 10, per_name * 20 + 10, 30)
    return _finished(chart, max(len(order), 1) * step + _AXIS + (_LEGEND if legend is not None else 0))


@dataclass(frozen=True)
class Point:
    """A value of a month.

    Attributes:
        month: First day of the month.
        value: How much; none where it is hidden or missing: a gap, never zero.
        unit: Unit of the value.
        series: The series it belongs to.
        below: It is drawn under the line of zero, to stand against another series.
        partial: A sum that leaves hidden values out: it is drawn apart.
    """

    month: date
    value: formats.Number | None
    unit: str
    series: str
    below: bool = False
    partial: bool = False


def months(
    data: Sequence[Point], title: str, *, colors: dict[str, str], columns: bool = False, names: str = "Serie"
) -> alt.LayerChart:
    """Values by month: lines with their points, or columns above and below zero.

    Args:
        data: The values. A month without one is a gap.
        title: What the axis measures, with its unit.
        colors: Colour of each series, in the order of the legend.
        columns: Columns instead of lines.
        names: What the series are, for the tooltip.
    """
    values = [
        {
            "mese": f"{point.month:%Y-%m-%d}",
            "nome": formats.month(point.month),
            "serie": VISIBLE if point.partial else point.series,
            "valore": None if point.value is None else float(-point.value if point.below else point.value),
            "testo": formats.quantity(point.value, point.unit) + (formats.PARTIAL if point.partial else ""),
        }
        for point in data
    ]
    several = len(colors) > 1 or VISIBLE in colors
    x = alt.X(
        "utcyearmonth(mese):T",
        title=None,
        axis=alt.Axis(
            format="%b %Y",
            tickCount={"expr": "width < 500 ? 4 : 10"},
            labelOverlap="greedy",
            labelFlush=True,
            grid=False,
            ticks=True,
        ),
    )
    y = alt.Y(
        "valore:Q",
        title=None,
        scale=alt.Scale(zero=True, nice=True),
        # what is under zero is drawn there to be told apart: it is not a negative number
        axis=alt.Axis(labelExpr="format(abs(datum.value), ',~f')", tickCount=5, minExtent=46, maxExtent=46),
        stack=None,
    )
    color = alt.Color(
        "serie:N",
        scale=alt.Scale(domain=list(colors), range=list(colors.values())),
        legend=alt.Legend(title=None, orient="top", labelLimit=0) if several else None,
    )
    tooltip = [alt.Tooltip("nome:N", title="Mese"), alt.Tooltip("testo:N", title=title)]
    if several:
        tooltip.insert(1, alt.Tooltip("serie:N", title=names))
    base = alt.Chart().encode(x=x, y=y, color=color, tooltip=tooltip)
    layers: list[Any] = (
        [base.mark_bar()]
        if columns
        else [base.mark_line(strokeWidth=2, interpolate="linear"), base.mark_point(filled=True, size=26, opacity=1)]
    )
    chart = alt.LayerChart(layer=layers, data=_inline(values))
    return _finished(chart, 260 + (_LEGEND if several else 0))


def show(chart: alt.LayerChart, key: str, alternative: str) -> None:
    """Put a chart on the page, as wide as the page.

    Args:
        chart: The chart.
        key: Its stable name.
        alternative: What it shows, for whoever does not see it.
    """
    with st.container(key=f"grafico-{key}"):
        st.altair_chart(chart, width="stretch", theme=None, alt=alternative)


def marked(chart: alt.LayerChart, words: str) -> alt.LayerChart:
    """The chart with a warning inside it: it stays when the picture is copied."""
    titled: alt.LayerChart = chart.properties(
        title=alt.TitleParams(words, anchor="start", color=ORANGE, fontSize=12, fontWeight=600, offset=4),
        height=chart.height + 22,
    )
    return titled


def _domain(data: Sequence[Bar]) -> list[float]:
    ends = [0.0, *(float(end) for bar in data for end in (bar.start, bar.start + bar.value))]
    return [min(ends), max(ends) or 1.0]


def _drawn(data: Sequence[Bar]) -> list[dict[str, Any]]:
    seen: set[str] = set()
    rows = []
    for bar in data:
        rows.append(
            {
                "nome": _wrapped(bar.name),
                "primo": bar.name not in seen,
                "intero": bar.name,
                "dettaglio": bar.detail,
                "gruppo": bar.group,
                "da": float(bar.start),
                "a": float(bar.start) + float(bar.value),
                "testo": bar.label,
            }
        )
        seen.add(bar.name)
    return rows


def _wrapped(name: str) -> str:
    return "\n".join(textwrap.wrap(name, _NAME_WIDTH, break_long_words=False)) or " "


def _inline(values: list[dict[str, Any]]) -> Any:
    return alt.Data(values=values)  # type: ignore[no-untyped-call]


def _finished(chart: alt.LayerChart, height: int) -> alt.LayerChart:
    chart = chart.properties(
        height=height,
        padding={"top": 6, "bottom": 2, "left": 0, "right": 1},
        usermeta={"embedOptions": {"actions": False}},
    )
    configured: alt.LayerChart = chart.configure(
        font='"Source Sans", sans-serif',
        locale=LOCALE,
        view=alt.ViewConfig(stroke=None),
        axis=alt.AxisConfig(
            labelColor=INK, titleColor=INK, titleFontWeight=400, titleFontSize=12, gridColor="#e3e8ed", domain=False
        ),
        legend=alt.LegendConfig(labelColor=INK, titleColor=INK, titleFontWeight=400, labelFontSize=12),
    )
    return configured
