#!/usr/bin/env python3
"""The growth curves as SVG: plot.py FILE. Reads what grow.sh measured, as report.py does."""

import math
import statistics
import sys

import report

WIDTH, HEIGHT = 320, 300  # of a panel
LEFT, RIGHT, TOP, BOTTOM = 52, 14, 58, 48
COLOURS = {"proxx": "#1558b0", "nginx": "#b35900"}
TITLES = {
    "event": ("CPU an event", "µs", "open streams, 5 000 events/s in all"),
    "stream": ("Memory a stream", "KiB", "open streams"),
    "request": ("CPU a JSON request", "µs", "connections"),
}


def ticks(top):
    """0 and some round numbers; the last is at or over `top`."""
    rough = top / 4 or 1
    magnitude = 10 ** math.floor(math.log10(rough))
    step = next(m * magnitude for m in (1, 2, 2.5, 5, 10) if m * magnitude >= rough)
    return [step * i for i in range(math.ceil(top / step) + 1)]


def text(x, y, content, anchor="middle", extra=""):
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" {extra}>{content}</text>'


def panel(left, what, curves):
    title, unit, axis = TITLES[what]
    counts = sorted({count for curve in curves.values() for count in curve})
    levels = ticks(max(max(values) for curve in curves.values() for values in curve.values()))
    low, high = math.log10(counts[0]), math.log10(counts[-1])
    width = WIDTH - LEFT - RIGHT - 24

    def at_x(count):
        return left + LEFT + 12 + width * ((math.log10(count) - low) / (high - low) if high > low else 0.5)

    def at_y(value):
        return HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * value / levels[-1]

    out = [text(left + LEFT - 40, 22, title, "start", 'font-weight="bold"'), text(left + LEFT - 8, TOP - 14, unit, "end")]
    for level in levels:
        y = at_y(level)
        out.append(f'<line x1="{left + LEFT}" x2="{left + WIDTH - RIGHT}" y1="{y:.1f}" y2="{y:.1f}" stroke="#ddd"/>')
        out.append(text(left + LEFT - 8, y + 4, f"{level:g}", "end"))
    for count in counts:
        x = at_x(count)
        out.append(f'<line x1="{x:.1f}" x2="{x:.1f}" y1="{at_y(0):.1f}" y2="{at_y(0) + 5:.1f}" stroke="#888"/>')
        out.append(text(x, at_y(0) + 18, report.number_of(count)))
    out.append(text(left + LEFT + 12 + width / 2, HEIGHT - 12, axis))
    for system, curve in sorted(curves.items()):
        colour = COLOURS[system]
        points = [(at_x(count), statistics.median(values), values) for count, values in sorted(curve.items())]
        line = " ".join(f"{x:.1f},{at_y(middle):.1f}" for x, middle, _ in points)
        out.append(f'<polyline points="{line}" fill="none" stroke="{colour}" stroke-width="2"/>')
        for x, middle, values in points:
            out.append(f'<line x1="{x:.1f}" x2="{x:.1f}" y1="{at_y(min(values)):.1f}" y2="{at_y(max(values)):.1f}" '
                       f'stroke="{colour}" stroke-width="6" opacity="0.3"/>')  # fmt: skip
            out.append(f'<circle cx="{x:.1f}" cy="{at_y(middle):.1f}" r="3.5" fill="{colour}"/>')
    x = left + LEFT + 4
    for system in sorted(curves, reverse=True):
        out.append(f'<line x1="{x}" x2="{x + 18}" y1="{TOP - 18}" y2="{TOP - 18}" stroke="{COLOURS[system]}" stroke-width="3"/>')
        label = "nginx, no conversion" if system == "nginx" else system
        out.append(text(x + 23, TOP - 14, label, "start"))
        x += 75
    return out


def plot():
    found = report.growth()
    panels = {
        what: {system: curve for (kind, system), curve in found.items() if kind == what and curve} for what in TITLES
    }
    panels = {what: curves for what, curves in panels.items() if curves}
    out = []
    for i, (what, curves) in enumerate(panels.items()):
        out += panel(i * WIDTH, what, curves)
    width = len(panels) * WIDTH
    return "\n".join([
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {HEIGHT}" width="{width}" height="{HEIGHT}" '
        'font-family="sans-serif" font-size="12" fill="#222">',
        "<title>What an event, a stream and a request cost, by how many are open; dots are medians, bars the spread</title>",
        f'<rect width="{width}" height="{HEIGHT}" fill="#fff"/>', *out, "</svg>", ""])  # fmt: skip


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    with open(sys.argv[1], "w", encoding="utf-8") as file:
        file.write(plot())
