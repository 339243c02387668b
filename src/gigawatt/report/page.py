"""One HTML file from a run: the payload, our scripts and styles, and the one chart library, in one piece."""

from __future__ import annotations

import base64
import hashlib
import html
import json
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gigawatt.kernel.files import write_whole
from gigawatt.report.messages import MESSAGES
from gigawatt.report.payload import build
from gigawatt.results import Run

if TYPE_CHECKING:
    from gigawatt.study.sweep import Sweep

SHARED = (
    "core.js", "format.js", "unpack.js", "theme.js", "dialog.js", "figure.js", "chart.js", "bar.js",
    "bars.js", "open.js",
)  # fmt: skip
"""Parts of every page's program: words, numbers, colours, figures, charts."""
SCRIPTS = (
    "calendar.js", "dated.js", "band.js", "header.js", "timeline.js", "keyfigures.js", "ranges.js",
    "tornado.js", "power.js", "dispatch.js", "heat.js", "compute.js", "deal.js", "money.js",
    "environment.js", "checks.js", "assumptions.js", "reproduce.js", "main.js",
)  # fmt: skip
"""Parts of a run's page, in the order in which they are joined; they share one scope."""
STYLES = ("base.css", "figure.css", "sections.css", "ranges.css", "deal.css", "print.css")


@cache
def _part(folder: str, name: str) -> str:
    return (files("gigawatt.report") / folder / name).read_text(encoding="utf-8")


@cache
def program(folder: str = "page", scripts: tuple[str, ...] = SCRIPTS) -> str:
    """Join a page's program; all of it runs in one function's scope, in strict mode."""
    parts = "\n".join([_part("page", name) for name in SHARED] + [_part(folder, name) for name in scripts])
    return f'(function () {{\n"use strict";\n{parts}\n}})();\n'


def style() -> str:
    """Join the style sheets."""
    return "\n".join(_part("page", name) for name in STYLES)


def _data(payload: dict[str, Any]) -> str:
    """Write JSON that cannot end its script element or open a comment in it, whatever its strings hold."""
    text = json.dumps(payload, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return (
        text.replace("<", "\\u003c")
        .replace(">", "\\u003e")
        .replace("\u2028", "\\u2028")
        .replace("\u2029", "\\u2029")
    )


def _hash(script: str) -> str:
    digest = hashlib.sha256(script.encode("utf-8")).digest()
    return f"'sha256-{base64.b64encode(digest).decode('ascii')}'"


def _policy(*scripts: str) -> str:
    allowed = " ".join(_hash(script) for script in scripts)
    return (
        f"default-src 'none'; script-src {allowed}; style-src 'unsafe-inline'; img-src data: blob:; "
        "base-uri 'none'; form-action 'none'"
    )


def without_script(sentence: str, rows: str) -> str:
    """What a reader sees whose browser runs no script: the verdict and the figures' rows, already escaped."""
    return f"<p>{html.escape(MESSAGES['noscript'])}</p><p>{html.escape(sentence)}</p><table>{rows}</table>"


def _rows(payload: dict[str, Any]) -> str:
    return "".join(
        f"<tr><th>{html.escape(f['name'])}</th>"
        f"<td>{html.escape(f['text'] or '; '.join(s['site'] + ' ' + s['text'] for s in f['sites']))}</td>"
        f"<td>{html.escape(f['when'])}</td><td>{html.escape(f['kind'])}</td></tr>"
        for f in payload["figures"]
    )


def document(payload: dict[str, Any], *, title: str, noscript: str, ours: str, look: str) -> str:
    """Write a page with its payload, our program and the chart library, and a policy that allows no more.

    Parameters
    ----------
    payload
        Plain data for JSON; what the program reads.
    title
        Of the window, as text.
    noscript
        HTML for a browser that runs no script.
    ours
        The program, of :func:`program`.
    look
        The style sheet, of :func:`style`.
    """
    library = _part("assets", "echarts.min.js")
    policy = html.escape(_policy(library, ours), quote=True)
    return (
        f'<!doctype html>\n<html lang="{MESSAGES["language"]}" dir="{MESSAGES["direction"]}">\n<head>\n'
        '<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="color-scheme" content="light dark">\n'
        f'<link rel="icon" href="data:,">\n<title>{html.escape(f"{title} · Gigawatt")}</title>\n'
        f"<style>\n{look}</style>\n</head>\n<body>\n"
        f'<div id="page"></div>\n<noscript>{noscript}</noscript>\n'
        f'<script type="application/json" id="payload">{_data(payload)}</script>\n'
        f"<script>{library}</script>\n<script>{ours}</script>\n</body>\n</html>\n"
    )


def render(run: Run, sweep: Sweep | None = None) -> str:
    """Write the whole page as text."""
    payload = build(run, sweep)
    return document(
        payload,
        title=payload["meta"]["title"],
        noscript=without_script(payload["verdict"]["sentence"], _rows(payload)),
        ours=program(),
        look=style(),
    )


def write_report(run: Run, path: Path, sweep: Sweep | None = None) -> None:
    """Write the report of a run as one HTML file that opens from disk and asks the network for nothing.

    The same run gives the same bytes. The file appears whole or not at all.

    Parameters
    ----------
    run
        What the engine left.
    path
        Where the file goes; its folder exists.
    sweep
        The sweep of which the run is the middle: it adds bands, percentiles and a tornado.
    """
    write_whole(path, render(run, sweep))
