"""One HTML file from an allotment: tables and small charts, no script and no network."""

from __future__ import annotations

import html
import shlex
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from gigawatt.kernel.files import write_whole
from gigawatt.report.allocation.charts import bars, curve, lines
from gigawatt.report.allocation.words import (
    WORDS,
    marginal_sentence,
    readiness_sentence,
    swap_sentence,
    turning_sentence,
)
from gigawatt.report.format import quantity, significant
from gigawatt.report.messages import MESSAGES
from gigawatt.report.page import style
from gigawatt.supply.allocation import Allocation

_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"
_OWN_STYLE = """
.small-chart { inline-size: 100%; max-inline-size: 60rem; display: block; margin-block: 0.8rem; }
.small-chart text { font: 12px var(--sans); fill: var(--ink-2); }
.wide { overflow-x: auto; }
.wide table { margin-block: 0.6rem; }
th, td { text-align: start; padding: 0.25rem 0.6rem; border-block-end: 1px solid var(--rule); }
td { vertical-align: top; }
td.number, th.number { text-align: end; white-space: nowrap; }
tr.sum td { font-weight: 600; border-block-end-color: var(--rule-strong); }
caption { text-align: start; color: var(--ink-2); font-size: 0.84rem; padding-block: 0.3rem; }
code, pre { overflow-wrap: anywhere; white-space: pre-wrap; }
.keys span::before { content: "■ "; color: var(--tone); }
"""
Cell = str | float | None


def render_allocation(found: Mapping[str, Any], allocations: Sequence[Allocation]) -> str:
    """Write the whole page as text.

    Parameters
    ----------
    found
        The command's answer, plain data.
    allocations
        The same policies with their arrays.
    """
    title = html.escape(found["title"] or found["scenario"])
    sections = [
        _section("policies", _policies(found, allocations)),
        _section("tenants", _tenants(found)),
        *([_section("turning", _turning(found))] if found["turning"] else []),
        _section("swaps", _swaps(found)),
        *([_section("readiness", _readiness(found["readiness"]))] if found["readiness"] else []),
        *([_section("marginal", _marginal(found))] if found["marginal"] else []),
        *([_section("ranges", _ranges(found["ranges"]))] if found["ranges"] else []),
        *([_section("sources", _sources(found["sources"]))] if found["sources"] else []),
        _section("method", _method(found)),
    ]
    kind = "with ranges" if found["ranges"] else "a point estimate"
    return (
        f'<!doctype html>\n<html lang="{MESSAGES["language"]}" dir="{MESSAGES["direction"]}" '
        'data-ready="true">\n'
        f'<head>\n<meta charset="utf-8">\n<meta http-equiv="Content-Security-Policy" content="{_POLICY}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="color-scheme" content="light dark">\n<link rel="icon" href="data:,">\n'
        f"<title>{title} · Gigawatt</title>\n<style>\n{style()}{_OWN_STYLE}</style>\n</head>\n<body>\n"
        f'<div id="page"><a class="skip" href="#policies">{WORDS["policies"]}</a>'
        f'<header class="title"><h1>{title}</h1>'
        f'<p class="description">{html.escape(found["description"])}</p>'
        f'<div class="verdict"><p class="verdict-sentence">{html.escape(verdict(found))}</p>'
        f'<p class="verdict-kind">{found["first"]} to {found["last"]}, by {found["period"]}; {kind}</p></div>'
        f"</header><main>{''.join(sections)}</main></div>\n</body>\n</html>\n"
    )


def write_allocation_report(found: Mapping[str, Any], allocations: Sequence[Allocation], path: Path) -> None:
    """Write the page; the file appears whole or not at all."""
    write_whole(path, render_allocation(found, allocations))


def verdict(found: Mapping[str, Any]) -> str:
    """One sentence: the turn of the verdict where there is one, else the policy that makes most useful."""
    if found["turning"]:
        return turning_sentence(found["turning"][0])
    name, best = max(found["policies"].items(), key=lambda item: float(item[1]["objective_usd"]))
    return (
        f"{name} is worth most, {quantity(best['objective_usd'], 'USD')}: "
        f"{significant(best['useful_gpu_months'])} useful GPU-months, "
        f"{significant(best['idle_gpu_months'])} idle."
    )


def _section(key: str, inside: str) -> str:
    about = (
        f'<p class="section-about">{html.escape(WORDS[f"{key}.about"])}</p>'
        if f"{key}.about" in WORDS
        else ""
    )
    head = f'<div class="section-head"><h2>{html.escape(WORDS[key])}</h2>{about}</div>'
    return f'<section class="section" id="{key}">{head}{inside}</section>'


def _table(columns: Sequence[str], rows: Iterable[Sequence[Cell]], *, sums: Sequence[int] = ()) -> str:
    """Write a table; numbers stand to the end of their cells, and so does the head of a column of numbers."""
    rows, body = list(rows), []
    numeric = [any(not isinstance(row[k], str) for row in rows) for k in range(len(columns))]
    head = "".join(
        f'<th scope="col"{" class=number" * is_number}>{html.escape(name)}</th>'
        for name, is_number in zip(columns, numeric, strict=True)
    )
    for i, row in enumerate(rows):
        cells = "".join(
            f"<td>{html.escape(cell)}</td>"
            if isinstance(cell, str)
            else f'<td class="number">{significant(cell)}</td>'
            for cell in row
        )
        body.append(f'<tr class="sum">{cells}</tr>' if i in sums else f"<tr>{cells}</tr>")
    return (
        f'<div class="wide" tabindex="0" role="region" aria-label="{html.escape(columns[0])}">'
        f"<table><thead><tr>{head}</tr></thead><tbody>{''.join(body)}</tbody></table></div>"
    )


