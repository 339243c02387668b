"""The page of a comparison: its words are in one table, and its style sheet is logical."""

from __future__ import annotations

import re
from importlib.resources import files
from pathlib import Path

from gigawatt.report.comparison.page import SCRIPTS
from gigawatt.report.comparison.words import _OWN, WORDS
from gigawatt.report.page import SHARED, program

FOLDER = Path(str(files("gigawatt.report.comparison")))
SCRIPT = program("comparison/page", SCRIPTS)
OWN = "".join((FOLDER / "page" / name).read_text(encoding="utf-8") for name in SCRIPTS)


def test_every_word_that_the_page_says_is_in_the_table():
    said = set(re.findall(r'say\("([^"]+)"', SCRIPT)) | set(re.findall(r'words\["([^"]+)"\]', SCRIPT))
    said |= set(re.findall(r'(?:empty: |emptyState\()"([^"]+)"', SCRIPT))
    shared_elsewhere = {"assumption.path", "assumption.value", "assumption.source", "assumption.confidence"}
    unused = {"assumption.value_range", "method.show_all", "method.more"}  # this page rests on no assumption
    missing = {key for key in said if not key.endswith(".")} - set(WORDS) - shared_elsewhere - unused
    assert missing == set()
    for section in re.findall(r'section\("(\w+)"', OWN):
        assert {f"section.{section}", f"section.{section}.about"} <= set(WORDS)
    for figure in re.findall(r'figure\("(\w+)"', OWN):
        assert {f"chart.{figure}", f"chart.{figure}.unit", f"method.{figure}.what"} <= set(WORDS)


def test_no_word_is_idle():
    code = SCRIPT + "".join(
        path.read_text(encoding="utf-8") for path in FOLDER.glob("*.py") if path.name != "words.py"
    )
    families = ("section.", "chart.", "column.", "method.", "side.", "only.", "reproduce.")
    assert [
        key
        for key in _OWN
        if f'"{key}"' not in code and f"'{key}'" not in code and not key.startswith(families)
    ] == []


def test_the_style_sheet_uses_logical_properties_only():
    style = re.sub(r"/\*.*?\*/", "", (FOLDER / "page" / "comparison.css").read_text(encoding="utf-8"))
    assert (
        re.findall(
            r"(?<![\w-])(?:(?:margin|padding|border)-)?(?:left|right|top|bottom|width|height)\s*:", style
        )
        == []
    )
    assert set(SHARED).isdisjoint(SCRIPTS)
