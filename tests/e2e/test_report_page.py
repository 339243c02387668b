"""The report in a real browser: it draws, asks for nothing, and answers where every figure comes from."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import deal_fixture
import pytest
import report_page
import run_fixture

from gigawatt import finance
from gigawatt.kernel.clock import Clock
from gigawatt.report import write_report
from gigawatt.report.format import quantity, significant
from gigawatt.results import DealResult

pytestmark = pytest.mark.browser


SECTIONS = [
    "timeline",
    "figures",
    "power",
    "compute",
    "money",
    "environment",
    "checks",
    "assumptions",
    "reproduce",
]
DEAL_FIGURES = ["sources-uses", "draws", "waterfall", "cover", "bridge", "drivers", "downside"]
"""Of the whole campus; the first alone, saying so, where there is no deal."""
FIGURES = [
    "timeline",
    "firm",
    "dispatch",
    "duration",
    "sankey",
    "heat",
    "useful",
    "goodput",
    "tokens",
    "milestones",
    "chips",
    "levels",
    *DEAL_FIGURES,
    "capital",
    "operation",
    "cash",
    "unit-cost",
    "water-source",
    "water-rate",
    "carbon",
    "carbon-rate",
    "nox",
    "residuals",
    "nodes",
]


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    with report_page.browser() as started:
        yield started


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("report") / "report.html"
    write_report(run_fixture.make_run(), path)
    return path


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same page of five months: what does not depend on the length is tested on it."""
    path = tmp_path_factory.mktemp("small") / "report.html"
    write_report(run_fixture.make_run(start=date(2025, 7, 1), end=date(2025, 12, 1)), path)
    return path


@pytest.fixture(scope="module")
def wide(chromium: Any, report: Path) -> Iterator[Any]:
    with report_page.opened(chromium, report) as seen:
        yield seen


def test_eighty_months_of_two_sites_fit_in_two_and_a_half_megabytes(report: Path) -> None:
    assert report.stat().st_size <= 2_500_000


def test_sections_and_figures_stand_in_the_order_of_the_design(wide: Any) -> None:
    assert wide.page.eval_on_selector_all("main > section", "all => all.map(s => s.id)") == SECTIONS
    assert wide.page.eval_on_selector_all("figure", "all => all.map(f => f.dataset.figure)") == FIGURES


def test_every_chart_draws_marks_and_every_heat_map_has_colours(wide: Any) -> None:
    marks = wide.page.eval_on_selector_all(
        ".chart", "all => all.map(c => [c.closest('figure').id, c.querySelectorAll('svg path').length])"
    )
    assert len(marks) >= 20
    assert [figure for figure, paths in marks if paths < 4] == []
    shades = wide.page.eval_on_selector_all(
        "canvas.heat",
        """all => all.map(c => {
            const image = c.getContext("2d").getImageData(0, 0, c.width, c.height);
            return new Set(new Uint32Array(image.data.buffer)).size;
        })""",
    )
    assert len(shades) == 2
    assert min(shades) > 20
    assert wide.page.locator("figure[data-empty=true]").count() == 0


def test_no_chart_of_a_full_run_is_blank_in_pixels(wide: Any) -> None:
    for figure in ("timeline", "dispatch", "sankey"):
        shot = wide.page.locator(f"#fig-{figure} .chart").first.screenshot()
        assert len(shot) > 5_000, figure  # a blank PNG of this size compresses to less than 3 kB


def test_the_flag_names_the_month_in_which_power_first_binds(wide: Any) -> None:
    run = run_fixture.make_run()
    month = run.clock.months[run.monthly["colossus-1"]["binding"].index("power")]
    flags = wide.page.eval_on_selector_all(
        "#fig-timeline .chart text",
        "all => all.map(t => t.textContent).filter(t => t.startsWith('power binds'))",
    )
    assert f"power binds from {month}" in flags[0]
    assert wide.page.locator("#fig-timeline .band g[data-binding=power]").count() >= 3
    box = wide.page.locator("#fig-timeline .band").first.bounding_box()
    assert box["y"] + box["height"] <= 800, "the first site's band must show without scrolling"


def test_the_band_tells_limits_apart_by_pattern_and_by_word(wide: Any) -> None:
    fills = wide.page.eval_on_selector_all(
        ".timeline-key svg > rect",
        "all => all.map(r => r.getAttribute('fill').split('-').at(-1).replace(')', ''))",
    )
    assert {"none", "delivery", "crew", "hall", "power", "cooling"} == set(fills)
    words = wide.page.eval_on_selector_all(".band .band-text", "all => all.map(t => t.textContent)")
    assert "power" in words


