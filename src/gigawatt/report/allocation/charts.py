"""Small charts as SVG, drawn here, with their words inside for those who do not see them."""

from __future__ import annotations

import html
from collections.abc import Sequence

from gigawatt.report.format import significant

_WIDTH, _ROW, _LABEL = 760, 26, 150
_TONES = {"useful": "var(--useful)", "idle": "var(--shed)", "held": "var(--curtailed)"}


def bars(rows: Sequence[tuple[str, dict[str, float]]], title: str) -> str:
    """Stacked horizontal bars: useful, idle and held GPU-months by policy."""
    most = max((sum(parts.values()) for _, parts in rows), default=0.0) or 1.0
    scale = (_WIDTH - _LABEL - 90) / most
    drawn = []
    for i, (name, parts) in enumerate(rows):
        y, x = i * _ROW + 4, float(_LABEL)
        drawn.append(f'<text x="{_LABEL - 8}" y="{y + 14}" text-anchor="end">{html.escape(name)}</text>')
        for key, value in parts.items():
            wide = value * scale
            told = html.escape(f"{name}, {key}: {significant(value)} GPU-months")
            drawn.append(
                f'<rect x="{x:.2f}" y="{y}" width="{wide:.2f}" height="18" fill="{_TONES[key]}">'
                f"<title>{told}</title></rect>"
            )
            x += wide
        drawn.append(f'<text x="{x + 6:.2f}" y="{y + 14}">{significant(parts["useful"])}</text>')
    return _svg(_ROW * len(rows) + 6, title, "".join(drawn))


def curve(points: Sequence[tuple[str, float]], now: str | None, title: str) -> str:
    """Draw one line over dates, with the present date marked; steps, as dates are whole periods."""
    high = max((value for _, value in points), default=0.0)
    low = min((value for _, value in points), default=0.0)
    low, high = min(low, 0.0), max(high, 0.0)
    span = (high - low) or 1.0
    left, top, wide, tall = 110, 14, _WIDTH - 150, 170
    step = wide / max(len(points) - 1, 1)

    def at(i: int, value: float) -> tuple[float, float]:
        return left + i * step, top + tall * (high - value) / span

    line = " ".join(f"{x:.2f},{y:.2f}" for x, y in (at(i, v) for i, (_, v) in enumerate(points)))
    zero = at(0, 0.0)[1]
    drawn = [
        f'<line x1="{left}" x2="{left + wide}" y1="{zero:.2f}" y2="{zero:.2f}" stroke="var(--rule-strong)"/>',
        f'<polyline points="{line}" fill="none" stroke="var(--accent)" stroke-width="2"/>',
        f'<text x="{left - 8}" y="{top + 5}" text-anchor="end">{significant(high)}</text>',
        f'<text x="{left - 8}" y="{top + tall + 4}" text-anchor="end">{significant(low)}</text>',
    ]
    days = [day for day, _ in points]
    if days:
        drawn.append(f'<text x="{left}" y="{top + tall + 22}">{html.escape(days[0])}</text>')
        drawn.append(
            f'<text x="{left + wide}" y="{top + tall + 22}" text-anchor="end">{html.escape(days[-1])}</text>'
        )
    if now in days:
        x, y = at(days.index(now), points[days.index(now)][1])
        drawn.append(f'<circle cx="{x:.2f}" cy="{y:.2f}" r="4.5" fill="var(--shed)"/>')
        drawn.append(
            f'<text x="{x:.2f}" y="{max(y - 9, 11):.2f}" text-anchor="middle">{html.escape(now or "")}</text>'
        )
    return _svg(top + tall + 30, title, "".join(drawn))


def lines(series: Sequence[tuple[str, Sequence[float]]], days: Sequence[str], title: str) -> str:
    """Draw cumulative GPUs over time, named at their ends; equal series share one line and one colour."""
    high = max((max(values, default=0.0) for _, values in series), default=0.0) or 1.0
    left, top, wide, tall = 90, 12, _WIDTH - 230, 190
    drawn = [
        f'<path d="M{left} {top + tall}h{wide}" stroke="var(--rule-strong)"/>',
        f'<text x="{left - 8}" y="{top + 6}" text-anchor="end">{significant(high)}</text>',
        f'<text x="{left}" y="{top + tall + 20}">{html.escape(days[0])}</text>',
        f'<text x="{left + wide}" y="{top + tall + 20}" text-anchor="end">{html.escape(days[-1])}</text>',
    ]
    taken: list[float] = []
    tones: dict[str, str] = {}
    for name, values in series:
        step = wide / max(len(values) - 1, 1)
        points = " ".join(
            f"{left + t * step:.2f},{top + tall * (1 - v / high):.2f}" for t, v in enumerate(values)
        )
        if points not in tones:
            tones[points] = f"var(--tone-{len(tones) % 6 + 1})"
            drawn.append(
                f'<polyline points="{points}" fill="none" stroke="{tones[points]}" stroke-width="1.8"/>'
            )
        y = top + tall * (1 - (values[-1] if values else 0.0) / high) + 4
        while any(abs(y - other) < 14 for other in taken):
            y += 14
        taken.append(y)
        drawn.append(
            f'<path d="M{left + wide + 8} {y - 4:.2f}h10" stroke="{tones[points]}" stroke-width="4"/>'
        )
        drawn.append(f'<text x="{left + wide + 24}" y="{y:.2f}">{html.escape(name)}</text>')
    return _svg(max(top + tall + 28, max(taken, default=0) + 8), title, "".join(drawn))


def _svg(height: float, title: str, inside: str) -> str:
    words = html.escape(title)
    return (
        f'<svg viewBox="0 0 {_WIDTH} {height:.0f}" role="img" aria-label="{words}" class="small-chart">'
        f"<title>{words}</title>{inside}</svg>"
    )