def _policies(found: Mapping[str, Any], allocations: Sequence[Allocation]) -> str:
    parts = [
        (name, {key: float(policy[f"{key}_gpu_months"]) for key in ("useful", "idle", "held")})
        for name, policy in found["policies"].items()
    ]
    days = [day.isoformat() for day in allocations[0].problem.starts[:-1]]
    series = [(each.policy, each.energised.sum(axis=(0, 1)).astype(float).tolist()) for each in allocations]
    rows = [
        [
            name,
            float(p["useful_gpu_months"]),
            float(p["idle_gpu_months"]),
            float(p["held_gpu_months"]),
            quantity(p["objective_usd"], "USD"),
            quantity(p["bound_usd"], "USD"),
            quantity(p["gap"], "frac"),
            quantity(p["price_of_fairness_frac"], "frac"),
            ", ".join(p["breaks_word_to"]) or "nobody",
        ]
        for name, p in found["policies"].items()
    ]
    columns = ("policy", "useful GPU-months", "idle", "held", "worth", "at most", "gap", "price of fairness",
               "breaks its word to")  # fmt: skip
    keys = "".join(
        f'<span style="--tone: {tone}">{word}</span> '
        for word, tone in (
            ("useful", "var(--useful)"),
            ("idle", "var(--shed)"),
            ("held by the supplier", "var(--curtailed)"),
        )
    )
    return (
        f'<p class="keys">{keys}</p>{bars(parts, "GPU-months by policy")}{_table(columns, rows)}'
        f"<h3>Energised GPUs</h3>{lines(series, days, 'Energised GPUs by policy over time')}"
    )


def _tenants(found: Mapping[str, Any]) -> str:
    rows: list[list[Cell]] = []
    sums = []
    for name, policy in found["policies"].items():
        for tenant, t in policy["tenants"].items():
            rows.append(
                [
                    name,
                    tenant,
                    float(t["useful_gpu_months"]),
                    float(t["idle_gpu_months"]),
                    float(t["receipt_delay_days"]),
                    float(t["energisation_delay_days"]),
                    quantity(t["regret_frac"], "frac"),
                    quantity(t["envy_frac"], "frac") + (f" of {t['envies']}" if t["envies"] else ""),
                ]
            )
        sums.append(len(rows))
        rows.append(
            [name, "all", float(policy["useful_gpu_months"]), float(policy["idle_gpu_months"]), *[""] * 4]
        )
    columns = ("policy", "tenant", "useful GPU-months", "idle GPU-months", "receipt delay, days",
               "energisation delay, days", "regret", "envy")  # fmt: skip
    return _table(columns, rows, sums=sums)


def _turning(found: Mapping[str, Any]) -> str:
    out = []
    for each in found["turning"]:
        points = [(point["ready"], float(point["gain_gpu_months"])) for point in each["curve"]]
        out.append(f"<h3>{html.escape(each['tenant'])}</h3><p>{html.escape(turning_sentence(each))}</p>")
        out.append(curve(points, each["ready"], f"Gain by the day on which {each['tenant']} is ready"))
    return "".join(out)


def _swaps(found: Mapping[str, Any]) -> str:
    if not found["swaps"]:
        return f"<p>{WORDS['swaps.none']}</p>"
    return _list(swap_sentence(each) for each in found["swaps"])


def _list(sentences: Iterable[str]) -> str:
    return f"<ul>{''.join(f'<li>{html.escape(text)}</li>' for text in sentences)}</ul>"


def _readiness(each: Mapping[str, Any]) -> str:
    rows = [
        [
            plan["plan"],
            *(quantity(plan[key], "USD") for key in ("expected_usd", "p10_usd", "p50_usd", "p90_usd")),
            quantity(plan["wrong_usd"], "USD"),
        ]
        for plan in each["plans"]
    ]
    columns = ("plan made for", "expected worth", "P10", "P50", "P90", "forgone to the best plan of each")
    return f"<p>{html.escape(readiness_sentence(each))}</p>{_table(columns, rows)}"


def _marginal(found: Mapping[str, Any]) -> str:
    return _list(marginal_sentence(each, found["period"]) for each in found["marginal"])


def _ranges(ranges: Sequence[Mapping[str, Any]]) -> str:
    def end(at: Mapping[str, Any]) -> str:
        if "impossible" in at:
            return f"impossible: {at['impossible']}"
        return "; ".join(
            f"{name} {significant(p['useful_gpu_months'])}" for name, p in at["policies"].items()
        )

    rows = [
        [each["path"], each["low"], each["high"], end(each["at_low"]), end(each["at_high"]), each["source"]]
        for each in ranges
    ]
    columns = ("field", "low", "high", "useful GPU-months at low", "useful GPU-months at high", "source")
    return _table(columns, rows)


def _sources(sources: Sequence[Mapping[str, str]]) -> str:
    rows = [[s["path"], s["source"], s["as_of"], s["confidence"], s["note"]] for s in sources]
    return _table(("field", "source", "as of", "confidence", "note"), rows)


def _method(found: Mapping[str, Any]) -> str:
    rules = "".join(
        f"<dt><code>{name}</code></dt><dd>{html.escape(WORDS[name])}</dd>" for name in found["policies"]
    )
    notes = _list(found["notes"]) if found["notes"] else ""
    words = [
        "gigawatt",
        "allocate",
        found["file"],
        *(w for text in found["overrides"] for w in ("--set", text)),
    ]
    again = html.escape(shlex.join(words))
    return (
        f"<dl>{rules}</dl>{notes}<p>Gigawatt {html.escape(found['version'])}, SHA-256 of the file "
        f"<code>{found['text_sha256']}</code>.</p><pre>{again}</pre>"
    )
