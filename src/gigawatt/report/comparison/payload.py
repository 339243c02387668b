"""The comparison as plain data for its page."""

from __future__ import annotations

import re
from typing import Any

from gigawatt.report.comparison.told import days, difference, name_of, pair, relative, signed, step_in_words
from gigawatt.report.comparison.words import WORDS, tell
from gigawatt.report.format import number_words, significant
from gigawatt.report.payload.rounding import six
from gigawatt.scenario.positions import OVERRIDE_FILE
from gigawatt.study.comparing import Comparison
from gigawatt.study.comparing.differences import Changed, Parted

FORMAT = "gigawatt-comparison-report/1"
MOST_ROWS = 500
"""Rows of a table on the page."""
MOST_CURVES = 400
MAIN_CURVES = 6
_ASKED_FOR = tuple(
    re.compile(text)
    for text in (
        r"^monthly/.*/gpus_energised$", r"^monthly/.*/facility_mw_mean$", r"^finance/draws_usd$",
        r"^finance/interest_capitalised_usd$", r"^finance/dscr_ratio$", r"^finance/debt_usd$",
        r"^finance/cfads_usd$", r"^curves/busy_gpus$", r"^curves/power_kw$", r"^curves/waiting_jobs$",
    )
)  # fmt: skip
"""Curves that stand first where they differ; any other follows by how far it parts."""


def build(found: Comparison) -> dict[str, Any]:
    """Turn a comparison into plain data for JSON; the same comparison gives the same data."""
    curves = list(found.series[:MOST_CURVES])
    return {
        "format": FORMAT,
        "words": dict(WORDS),
        "number": number_words(),
        "meta": {
            "scenario": "comparison",
            "title": tell("title", a=found.a.label, b=found.b.label),
            "a": _side(found, "a"),
            "b": _side(found, "b"),
        },
        "verdict": {"sentence": sentence(found), "notes": list(found.notes)},
        "inputs": [_input(c) for c in found.inputs[:MOST_ROWS]],
        "figures": [_figure(c) for c in found.figures[:MOST_ROWS]],
        "hidden": {
            "inputs": max(len(found.inputs) - MOST_ROWS, 0),
            "figures": max(len(found.figures) - MOST_ROWS, 0),
            "curves": max(len(found.series) - MOST_CURVES, 0),
        },
        "moved": [[m.day_a, m.day_b, days(m.days), m.site, m.kind, m.text] for m in found.moved[:MOST_ROWS]],
        "only": {
            side: [[e.day, e.site, e.kind, e.text] for e in events[:MOST_ROWS]]
            for side, events in (("a", found.only_a), ("b", found.only_b))
        },
        "curves": [_curve(p) for p in curves],
        "main": main_curves(curves),
        "assumptions": [],
        "methods": {
            name: {
                "what": WORDS[f"method.{name}.what"],
                "formula": WORDS[f"method.{name}.formula"],
                "limits": WORDS[f"method.{name}.limits"],
                "inputs": [{"name": "", "unit": "", "meaning": WORDS["method.input"], "table": ""}],
                "rests_on": [],
            }
            for name in ("main", "one")
        },
    }


def _side(found: Comparison, name: str) -> dict[str, str]:
    side = getattr(found, name)
    return {
        "label": side.label,
        "title": side.title,
        "version": tell("side.version", version=side.version) if side.version else "",
        "command": side.command or tell("reproduce.none", label=side.label),
    }


def sentence(found: Comparison) -> str:
    """Say in one sentence what sets the two apart."""
    events = len(found.moved) + len(found.only_a) + len(found.only_b)
    if found.is_same:
        return tell(
            "verdict.same",
            inputs=tell("count.inputs", n=f"{len(found.a.inputs):,}"),
            figures=tell("count.figures", n=f"{found.figures_compared:,}"),
            series=tell("count.series", n=f"{found.series_compared:,}"),
        )
    told = {
        "figures": tell("of.figures", n=f"{len(found.figures):,}", all=f"{found.figures_compared:,}"),
        "events": tell("of.event") if events == 1 else tell("of.events", n=f"{events:,}"),
        "series": tell("of.series", n=f"{len(found.series):,}", all=f"{found.series_compared:,}"),
    }
    if not found.inputs:
        whole = found.a.whole_input and found.b.whole_input
        return tell("verdict.no_inputs" if whole else "verdict.unknown", **told)
    one = len(found.inputs) == 1
    inputs = tell("one.input") if one else tell("many.inputs", n=f"{len(found.inputs):,}")
    return tell("verdict.differs", inputs=inputs, them=WORDS["it" if one else "them"], **told)


def _input(changed: Changed) -> list[str]:
    a, b = pair(changed.a, changed.b, changed.unit)
    source = changed.source_a
    if changed.source_b != changed.source_a:
        source = tell("source.both", a=_source(changed.source_a), b=_source(changed.source_b))
    return [changed.path, a, b, difference(changed), source]


def _source(text: str) -> str:
    return tell("source.set") if text == OVERRIDE_FILE else text or WORDS["number.missing"]


def _figure(changed: Changed) -> list[str]:
    a, b = pair(changed.a, changed.b, changed.unit)
    return [changed.path, a, b, difference(changed), relative(changed)]


def _curve(parted: Parted) -> dict[str, Any]:
    what, of = name_of(parted.key)
    return {
        "id": "/".join(parted.key),
        "name": what,
        "of": of,
        "unit": parted.unit,
        "axis": list(parted.axis),
        "a": [six(v) for v in parted.a.tolist()],
        "b": [six(v) for v in parted.b.tolist()],
        "difference": [six(v) for v in (parted.b - parted.a).tolist()],
        "note": tell(
            "curve.note",
            first=step_in_words(parted.first),
            most=signed(parted.largest, parted.unit),
            at=step_in_words(parted.largest_at),
        ),
    }


def main_curves(curves: list[Parted]) -> list[int]:
    """Choose the curves that are shown first: those that readers ask for, then those that part most."""
    names = ["/".join(p.key) for p in curves]
    asked = [i for pattern in _ASKED_FOR for i, name in enumerate(names) if pattern.match(name)]
    rest = [i for i in range(len(names)) if i not in asked]
    return [*asked, *rest][:MAIN_CURVES]


def summary_rows(found: Comparison, most: int = 20) -> list[tuple[str, str, str]]:
    """Return the first differing inputs and figures as rows of three texts, for a page without script."""
    both = [*found.inputs, *found.figures][:most]
    return [(c.path, *pair(c.a, c.b, c.unit)) for c in both] or [(sentence(found), "", significant(None))]
