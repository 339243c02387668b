"""One HTML file from an audit: a table, each row of which opens to its arithmetic and sources. No script."""

from __future__ import annotations

import html
from collections.abc import Iterable, Sequence
from importlib.resources import files
from pathlib import Path

from gigawatt.evidence import VERDICTS, Claim, Verdict
from gigawatt.evidence.conflict import KINDS
from gigawatt.evidence.reading import in_words
from gigawatt.evidence.units import number
from gigawatt.kernel.files import write_whole
from gigawatt.report.audit.bidi import isolate
from gigawatt.report.audit.words import ENGLISH
from gigawatt.study.auditing import PackAudit

POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"
COLUMNS = ("claim", "who", "when", "bound", "ratio", "verdict", "settles")


def style() -> str:
    """Join the style sheets: the report's colours and type, and the audit's own."""
    folder = files("gigawatt.report")
    parts = (folder / "page" / "base.css", folder / "page" / "print.css", folder / "audit" / "audit.css")
    return "\n".join(part.read_text(encoding="utf-8") for part in parts)


def render(done: PackAudit) -> str:
    """Write the whole page as text; every string of the pack is escaped."""
    claims = {c.id: c for c in done.claims}
    title = _text(f"{done.title} · {ENGLISH['page']}")
    rows = "".join(_row(claims[v.id], v, done) for v in done.result.worst_first())
    head = "".join(f'<th scope="col">{_text(ENGLISH[f"column.{c}"])}</th>' for c in COLUMNS)
    return (
        f'<!doctype html>\n<html lang="{ENGLISH["language"]}" dir="{ENGLISH["direction"]}">\n<head>\n'
        f'<meta charset="utf-8">\n<meta http-equiv="Content-Security-Policy" content="{_text(POLICY)}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="color-scheme" content="light dark">\n'
        f'<link rel="icon" href="data:,">\n<title>{title}</title>\n'
        f"<style>\n{style()}</style>\n</head>\n<body>\n"
        f'<main id="page">\n{_header(done)}\n'
        f'<section class="section first"><h2>{_text(ENGLISH["claims"])}</h2>'
        f'<div class="scroll" tabindex="0"><table class="audit" id="claims"><thead><tr>{head}</tr></thead>'
        f"<tbody>{rows}</tbody></table></div></section>\n"
        f"{_conflicts(done)}\n{_sources(done)}\n{_meanings()}\n</main>\n</body>\n</html>\n"
    )


def write_audit(done: PackAudit, path: Path) -> None:
    """Write the report of an audit as one HTML file that opens from disk and asks the network for nothing.

    The same audit gives the same bytes; the file appears whole or not at all.
    """
    write_whole(path, render(done))


def _text(value: str) -> str:
    return html.escape(value, quote=True)


def _header(done: PackAudit) -> str:
    counts = {name: sum(v.verdict == name for v in done.result.verdicts) for name in VERDICTS}
    items = "".join(
        f'<li><span class="verdict-mark {name}">'
        f"{_text(ENGLISH['count'].format(n=n, verdict=name))}</span></li>"
        for name, n in counts.items()
        if n
    )
    lead = ENGLISH["lead"].format(
        claims=len(done.claims), sources=len(done.sources), conflicts=len(done.result.conflicts)
    )
    about = f"{ENGLISH['as_of'].format(day=done.as_of)} {ENGLISH['note']}"
    return (
        f'<header class="title"><h1>{_text(done.title)}</h1>'
        f'<p class="description">{_text(done.description)}</p>'
        f'<p class="lead">{_text(lead)}</p><p class="faint">{_text(about)}</p>'
        f'<ul class="counts">{items}</ul></header>'
    )