def test_the_verdict_is_one_sentence_with_its_kind(wide: Any) -> None:
    sentence = wide.page.text_content(".verdict-sentence")
    assert sentence == (
        "At the end of July 2026, 460,000 GPUs can run, of 670,000 delivered; crews first held them back in "
        "July 2024, power from August 2024, at Colossus 1."
    )
    assert wide.page.text_content(".verdict .kind") == "point estimate"


def test_six_figures_carry_unit_time_and_kind(wide: Any) -> None:
    cards = wide.page.locator(".key-figure")
    assert cards.count() == 6
    for i in range(6):
        text = cards.nth(i).inner_text()
        assert any(unit in text for unit in ("GPUs", "MW", "USD", "Wh", "m³", "t CO₂")), text
        assert "point estimate" in text
        assert "2026" in text


def test_every_figures_source_opens_and_names_formula_inputs_and_basis(wide: Any) -> None:
    buttons = wide.page.locator("button.source, button.method")
    assert buttons.count() == len(FIGURES) + 7
    for i in range(buttons.count()):
        buttons.nth(i).click()
        panel = wide.page.locator("dialog#panel")
        assert panel.is_visible()
        assert len(panel.locator(".formula").inner_text()) > 10
        assert panel.locator(".inputs li").count() > 0
        assert panel.locator("h3").count() == 5
        wide.page.keyboard.press("Escape")
        assert not panel.is_visible()


def test_every_figure_offers_its_data_as_csv(wide: Any) -> None:
    for figure in FIGURES:
        wide.page.locator(f"#fig-{figure} button.data").click()
        with wide.page.expect_download() as waiting:
            wide.page.locator("#download").click()
        rows = list(csv.reader(io.StringIO(Path(waiting.value.path()).read_text(encoding="utf-8"))))
        assert waiting.value.suggested_filename == f"colossus-{figure}.csv"
        assert len(rows) > 1, figure
        assert {len(row) for row in rows} == {len(rows[0])}, figure
        wide.page.keyboard.press("Escape")


def test_the_timelines_data_is_the_runs_own(wide: Any) -> None:
    wide.page.locator("#fig-timeline button.data").click()
    with wide.page.expect_download() as waiting:
        wide.page.locator("#download").click()
    rows = list(csv.DictReader(io.StringIO(Path(waiting.value.path()).read_text(encoding="utf-8"))))
    wide.page.keyboard.press("Escape")
    run = run_fixture.make_run()
    assert len(rows) == 2 * run.clock.days
    day = run.clock.day_index(date(2025, 9, 20))
    trace = run.sites["colossus-1"]
    assert rows[day]["day"] == "2025-09-20"
    assert rows[day]["binding"] == trace.binding_names()[day]
    assert float(rows[day]["energised_gpus"]) == trace.daily["energised_gpus"][day]
    assert float(rows[day]["firm_power_mw"]) == pytest.approx(trace.daily["firm_power_mw"][day], abs=0.05)


def test_dispatch_goes_from_days_to_hours_when_looked_at_closely(wide: Any) -> None:
    note = wide.page.locator("#fig-dispatch .panel-content > p.unit").first
    assert "mean of each day" in note.inner_text()
    wide.page.locator("#fig-dispatch [data-zoom=peak]").click()
    wide.page.wait_for_selector("#fig-dispatch p.unit:has-text('every hour')")
    wide.page.locator("#fig-dispatch button.data").click()
    assert (
        "168" in wide.page.locator("#download").inner_text()
        or "336" in wide.page.locator("#download").inner_text()
    )
    assert "rounded to" in wide.page.locator("#panel").inner_text()
    wide.page.keyboard.press("Escape")
    wide.page.locator("#fig-dispatch [data-zoom=year]").click()


def test_zoom_site_tabs_and_filters_work_from_the_keyboard(wide: Any) -> None:
    page = wide.page
    page.locator("[data-zoom='2025']").focus()
    page.keyboard.press("Enter")
    assert page.get_attribute("[data-zoom='2025']", "aria-pressed") == "true"
    page.locator(".event").first.focus()
    page.keyboard.press("ArrowRight")
    assert page.evaluate("document.activeElement.classList.contains('event')")
    assert "2025" in page.locator(".event-text").first.inner_text()
    page.locator(".tabs [data-site=colossus-2]").focus()
    page.keyboard.press("Enter")
    assert page.locator("#fig-firm .panel").count() == 1
    page.locator(".tabs [data-site=all]").click()
    assert page.locator("#fig-firm .panel").count() == 2
    page.locator("[data-zoom=record]").click()


