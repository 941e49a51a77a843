"""The picture of the benchmark: two panels of lines, written as SVG so that nothing more has to be installed."""

from __future__ import annotations

from typing import NamedTuple
from xml.sax.saxutils import escape

Points = list[tuple[float, float]]

_STYLES = {
    "ours": 'stroke="#1f4e79" stroke-width="3"',
    "bare": 'stroke="#b3641b" stroke-width="2"',
    "pandas": 'stroke="#6b7785" stroke-width="2"',
    "aim": 'stroke="#b3641b" stroke-width="1.5" stroke-dasharray="5 4"',
}
_WIDTH, _HEIGHT = 960, 420
_PANEL, _LEFT, _GAP, _TOP, _BOTTOM = 375, 70, 95, 60, 320
_INK = "#222b33"


class Line(NamedTuple):
    """One way: seconds and megabytes by millions of rows."""

    name: str
    style: str
    seconds: Points
    megabytes: Points


def picture(lines: list[Line]) -> str:
    """The SVG: seconds on the left, peak memory on the right, one legend below."""
    right = _LEFT + _PANEL + _GAP
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" width="{_WIDTH}" '
        f'height="{_HEIGHT}" font-family="system-ui, sans-serif" font-size="13" fill="{_INK}" role="img">',
        "<title>Seconds and peak memory by millions of rows</title>",
        f'<rect width="{_WIDTH}" height="{_HEIGHT}" fill="#ffffff"/>',
        *_panel(_LEFT, "From file to marts, seconds", [(line.style, line.seconds) for line in lines]),
        *_panel(right, "Peak memory, MB", [(line.style, line.megabytes) for line in lines]),
        *_legend([line for line in lines if line.seconds]),
        "</svg>\n",
    ]
    return "\n".join(parts)


def _panel(left: int, title: str, lines: list[tuple[str, Points]]) -> list[str]:
    points = [point for _, line in lines for point in line]
    top_x, top_y = max(x for x, _ in points), _round_up(max(y for _, y in points))

    def at(x: float, y: float) -> tuple[float, float]:
        return left + x / top_x * _PANEL, _BOTTOM - y / top_y * (_BOTTOM - _TOP)

    parts = [f'<text x="{left}" y="{_TOP - 25}" font-size="15" font-weight="600">{escape(title)}</text>']
    for step in range(5):
        value = top_y * step / 4
        _, y = at(0, value)
        parts.append(f'<line x1="{left}" x2="{left + _PANEL}" y1="{y:.1f}" y2="{y:.1f}" stroke="#d5dbe1"/>')
        parts.append(f'<text x="{left - 8}" y="{y + 4:.1f}" text-anchor="end">{value:,.0f}</text>')
    for size in sorted({x for x, _ in points}):
        x, _ = at(size, 0)
        parts.append(f'<text x="{x:.1f}" y="{_BOTTOM + 20}" text-anchor="middle">{size:g}</text>')
    middle = left + _PANEL / 2
    parts.append(f'<text x="{middle}" y="{_BOTTOM + 40}" text-anchor="middle">millions of rows</text>')
    for style, line in lines:
        if not line:
            continue
        places = [at(x, y) for x, y in sorted(line)]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
        parts.append(f'<polyline points="{path}" fill="none" {_STYLES[style]}/>')
        if style != "aim":
            colour = _STYLES[style].split('"')[1]
            parts += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4" fill="{colour}"/>' for x, y in places]
    return parts


def _legend(lines: list[Line]) -> list[str]:
    parts = []
    for number, line in enumerate(lines):
        x, y = _LEFT + number * 215, _HEIGHT - 22
        parts.append(f'<line x1="{x}" x2="{x + 26}" y1="{y - 4}" y2="{y - 4}" {_STYLES[line.style]}/>')
        parts.append(f'<text x="{x + 34}" y="{y}">{escape(line.name)}</text>')
    return parts


def _round_up(value: float) -> float:
    """The next number that divides well by four."""
    size = 1.0
    while True:
        for step in (1, 2, 4, 6, 8):
            if step * size >= value:
                return step * size
        size *= 10
