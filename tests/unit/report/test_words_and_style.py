"""One table of words, one formatter, logical properties only, no address of any network."""

from __future__ import annotations

import re
from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest

from gigawatt.cli.deal_summary import COVENANTS
from gigawatt.finance.deal.cases import TORNADO
from gigawatt.finance.debt import LIMITS
from gigawatt.report import messages, page
from gigawatt.report.format import month_in_words, quantity, scale, significant
from gigawatt.report.messages import MESSAGES, say
from gigawatt.report.pack import Column, nice_step, pack, unpack
from gigawatt.report.payload.deal import PARTS, WATERFALL
from gigawatt.report.payload.methods import METHODS, methods
from gigawatt.results import BINDINGS, DAILY, HOURLY

FOLDER = Path(str(files("gigawatt.report")))
SCRIPT = page.program()


def test_every_word_that_the_page_says_is_in_the_table() -> None:
    direct = set(re.findall(r'say\("([^"]+)"', SCRIPT)) | set(re.findall(r'words\["([^"]+)"\]', SCRIPT))
    direct |= set(re.findall(r'(?:empty: |emptyState\()"([^"]+)"', SCRIPT))
    direct = {key for key in direct if not key.endswith(".")}
    assert len(direct) > 90
    assert direct - set(MESSAGES) == set()


def test_words_made_from_parts_are_in_the_table() -> None:
    for key in (*BINDINGS,):
        assert f"binding.{key}" in MESSAGES
        assert f"binding.{key}.meaning" in MESSAGES
    for figure in re.findall(r'^  figure\("([\w-]+)"', SCRIPT, re.MULTILINE):
        assert {f"chart.{figure}", f"chart.{figure}.unit", f"method.{figure}.what"} <= set(MESSAGES), figure
        assert figure in METHODS
    for section in re.findall(r'section\("(\w+)"', SCRIPT):
        assert {f"section.{section}", f"section.{section}.about"} <= set(MESSAGES)


def test_what_a_deal_can_hold_has_words() -> None:
    made = {f"fall.{name}" for name, _ in WATERFALL} | {"fall.kept", "fall.owners"}
    made |= {f"bridge.{name}" for name in PARTS} | {f"driver.{name}" for name in TORNADO}
    made |= {f"covenant.{name}" for name in COVENANTS} | {
        f"deal.limit.{name}" for name in (*LIMITS, "amount")
    }
    assert made <= set(MESSAGES)


def test_no_word_is_written_outside_the_table() -> None:
    """A string literal with a capital and a space, or three words, would be prose."""
    strings = re.findall(
        r'"((?:[^"\\\n]|\\.)*)"', re.sub(r"^\s*(//|/?\*).*$", "", SCRIPT, flags=re.MULTILINE)
    )
    allowed = {"use strict", "box-shadow:none;border-radius:2px", "12px sans-serif", "no message "}
    prose = [
        s
        for s in strings
        if re.search(r"[a-z]{3,} [a-z]{2,} [a-z]{2,}|^[A-Z][a-z]+ [a-z]", s) and s not in allowed
    ]
    assert prose == []


def test_no_message_is_idle() -> None:
    code = SCRIPT + "".join(
        p.read_text(encoding="utf-8")
        for p in FOLDER.rglob("*.py")
        if p.name not in ("messages.py", "deal_messages.py")
    )
    families = tuple(
        {
            key.rsplit(".", 1)[0] + "."
            for key in MESSAGES
            if key.startswith(
                (
                    "method.",
                    "node.",
                    "part.",
                    "event.",
                    "note.",
                    "product.",
                    "column.",
                    "date.",
                    "binding.",
                    "gpus.",
                    "limit.",
                    "zoom.",
                    "heat.",
                    "account.",
                    "origin.",
                    "assumption.",
                    "figure.",
                    "section.",
                    "chart.",
                    "cash.",
                    "check.",
                    "empty.",
                    "verdict.",
                    "table.",
                    "deal.",
                    "doubt.",
                    "fall.",
                    "cover.",
                    "covenant.",
                    "bridge.",
                    "driver.",
                    "case.",
                    "loser.",
                )
            )
        }
    )
    idle = [key for key in MESSAGES if key not in code and not key.startswith(families)]
    assert idle == []


def test_places_of_a_message_are_filled_once_and_never_from_a_value() -> None:
    assert say("date.month_year", month="{year}", year="2024") == "{year} 2024"


