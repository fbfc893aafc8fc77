"""What benchmarks found, as Markdown and as curves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from service.bench.quality import QualityRow
from service.bench.scaling import Curve
from service.bench.steps import StepRow

_STEPS = (
    "| | network | numbers | network alone | plain loop | step | of the plain loop "
    "| views | frame | checkpoint | Mpx·it/s |\n|---|---|---|---|---|---|---|---|---|---|---|"
)
_QUALITY = "| | quality | within 5 % of the last | whole painting |\n|---|---|---|---|"


def page(found: Mapping[str, Any]) -> str:
    """Tables of all rows."""
    machine = ", ".join(f"{key} {value}" for key, value in found["machine"].items())
    steps = [row for name in ("steps", "vgg") for row in found.get(name, [])]
    parts = [f"`service bench`, {machine}."]
    if steps:
        parts.append("\n".join([_STEPS, *map(line, steps)]))
    if rows := found.get("quality"):
        parts.append("\n".join([_QUALITY, *map(line, rows)]))
    for curve in found.get("scaling", []):
        head = " | ".join(f"{x:g}" for x, _ in curve.points)
        body = " | ".join(f"{y:.3g}" for _, y in curve.points)
        rule = "|---" * (1 + len(curve.points)) + "|"
        parts.append(f"{curve.title}:\n\n| {curve.x} | {head} |\n{rule}\n| {curve.y} | {body} |")
    return "\n\n".join(parts) + "\n"


def line(row: StepRow | QualityRow | Curve) -> str:
    """A row as a line of its table."""
    if isinstance(row, Curve):
        return f"{row.title}: " + ", ".join(f"{x:g}: {y:.3g}" for x, y in row.points)
    if isinstance(row, QualityRow):
        return f"| {row.case} | {row.quality} | {row.seconds:.1f} s | {row.whole:.1f} s |"
    times = [f"{1000 * x:.0f} ms" for x in (row.bare, row.plain, row.step)]
    others = [f"{1000 * x:.0f} ms" for x in (row.views, row.frame, row.checkpoint)]
    cells = [row.case, row.network, row.precision, *times, f"{row.to_plain:.2f}", *others]
    return "| " + " | ".join([*cells, f"{row.speed:.2f}"]) + " |"


def draw(rows: Sequence[Curve | QualityRow], folder: Path) -> None:
    """A picture, NAME.svg, of every curve; of all tracks to a quality one. Nothing without
    matplotlib."""
    try:
        from matplotlib.figure import Figure
    except ModuleNotFoundError:
        return
    figures = [
        (row.title, row.x, row.y, {"": row.points}) for row in rows if isinstance(row, Curve)
    ]
    if tracks := {row.case: row.track for row in rows if isinstance(row, QualityRow)}:
        figures.append(("Time to quality", "seconds", "distance to the style", tracks))
    for title, x, y, lines in figures:
        figure = Figure(figsize=(5, 3.2), layout="constrained")
        axes = figure.add_subplot(title=title, xlabel=x, ylabel=y)
        axes.set_yscale("log")
        if x != "seconds":
            axes.set_xscale("log", base=2)
        for name, points in lines.items():
            axes.plot(*zip(*points, strict=True), marker="o", label=name)
        if len(lines) > 1:
            axes.legend()
        figure.savefig(folder / f"{title.lower().replace(' ', '_')}.svg")
