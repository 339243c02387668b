"""The page of a replay in a real browser: bands from afar, gangs near, pointer, keys, themes, widths."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import report_page

from gigawatt.cluster import Failures, Jobs, Machines, PowerBudget, Schedule, simulate
from gigawatt.report.schedule import About, write_schedule_report

pytestmark = pytest.mark.browser
FIGURES = ["timeline", "queue", "gpus", "power", "fates", "size", "tenant", "stranded", "fairness"]
MACHINES = Machines(nodes=576, nodes_per_rack=4, racks_per_pod=12, pods_per_hall=2)
CANVAS = "#fig-timeline .timeline-canvas"


def make_schedule() -> tuple[Schedule, About]:
    """Two weeks of 4,608 GPUs in six halls that break, under a budget that falls every evening."""
    rng = np.random.default_rng(5)
    count, span_s = 4000, 10 * 86_400.0
    gpus = rng.choice([1, 4, 8, 64, 256, 1024], count, p=[0.3, 0.2, 0.3, 0.15, 0.045, 0.005])
    duration = rng.lognormal(9.0, 1.2, count).clip(120, 2 * 86_400)
    duration *= MACHINES.gpus * span_s / float(duration @ gpus)
    jobs = Jobs(
        np.sort(rng.uniform(0, span_s, count)), duration, gpus=gpus, tenant=rng.integers(0, 4, count),
        priority=rng.choice([50, 100], count), checkpoint_interval_s=1800.0,
        ids=np.array([f"run-{i}" for i in range(count)]), tenants=("research", "vision", "speech", "infra"),
    )  # fmt: skip
    failures = Failures.poisson(30_000.0)
    day = np.where(np.arange(24) < 18, 6800.0, 5400.0)
    power = PowerBudget(budget_kw=np.tile(day, 60))
    schedule = simulate(MACHINES, jobs, "priority", failures, power, seed=1, until_s=20 * 86_400.0)
    notes = ("no job has an estimate: its true duration was used",)
    command = "gigawatt replay jobs.parquet --cluster cluster.yaml --seed 1"
    return schedule, About("jobs.parquet", MACHINES, 1, command, failures, power, notes)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    with report_page.browser() as started:
        yield started


@pytest.fixture(scope="module")
def made() -> tuple[Schedule, About]:
    return make_schedule()


@pytest.fixture(scope="module")
def report(made: tuple[Schedule, About], tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("schedule") / "report.html"
    write_schedule_report(*made, path)
    return path


@pytest.fixture(scope="module")
def wide(chromium: Any, report: Path) -> Iterator[Any]:
    with report_page.opened(chromium, report, height=900) as seen:
        yield seen


def mode(page: Any) -> str:
    page.wait_for_timeout(60)
    return str(page.get_attribute(CANVAS, "data-mode"))


def shades(page: Any) -> int:
    """How many colours the timeline shows; a blank one has three or four."""
    return int(
        page.eval_on_selector(
            CANVAS,
            """c => {
                const copy = new OffscreenCanvas(c.width, c.height).getContext("2d");
                copy.drawImage(c, 0, 0);
                return new Set(new Uint32Array(copy.getImageData(0, 0, c.width, c.height).data.buffer)).size;
            }""",
        )
    )


def test_sections_and_figures_stand_in_the_order_of_the_reader(wide: Any) -> None:
    assert wide.page.eval_on_selector_all("main > section", "all => all.map(s => s.id)") == [
        "timeline", "load", "fate", "jobs", "fairness", "notes", "reproduce",
    ]  # fmt: skip
    assert wide.page.eval_on_selector_all("figure", "all => all.map(f => f.dataset.figure)") == FIGURES
    assert wide.page.locator("figure[data-empty=true]").count() == 0


def test_the_verdict_and_the_strip_stand_above_a_timeline_on_the_first_screen(wide: Any) -> None:
    assert "jobs finished within" in wide.page.text_content(".verdict-sentence")
    assert wide.page.text_content(".verdict .kind") == "point estimate"
    assert wide.page.locator(".strip-cell").count() == 8
    box = wide.page.locator(CANVAS).bounding_box()
    assert box["y"] < 450
    assert box["y"] + box["height"] < 920


def test_bands_from_afar_and_gangs_near(wide: Any, made: tuple[Schedule, About]) -> None:
    page = wide.page
    page.locator("button:has-text('Whole')").click()
    assert mode(page) == "far"
    assert shades(page) > 40
    for _ in range(4):
        page.locator("button[aria-label='Closer']").click()
    assert mode(page) == "near"
    assert "gangs" in page.text_content(".timeline-mode")
    assert shades(page) > 6
    page.locator("button:has-text('Whole')").click()
    assert mode(page) == "far"
    assert page.text_content("#fig-timeline .unit") == f"every run is drawn, {made[0].runs.job.size:,} in all"


def test_a_band_tells_the_share_that_was_held(wide: Any, made: tuple[Schedule, About]) -> None:
    page = wide.page
    page.locator("button:has-text('Whole')").click()
    box = page.locator(CANVAS).bounding_box()
    page.mouse.move(box["x"] + box["width"] * 0.5, box["y"] + 20)
    told = page.locator(".timeline-tip").inner_text()
    assert told.startswith("all GPUs, day ")
    share = float(told.split("held by jobs")[1].split("%")[0])
    schedule, bin_s = made[0], made[0].runs.end_s.max()
    pad = 104
    at = (box["width"] * 0.5 - pad) / (box["width"] - pad - 2) * bin_s
    running = (schedule.runs.start_s <= at) & (schedule.runs.end_s > at)
    assert share == pytest.approx(100 * schedule.runs.gpus[running].sum() / schedule.gpus, abs=12)
    page.mouse.move(2, 2)
    assert not page.locator(".timeline-tip").is_visible()


def test_a_job_is_found_told_and_walked_on_from(wide: Any, made: tuple[Schedule, About]) -> None:
    page, schedule = wide.page, made[0]
    page.fill("#find-job", "run-2000")
    page.press("#find-job", "Enter")
    assert mode(page) == "near"
    told = page.text_content(".timeline-readout")
    job = int(np.flatnonzero(schedule.jobs.ids == "run-2000")[0])
    assert "run-2000" in told
    assert schedule.jobs.tenants[int(schedule.jobs.tenant[job])] in told
    assert f"{int(schedule.jobs.gpus[job]):,} GPUs" in told
    page.locator(CANVAS).focus()
    page.keyboard.press("ArrowDown")
    other = page.text_content(".timeline-readout")
    assert other != told
    page.keyboard.press("ArrowUp")
    assert page.text_content(".timeline-readout").startswith("Job run-2000")
    page.fill("#find-job", "nobody")
    page.press("#find-job", "Enter")
    assert "No job named nobody" in page.text_content(".timeline-readout")


def test_keys_move_and_zoom_and_a_drag_moves_as_far_as_the_hand(wide: Any) -> None:
    page = wide.page
    page.locator(CANVAS).focus()
    page.keyboard.press("Home")
    whole = page.screenshot(clip=page.locator(CANVAS).bounding_box())
    page.keyboard.press("+")
    page.wait_for_timeout(60)
    near = page.screenshot(clip=page.locator(CANVAS).bounding_box())
    assert near != whole
    page.keyboard.press("ArrowRight")
    page.wait_for_timeout(60)
    moved = page.screenshot(clip=page.locator(CANVAS).bounding_box())
    assert moved != near
    box = page.locator(CANVAS).bounding_box()
    # A fifth of the span shown is a fifth of the plot: the drag undoes the key.
    fifth = (box["width"] - 106) * 0.2
    page.mouse.move(box["x"] + 300, box["y"] + 200)
    page.mouse.down()
    page.mouse.move(box["x"] + 300 + fifth, box["y"] + 200, steps=4)
    page.mouse.up()
    page.mouse.move(2, 2)
    page.keyboard.press("Escape")
    page.wait_for_timeout(60)
    assert page.evaluate("performance.getEntriesByName('timeline:frame').length") > 4
    back = page.screenshot(clip=page.locator(CANVAS).bounding_box())
    assert len(back) == pytest.approx(len(near), rel=0.02)
    page.keyboard.press("Home")


def test_the_wheel_scrolls_the_page_and_zooms_with_ctrl_only(wide: Any) -> None:
    page = wide.page
    page.evaluate("window.scrollTo(0, 0)")
    box = page.locator(CANVAS).bounding_box()
    page.mouse.move(box["x"] + 500, box["y"] + 100)
    page.mouse.wheel(0, 120)
    page.wait_for_timeout(300)
    assert page.evaluate("window.scrollY") > 50
    page.evaluate("window.scrollTo(0, 0)")
    page.wait_for_timeout(200)
    for _ in range(6):
        page.keyboard.down("Control")
        page.mouse.wheel(0, -400)
        page.keyboard.up("Control")
    assert mode(page) == "near"
    page.locator("button:has-text('Whole')").click()


def test_colours_follow_tenants_or_ends(wide: Any) -> None:
    page = wide.page
    keys = "#fig-timeline .key-name"
    assert page.locator(keys).all_inner_texts()[:4] != []
    assert {"research", "vision", "speech", "infra"} <= set(page.locator(keys).all_inner_texts())
    page.locator("#fig-timeline select").select_option("end")
    ends = {text.split(":")[0] for text in page.locator(keys).all_inner_texts()}
    assert {"finished", "stopped by a failure", "taken off"} <= ends
    assert shades(page) > 40
    page.locator("#fig-timeline select").select_option("tenant")


def test_every_figure_offers_its_method_and_its_data(wide: Any) -> None:
    page = wide.page
    for figure in FIGURES:
        page.locator(f"#fig-{figure} button.method").click()
        assert len(page.locator("#panel .formula").inner_text()) > 10
        assert "{" not in page.locator("#panel").inner_text()
        page.keyboard.press("Escape")
        page.locator(f"#fig-{figure} button.data").click()
        with page.expect_download() as waiting:
            page.locator("#download").click()
        rows = list(csv.reader(io.StringIO(Path(waiting.value.path()).read_text(encoding="utf-8"))))
        assert waiting.value.suggested_filename == f"replay-{figure}.csv"
        assert len(rows) > 1, figure
        assert {len(row) for row in rows} == {len(rows[0])}, figure
        page.keyboard.press("Escape")


def test_the_timelines_data_is_the_schedules_own(wide: Any, made: tuple[Schedule, About]) -> None:
    schedule = made[0]
    wide.page.locator("#fig-timeline button.data").click()
    with wide.page.expect_download() as waiting:
        wide.page.locator("#download").click()
    rows = list(csv.DictReader(io.StringIO(Path(waiting.value.path()).read_text(encoding="utf-8"))))
    wide.page.keyboard.press("Escape")
    assert len(rows) == schedule.runs.job.size
    held = sum(float(r["length_s [s]"]) * float(r["gpus [GPUs]"]) for r in rows)
    assert held == pytest.approx(
        float(((schedule.runs.end_s - schedule.runs.start_s) * schedule.runs.gpus).sum()), rel=1e-4
    )


def test_nothing_is_said_and_nothing_is_asked(wide: Any, report: Path) -> None:
    """Last of the tests on the wide page: whatever they did is in the lists."""
    assert wide.said == []
    assert [u for u in wide.asked if not u.startswith(("data:", "blob:")) and u != report.as_uri()] == []


@pytest.mark.parametrize(("width", "dark"), [(1280, True), (768, False), (390, False), (390, True)])
def test_no_width_and_no_theme_overflows_or_complains(
    chromium: Any, report: Path, width: int, dark: bool
) -> None:
    with report_page.opened(chromium, report, width=width, dark=dark) as seen:
        assert seen.page.evaluate("document.documentElement.scrollWidth") <= width
        before = shades(seen.page)
        assert before > 40
        first = seen.page.locator(CANVAS).screenshot()
        seen.page.locator("#theme").click()
        seen.page.wait_for_timeout(100)
        assert seen.page.locator(CANVAS).screenshot() != first
        seen.page.set_viewport_size({"width": width - 40, "height": 800})
        seen.page.wait_for_timeout(200)
        box = seen.page.locator(CANVAS).bounding_box()
        assert box["width"] <= width - 40
        assert seen.page.eval_on_selector(CANVAS, "c => c.width / c.clientWidth") == pytest.approx(
            1.0, abs=0.01
        )
        assert seen.said == []


def test_on_paper_nothing_is_to_be_pressed(chromium: Any, report: Path) -> None:
    with report_page.opened(chromium, report) as seen:
        seen.page.emulate_media(media="print")
        assert seen.page.locator("button:visible").count() == 0
        assert seen.page.locator(CANVAS).bounding_box()["width"] <= 660
        assert seen.page.pdf(format="A4")[:5] == b"%PDF-"


FEW = {
    "nothing": (Jobs([], [], gpus=np.zeros(0, dtype=np.int64)), Machines.pool(8)),
    "one job": (Jobs([0.0], [3600.0], gpus=8), Machines.of(16, 8)),
    "never fits": (Jobs([0.0], [60.0], gpus=64), Machines.pool(8)),
}


@pytest.mark.parametrize("name", FEW)
def test_few_jobs_have_a_page_that_says_so(chromium: Any, tmp_path: Path, name: str) -> None:
    jobs, machines = FEW[name]
    path = tmp_path / "report.html"
    write_schedule_report(simulate(machines, jobs, "fifo"), About(name, machines), path)
    with report_page.opened(chromium, path) as seen:
        empty = seen.page.eval_on_selector_all(
            "figure[data-empty=true]", "all => all.map(f => f.dataset.figure)"
        )
        ran = name == "one job"
        assert {"power", "stranded", "fairness"} <= set(empty)
        assert ("timeline" in empty) != ran
        if ran:
            assert mode(seen.page) == "near"
            box = seen.page.locator(CANVAS).bounding_box()
            seen.page.mouse.move(box["x"] + 600, box["y"] + 80)
            assert "8 GPUs" in seen.page.locator(".timeline-tip").inner_text()
        assert seen.said == []


def test_what_a_trace_says_stays_text(chromium: Any, tmp_path: Path) -> None:
    hostile = "</script><script>window.hacked = 1</script><img src=x onerror='window.hacked = 2'>"
    jobs = Jobs([0.0, 5.0], [60.0, 60.0], gpus=4, ids=np.array([hostile, "b"]), tenants=(hostile,))
    about = About(hostile, Machines.pool(8), command=hostile, notes=(hostile,))
    path = tmp_path / "report.html"
    write_schedule_report(simulate(Machines.pool(8), jobs, "fifo"), about, path)
    with report_page.opened(chromium, path) as seen:
        box = seen.page.locator(CANVAS).bounding_box()
        seen.page.mouse.move(box["x"] + 400, box["y"] + 90)
        seen.page.fill("#find-job", "b")
        seen.page.press("#find-job", "Enter")
        assert seen.page.evaluate("window.hacked") is None
        assert seen.said == []