def test_assumptions_are_searched_filtered_and_reached_from_a_figure(wide: Any) -> None:
    page = wide.page
    shown = "#assumptions tbody tr:not([hidden])"
    everything = page.locator(shown).count()
    assert everything == len(run_fixture.make_run().assumptions)
    page.fill("#assumption-search", "titan")
    assert 0 < page.locator(shown).count() < everything
    page.fill("#assumption-search", "")
    page.locator("#assumptions select").nth(1).select_option("assumed")
    assert set(page.eval_on_selector_all(shown, "all => all.map(r => r.dataset.confidence)")) == {"assumed"}
    page.locator("#assumptions select").nth(1).select_option("")
    page.locator("#figure-water button.source").click()
    page.locator("#panel button:has-text('assumptions table')").click()
    assert 0 < page.locator(shown).count() < everything
    page.locator("#assumption-count button").click()
    assert page.locator(shown).count() == everything


def test_nothing_is_said_on_the_console_and_nothing_is_asked_of_the_network(wide: Any, report: Path) -> None:
    """Last of the tests on the wide page: whatever they did is in the lists."""
    assert wide.said == []
    outside = [url for url in wide.asked if not url.startswith(("data:", "blob:")) and url != report.as_uri()]
    assert outside == []


@pytest.mark.parametrize(("width", "dark"), [(1280, False), (1280, True), (390, False), (390, True)])
def test_no_width_and_no_theme_overflows_or_complains(
    chromium: Any, report: Path, small: Path, width: int, dark: bool
) -> None:
    path = report if (width, dark) == (390, False) else small
    with report_page.opened(chromium, path, width=width, dark=dark) as seen:
        assert seen.page.evaluate("document.documentElement.scrollWidth") <= width
        background = seen.page.evaluate("getComputedStyle(document.body).backgroundColor")
        channels = [int(c) for c in background[4:-1].split(",")]
        assert (max(channels) < 60) if dark else (min(channels) > 200)
        seen.page.locator("#theme").click()
        turned = seen.page.evaluate("getComputedStyle(document.body).backgroundColor")
        assert turned != background
        assert seen.said == []


@pytest.mark.parametrize("width", [1280, 390])
def test_every_chart_fills_its_box_and_no_more(chromium: Any, report: Path, width: int) -> None:
    """Panels appear one after the other: a chart drawn before its neighbour must give way to it."""
    script = """() => [...document.querySelectorAll(".chart")].map(box => {
        const drawn = box.querySelector("svg, canvas");
        return [box.getAttribute("aria-label"), box.clientWidth, drawn ? drawn.clientWidth : 0];
    })"""
    with report_page.opened(chromium, report, width=width) as seen:
        seen.page.wait_for_timeout(300)
        charts = seen.page.evaluate(script)
    assert len(charts) > 10
    assert [c for c in charts if abs(c[1] - c[2]) > 2] == []


def test_text_stands_out_from_its_ground_in_both_themes(chromium: Any, small: Path) -> None:
    """WCAG contrast of the inks on the paper: 4.5 for text, 3 for marks."""
    script = """() => {
        const style = getComputedStyle(document.documentElement);
        const light = name => {
            const hex = style.getPropertyValue("--" + name).trim();
            const [r, g, b] = [1, 3, 5].map(i => parseInt(hex.slice(i, i + 2), 16) / 255)
                .map(v => (v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4));
            return 0.2126 * r + 0.7152 * g + 0.0722 * b;
        };
        const ratio = (a, b) => {
            const [high, low] = [light(a), light(b)].sort((x, y) => y - x);
            return (high + 0.05) / (low + 0.05);
        };
        return {
            "ink-2": ratio("ink-2", "paper"), "ink-3": ratio("ink-3", "paper"),
            accent: ratio("accent", "paper"), useful: ratio("useful", "paper"),
            power: ratio("on-strong", "binding-power"), crew: ratio("on-strong", "binding-crew"),
            delivery: ratio("ink", "binding-delivery"),
        };
    }"""
    for dark in (False, True):
        with report_page.opened(chromium, small, dark=dark) as seen:
            contrast = seen.page.evaluate(script)
        assert min(contrast[k] for k in ("ink-2", "accent", "useful", "power", "delivery")) >= 4.5, contrast
        assert min(contrast.values()) >= 3.0, contrast


