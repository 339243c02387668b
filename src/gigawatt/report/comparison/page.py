"""One HTML file from a comparison."""

from __future__ import annotations

import html
from importlib.resources import files
from pathlib import Path

from gigawatt.kernel.files import write_whole
from gigawatt.report.comparison.payload import build, summary_rows
from gigawatt.report.comparison.words import WORDS
from gigawatt.report.page import document, program, style
from gigawatt.study.comparing import Comparison

SCRIPTS = ("sides.js", "curves.js", "main.js")
"""Parts of this page's program, after those that all pages share."""


def render_comparison(found: Comparison) -> str:
    """Write the whole page as text."""
    payload = build(found)
    own = (files("gigawatt.report.comparison") / "page" / "comparison.css").read_text(encoding="utf-8")
    rows = "".join(
        "<tr><th>{}</th><td>{}</td><td>{}</td></tr>".format(*map(html.escape, row))
        for row in summary_rows(found)
    )
    return document(
        payload,
        title=payload["meta"]["title"],
        noscript=(
            f"<p>{html.escape(WORDS['noscript'])}</p>"
            f"<p>{html.escape(payload['verdict']['sentence'])}</p><table>{rows}</table>"
        ),
        ours=program("comparison/page", SCRIPTS),
        look=style() + own,
    )


def write_comparison(found: Comparison, path: Path) -> None:
    """Write the page as one HTML file that asks the network for nothing; it appears whole or not at all."""
    write_whole(path, render_comparison(found))
