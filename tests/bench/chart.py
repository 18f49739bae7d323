"""Curves as SVG: both axes logarithmic, readable on a light and on a dark page."""

from math import ceil, floor, log10
from xml.sax.saxutils import escape

from tests.bench.measure import Curve

WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 720, 420, 80, 170, 44, 56
COLORS = ("#3b78c3", "#d1782c", "#3f9b57", "#a04fb0", "#c14646", "#7a7a7a")
STYLE = "text{font:13px sans-serif;fill:#808080}.grid{stroke:#8884;stroke-width:1}.line{fill:none;stroke-width:2}"


class Axis:
    """Values → pixels, from one power of ten to another."""

    def __init__(self, values: list[float], start: float, end: float) -> None:
        self.low = floor(log10(min(values)))
        self.high = max(ceil(log10(max(values))), self.low + 1)
        self._start, self._end = start, end

    def at(self, value: float) -> float:
        share = (log10(value) - self.low) / (self.high - self.low)
        return round(self._start + share * (self._end - self._start), 1)

    @property
    def marks(self) -> list[float]:
        return [10.0**power for power in range(self.low, self.high + 1)]


def svg(curve: Curve) -> str:
    points = [point for line in curve.lines.values() for point in line]
    x = Axis([point[0] for point in points], LEFT, WIDTH - RIGHT)
    y = Axis([point[1] for point in points], HEIGHT - BOTTOM, TOP)
    parts = [_text(LEFT, 22, curve.title, "start"), *_grid(x, y, curve)]
    for number, (name, line) in enumerate(curve.lines.items()):
        parts += _line(x, y, name, sorted(line), COLORS[number % len(COLORS)], TOP + 10 + 20 * number)
    body = "\n".join(parts)
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img">'
    return f"{head}\n<style>{STYLE}</style>\n{body}\n</svg>\n"


def _text(x: float, y: float, words: str, anchor: str = "middle") -> str:
    return f'<text x="{x}" y="{y}" text-anchor="{anchor}">{escape(words)}</text>'


def _grid(x: Axis, y: Axis, curve: Curve) -> list[str]:
    bottom, right = HEIGHT - BOTTOM, WIDTH - RIGHT
    parts = [_text((LEFT + right) / 2, HEIGHT - 12, curve.x), _text(LEFT, TOP - 6, curve.y, "end")]
    for mark in x.marks:
        parts.append(f'<line class="grid" x1="{x.at(mark)}" y1="{TOP}" x2="{x.at(mark)}" y2="{bottom}"/>')
        parts.append(_text(x.at(mark), bottom + 18, _short(mark)))
    for mark in y.marks:
        parts.append(f'<line class="grid" x1="{LEFT}" y1="{y.at(mark)}" x2="{right}" y2="{y.at(mark)}"/>')
        parts.append(_text(LEFT - 8, y.at(mark) + 4, _short(mark), "end"))
    return parts


def _line(x: Axis, y: Axis, name: str, line: list[tuple[float, float]], color: str, legend_y: float) -> list[str]:
    places = [(x.at(a), y.at(b)) for a, b in line]
    path = " ".join(f"{a},{b}" for a, b in places)
    dots = [f'<circle cx="{a}" cy="{b}" r="3.5" fill="{color}"/>' for a, b in places]
    legend_x = WIDTH - RIGHT + 14
    return [
        f'<polyline class="line" stroke="{color}" points="{path}"/>',
        *dots,
        f'<circle cx="{legend_x}" cy="{legend_y - 4}" r="5" fill="{color}"/>',
        _text(legend_x + 12, legend_y, name, "start"),
    ]


def _short(value: float) -> str:
    for size, unit in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if value >= size:
            return f"{value / size:g}{unit}"
    return f"{value:g}"