def _row(claim: Claim, verdict: Verdict, done: PackAudit) -> str:
    arabic = ""
    if claim.words.ar:
        arabic = f'<p lang="ar" dir="rtl">{isolate(claim.words.ar)}</p>'
    words = f'<p lang="en" dir="ltr">{_text(claim.words.en)}</p>{arabic}'
    ratio = ENGLISH["none"] if verdict.ratio is None else number(verdict.ratio)
    bound = _text(verdict.bound or ENGLISH["none"])
    if verdict.binding:
        bound += f' <span class="id">{_text(verdict.binding)}</span>'
    about = ENGLISH["timeless"] if claim.when.is_open else ENGLISH["about"].format(period=claim.period)
    cells = (
        f'<th scope="row" class="words">{words}<span class="id">{_text(claim.id)}</span></th>',
        f"<td>{_text(claim.said_by)}</td>",
        f'<td class="dates">{claim.said}<br>{_text(about)}</td>',
        f"<td>{bound}</td>",
        f'<td class="number">{_text(ratio)}</td>',
        f'<td><span class="verdict-mark {verdict.verdict}">{_text(verdict.verdict)}</span></td>',
        f"<td>{_text(verdict.settles)}</td>",
    )
    return (
        f'<tr class="claim" id="claim-{_text(claim.id)}">{"".join(cells)}</tr>'
        f'<tr class="more"><td colspan="{len(COLUMNS)}">{_details(claim, verdict, done)}</td></tr>'
    )


def _details(claim: Claim, verdict: Verdict, done: PackAudit) -> str:
    source = done.sources[claim.source]
    origin = f"{source.title} ({source.tier}; {claim.confidence})"
    if claim.article:
        origin += f", {ENGLISH['article'].format(n=claim.article)}"
    pairs = (
        (ENGLISH["key"], f"{claim.actor} · {claim.subject} · {claim.instrument} · {claim.period}"),
        (ENGLISH["scope"], in_words(claim)),
        (ENGLISH["source"], origin),
    )
    key = "".join(f"<dt>{_text(k)}</dt><dd>{_text(v)}</dd>" for k, v in pairs)
    steps = "".join(f"<li>{_text(step)}</li>" for step in verdict.steps)
    found = "".join(
        f"<li>{_text(c.kind)}: {_text(c.explanation)}</li>"
        for c in done.result.conflicts
        if claim.id in c.ids
    )
    return (
        f"<details><summary>{_text(ENGLISH['open'])}</summary>"
        f'<dl class="key">{key}</dl><ol class="steps">{steps}{found}</ol></details>'
    )


def _section(title: str, name: str, columns: Sequence[str], lines: Iterable[Sequence[str]]) -> str:
    head = "".join(f'<th scope="col">{_text(c)}</th>' for c in columns)
    body = "".join("<tr>" + "".join(f"<td>{_text(cell)}</td>" for cell in line) + "</tr>" for line in lines)
    return (
        f'<section class="section"><h2>{_text(title)}</h2><div class="scroll" tabindex="0">'
        f'<table class="audit" id="{name}"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>'
        "</div></section>"
    )


def _conflicts(done: PackAudit) -> str:
    columns = [ENGLISH[f"column.{c}"] for c in ("kind", "ids", "explanation")]
    lines = [
        (f"{c.kind.replace('_', ' ')}: {KINDS[c.kind]}", ", ".join(c.ids), c.explanation)
        for c in done.result.conflicts
    ]
    return _section(ENGLISH["conflicts"], "conflicts", columns, lines)


def _sources(done: PackAudit) -> str:
    columns = [ENGLISH[f"column.{c}"] for c in ("title", "tier")]
    lines = [
        (" · ".join(filter(None, (s.title, s.licence))), s.tier) for _, s in sorted(done.sources.items())
    ]
    return _section(ENGLISH["sources"], "sources", columns, lines)


def _meanings() -> str:
    items = "".join(
        f'<dt><span class="verdict-mark {name}">{name}</span></dt><dd>{_text(meaning)}</dd>'
        for name, meaning in VERDICTS.items()
    )
    heading = _text(ENGLISH["verdicts"])
    return f'<section class="section"><h2>{heading}</h2><dl class="key">{items}</dl></section>'