def test_on_paper_nothing_is_to_be_pressed_and_tables_are_whole(chromium: Any, small: Path) -> None:
    with report_page.opened(chromium, small) as seen:
        seen.page.emulate_media(media="print")
        assert seen.page.locator("button:visible").count() == 0
        assert seen.page.locator("nav:visible").count() == 0
        assert (
            seen.page.evaluate("getComputedStyle(document.querySelector('.assumptions-scroll')).maxHeight")
            == "none"
        )
        widths = seen.page.eval_on_selector_all(
            ".chart svg", "all => all.map(s => s.getBoundingClientRect().width)"
        )
        assert max(widths) <= 680
        assert seen.page.pdf(format="A4")[:5] == b"%PDF-"


def test_the_formatter_and_its_twin_say_the_same(wide: Any) -> None:
    """The page's own formatter, run on the same numbers beside Python's."""
    from gigawatt.report.page import _part

    values = [
        0.0,
        -0.0,
        1.0,
        2.5,
        1.125,
        0.125,
        999.5,
        999.4999,
        9995.0,
        0.00012345,
        9.9996e-5,
        1e-12,
        3.21e-13,
        1e15,
        -1999.5,
        46.5,
        1005.0,
    ]
    values += [
        m * 10.0**e for m in (1.0, 1.115, 2.345, 4.5, 6.667, 9.994, 9.995, 9.9951) for e in range(-14, 16)
    ]
    units = ["", "GPUs", "MW", "MWh", "USD", "m3", "t", "t CO2", "kg", "tokens", "frac", "L/kWh", "degC"]
    twin = wide.page.evaluate(
        f"""([values, units]) => {{
            const payload = JSON.parse(document.getElementById("payload").textContent);
            const words = payload.words;
            const say = () => "";
            {_part("page", "format.js")}
            const row = v => [significant(v), significant(v, 3, true), significant(v, 6)];
            return values.map(v => [...row(v), ...units.map(u => quantity(v, u))]);
        }}""",
        [values, units],
    )
    for value, row in zip(values, twin, strict=True):
        ours = [
            significant(value),
            significant(value, keep=True),
            significant(value, 6),
            *[quantity(value, u) for u in units],
        ]
        assert row == ours, value


def test_the_deal_says_what_the_engine_found(wide: Any) -> None:
    statement = finance.run(finance.Deal.model_validate(deal_fixture.DEAL))
    facts = wide.page.locator("#fig-sources-uses .deal-facts").inner_text()
    assert quantity(statement.irr.only(), "frac") in facts
    assert quantity(statement.debt_usd, "USD") in facts
    assert "share of the cost" in facts
    doubts = wide.page.locator("#fig-sources-uses .doubts li").all_inner_texts()
    assert any("Committed are 21.4 bn USD of 28.2 bn USD" in d for d in doubts)
    assert any("Debt over the chips' market value" in d and "September 2026" in d for d in doubts)
    flags = wide.page.eval_on_selector_all("#fig-draws .chart text", "all => all.map(t => t.textContent)")
    assert "complete 2026-06" in flags
    limits = wide.page.eval_on_selector_all("#fig-cover .chart text", "all => all.map(t => t.textContent)")
    assert {"lock-up 1.5", "default 1.05"} <= set(limits)
    assert "junior lenders" in wide.page.locator("#fig-downside").inner_text()


def test_the_waterfall_of_a_year_is_that_years(wide: Any) -> None:
    def revenue() -> str:
        return str(wide.page.locator("#fig-waterfall tr").first.inner_text())

    whole = revenue()
    wide.page.locator("#fig-waterfall select").select_option("2027")
    assert revenue() != whole
    lines = finance.run(finance.Deal.model_validate(deal_fixture.DEAL)).flows.lines["revenue"][18:30, 0]
    assert quantity(float(lines.sum()), "USD") in revenue()
    wide.page.locator("#fig-waterfall select").select_option("all")
    assert revenue() == whole


def test_a_deal_that_cannot_close_says_why(chromium: Any, tmp_path: Path) -> None:
    path = tmp_path / "refused.html"
    run = run_fixture.make_run(start=date(2025, 7, 1), end=date(2025, 9, 1))
    write_report(replace(run, finance=DealResult(refused="sources are 1,000 USD below uses")), path)
    with report_page.opened(chromium, path) as seen:
        assert seen.said == []
        shown = seen.page.locator("#fig-sources-uses").inner_text()
        assert "cannot be closed: sources are 1,000 USD below uses" in shown
        assert seen.page.locator("#fig-drivers").count() == 0


SCRIPT = "</script><script>window.hacked = 1</script><img src=x onerror='window.hacked = 2'>"