def test_the_style_sheet_uses_logical_properties_only() -> None:
    style = re.sub(r"/\*.*?\*/", "", page.style(), flags=re.DOTALL)
    sides = r"left|right|top|bottom"
    sizes = r"width|height|min-width|max-width|min-height|max-height"
    physical = rf"(?<![\w-])({sides}|(?:margin|padding|border)-(?:{sides})|{sizes})\s*:"
    assert re.findall(physical, re.sub(r"@media[^{]*", "", style)) == []
    assert re.findall(r"(?:float|text-align)\s*:\s*(?:left|right)", style) == []
    for shorthand in re.findall(r"(?:margin|padding)\s*:\s*([^;}]+)", style):
        parts = shorthand.split()
        assert len(parts) < 4 or parts[1] == parts[3], shorthand


def test_nothing_in_our_sources_names_a_network() -> None:
    for part in (SCRIPT, page.style()):
        assert set(re.findall(r"https?://[^\s\"')]+", part)) <= {"http://www.w3.org/2000/svg"}
        assert "@import" not in part
        assert "url(#" in part or "url(" not in part


def test_the_library_comes_with_its_licence_and_notice() -> None:
    licence = (FOLDER / "assets" / "echarts.LICENSE.txt").read_text(encoding="utf-8")
    assert "Apache License" in licence
    assert "This product includes software developed at" in licence
    assert "Copyright (c) 2017, Baidu Inc." in licence
    assert (FOLDER / "assets" / "echarts.min.js").read_text(encoding="utf-8").startswith("/*! Apache ECharts")
    assert sorted(p.name for p in (FOLDER / "assets").iterdir()) == ["echarts.LICENSE.txt", "echarts.min.js"]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0"),
        (0.5, "0.5"),
        (1.125, "1.13"),
        (-1.125, "−1.13"),
        (999.5, "1,000"),
        (541_238.0, "541,000"),
        (0.00012345, "0.000123"),
        (9.9996e-5, "0.0001"),
        (3.2e-5, "3.2×10⁻⁵"),
        (1e15, "1,000,000,000,000,000"),
        (None, "–"),
        (float("nan"), "–"),
        (float("inf"), "–"),
    ],
)
def test_numbers_have_three_significant_digits(value: float | None, text: str) -> None:
    assert significant(value) == text


def test_a_quantity_is_scaled_by_what_it_rounds_to() -> None:
    assert quantity(999_499.0, "MWh") == "999 GWh"
    assert quantity(999_500.0, "MWh") == "1 TWh"
    assert quantity(0.0, "GPUs") == "0 GPUs"
    assert quantity(1.0e6, "GPUs") == "1 million GPUs"
    assert quantity(12.0, "t CO2") == "12 t CO₂"
    assert quantity(-1.25e9, "USD") == "−1.25 bn USD"
    assert scale(5.0, "L/kWh") == (1.0, "L/kWh")
    assert month_in_words("2030-12") == "December 2030"


def test_packed_columns_come_back_within_half_a_step() -> None:
    rng = np.random.default_rng(3)
    values = np.cumsum(rng.normal(0, 30, 5000))
    values[rng.random(5000) < 0.02] = np.nan
    back = unpack(pack([Column("a", "MW", values, 0.1), Column("b", "GPUs", np.arange(5000.0), 1.0)]))
    assert np.array_equal(np.isnan(back["a"]), np.isnan(values))
    assert np.nanmax(np.abs(back["a"] - values)) <= 0.05 + 1e-9
    assert np.array_equal(back["b"], np.arange(5000.0))


def test_a_column_beyond_the_integers_gets_a_coarser_step_and_says_so() -> None:
    packed = pack([Column("tokens", "tokens", np.array([0.0, 4.0e13, 8.0e13]), 1.0)])
    assert packed["columns"][0]["step"] > 1e4
    assert unpack(packed)["tokens"][2] == pytest.approx(8.0e13, rel=1e-6)


def test_steps_are_round_and_fine_enough() -> None:
    for largest in (0.003, 1.0, 17.0, 442.0, 999.0, 1276.0, 2.3e6):
        step = nice_step(largest, 1000)
        assert largest / step >= 1000
        assert largest / step < 5001
        assert float(f"{step:.0e}") == step


def test_every_method_names_columns_that_exist() -> None:
    for key, method in METHODS.items():
        assert set(method.hourly) <= set(HOURLY), key
        assert set(method.daily) <= set(DAILY), key
        for pattern in method.rests_on:
            re.compile(pattern)
    assert set(methods()) == set(METHODS)


def test_scripts_and_styles_on_disk_are_all_in_the_page() -> None:
    parts = {p.name for p in (FOLDER / "page").iterdir()}
    assert parts == {*page.SHARED, *page.SCRIPTS, *page.STYLES}
    assert messages.MESSAGES["language"] == "en"
