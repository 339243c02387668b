"""One HTML file from a schedule."""

from __future__ import annotations

import html
from importlib.resources import files
from pathlib import Path

from gigawatt.cluster.schedule import Schedule
from gigawatt.kernel.files import write_whole
from gigawatt.report.page import document, program, style, without_script
from gigawatt.report.schedule.about import About
from gigawatt.report.schedule.payload import build
from gigawatt.report.schedule.timeline import MOST_DRAWN

SCRIPTS = (
    "groups.js", "elapsed.js", "verdict.js", "layout.js", "picture.js", "view.js", "curves.js", "hover.js",
    "moves.js", "timeline.js", "load.js", "fates.js", "fairness.js", "end.js", "main.js",
)  # fmt: skip
"""Parts of this page's program, after those that all pages share."""
LARGEST_BYTES = 2_500_000
"""Of the file; where long names would make it larger, fewer runs are drawn one by one."""


def render_schedule(schedule: Schedule, about: About) -> str:
    """Write the whole page as text, at most :data:`LARGEST_BYTES` long."""
    own = (files("gigawatt.report.schedule") / "page" / "schedule.css").read_text(encoding="utf-8")
    most = MOST_DRAWN
    while True:
        payload = build(schedule, about, most)
        rows = "".join(
            f"<tr><th>{html.escape(row['name'])}</th><td>{html.escape(row['text'])}</td>"
            f"<td>{html.escape(row['note'])}</td></tr>"
            for row in payload["strip"]
        )
        text = document(
            payload,
            title=payload["meta"]["title"],
            noscript=without_script(payload["verdict"]["sentence"], rows),
            ours=program("schedule/page", SCRIPTS),
            look=style() + own,
        )
        if len(text.encode("utf-8")) <= LARGEST_BYTES or most < 100:
            return text
        most //= 2


def write_schedule_report(schedule: Schedule, about: About, path: Path) -> None:
    """Write the page of a schedule as one HTML file that asks the network for nothing.

    The same schedule gives the same bytes. The file appears whole or not at all.

    Parameters
    ----------
    schedule
        What :func:`gigawatt.cluster.simulate` gave.
    about
        What it was made of.
    path
        Where the file goes; its folder exists.
    """
    write_whole(path, render_schedule(schedule, about))