def test_what_a_scenario_says_stays_text(chromium: Any, tmp_path: Path) -> None:
    run = run_fixture.make_run(start=date(2025, 1, 1), end=date(2025, 4, 1))
    traces = {
        SCRIPT + name: replace(
            trace,
            name=SCRIPT + name,
            title=SCRIPT,
            water_by_source_m3={SCRIPT: trace.hourly["water_makeup_m3"]},
            workloads=tuple(replace(w, name=SCRIPT, site=SCRIPT + name) for w in trace.workloads),
        )
        for name, trace in run.sites.items()
    }
    entries = tuple(
        replace(
            e,
            site=SCRIPT + e.site,
            item=SCRIPT,
            sink=e.sink if e.sink in {"bus", "cash"} else SCRIPT + e.sink,
        )
        for e in run.ledger.entries
    )
    hostile = replace(
        run,
        title=SCRIPT,
        description=SCRIPT,
        scenario=SCRIPT,
        sites=traces,
        ledger=replace(run.ledger, entries=entries, stock_change={}),
        events=tuple(
            replace(e, site=SCRIPT + e.site, text=SCRIPT, source=SCRIPT)
            for e in run_fixture.make_run().events
        ),
        finance=deal_fixture.deal_result(title=SCRIPT),
        notes=tuple(replace(n, title=SCRIPT, text=SCRIPT, source=SCRIPT, effect=SCRIPT) for n in run.notes),
        assumptions=tuple(
            replace(a, path=SCRIPT, value=SCRIPT, source=SCRIPT, note=SCRIPT, confidence=SCRIPT)
            for a in run.assumptions
        ),
        unit_costs=tuple(replace(c, site=SCRIPT + c.site, basis=SCRIPT) for c in run.unit_costs),
        overrides=(SCRIPT,),
        reported=((SCRIPT + "colossus-1", date(2025, 2, 1), 1e5, SCRIPT),),
    )
    path = tmp_path / "hostile.html"
    write_report(hostile, path)
    with report_page.opened(chromium, path) as seen:
        seen.page.locator("#fig-timeline button.method").click()
        seen.page.keyboard.press("Escape")
        seen.page.locator("#fig-dispatch .chart").first.hover()
        seen.page.locator("#fig-timeline .chart").first.hover()
        assert seen.page.evaluate("window.hacked") is None
        assert seen.page.locator("h1").inner_text() == SCRIPT
        assert seen.page.locator("img").count() == 0
        assert seen.said == []


@pytest.mark.parametrize("case", ["nothing", "one site", "one month", "no workloads"])
def test_what_is_missing_is_said_in_words(chromium: Any, tmp_path: Path, case: str) -> None:
    short = {"start": date(2025, 9, 1), "end": date(2025, 10, 1)}
    run = {
        "nothing": lambda: run_fixture.with_nothing(
            run_fixture.make_run(start=date(2025, 1, 1), end=date(2025, 4, 1))
        ),
        "one site": lambda: run_fixture.make_run(names=("colossus-2",), end=date(2027, 1, 1)),
        "one month": lambda: run_fixture.make_run(**short),
        "no workloads": lambda: _without_workloads(run_fixture.make_run(**short)),
    }[case]()
    path = tmp_path / "report.html"
    write_report(run, path)
    with report_page.opened(chromium, path) as seen:
        assert seen.said == []
        assert seen.page.evaluate("document.documentElement.scrollWidth") <= 1280
        told = seen.page.locator(".empty").all_inner_texts()
        assert all(len(text) > 20 for text in told)
        if case == "nothing":
            assert len(told) >= 2 * (len(FIGURES) - len(DEAL_FIGURES) - 2) - 1
            assert any("has no part 'finance'" in text for text in told)
            assert "not computed" in seen.page.text_content(".verdict-sentence")
            assert seen.page.locator("figure[data-empty=true] button.data:enabled").count() == 0
        if case == "no workloads":
            assert any("give the scenario workloads" in text for text in told)
        assert "NaN" not in seen.page.locator("main").inner_text()


def _without_workloads(run: Any) -> Any:
    return replace(run, sites={name: replace(trace, workloads=()) for name, trace in run.sites.items()})


def test_the_page_without_script_still_gives_verdict_and_figures(chromium: Any, report: Path) -> None:
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(report.as_uri())
    text = page.locator("noscript").text_content() or ""
    context.close()
    assert "460,000 GPUs can run" in text
    assert "point estimate" in text


def test_the_same_run_gives_the_same_bytes(report: Path, tmp_path: Path) -> None:
    again = tmp_path / "again.html"
    write_report(run_fixture.make_run(), again)
    assert again.read_bytes() == report.read_bytes()
    assert Clock(date(2024, 5, 1), date(2031, 1, 1)).hours == 58_464
