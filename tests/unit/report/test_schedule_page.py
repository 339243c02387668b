"""The page of a replay: its data conserves and is bounded, its words are in the table."""

from __future__ import annotations

import base64
import gzip
import re
from dataclasses import replace
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gigawatt.cluster import Curves, Failures, Jobs, Machines, PowerBudget, Runs, Schedule, simulate
from gigawatt.cluster.lanes import gpu_seconds, lanes_of
from gigawatt.report.messages import PAGE
from gigawatt.report.pack import unpack
from gigawatt.report.page import SHARED, program
from gigawatt.report.schedule import About, render_schedule, write_schedule_report
from gigawatt.report.schedule.methods import FIGURES, methods
from gigawatt.report.schedule.page import LARGEST_BYTES, SCRIPTS
from gigawatt.report.schedule.payload import budget_by_step, build, coarser
from gigawatt.report.schedule.timeline import SHARE_STEP, bins_for, drawn_runs, occupancy, timeline
from gigawatt.report.schedule.words import WORDS

FOLDER = Path(str(files("gigawatt.report.schedule")))
SCRIPT = program("schedule/page", SCRIPTS)
MACHINES = Machines(nodes=64, racks_per_pod=4, pods_per_hall=4)


def jobs_of(count: int, *, names: str = "job {}", tenants: int = 9, seed: int = 7) -> Jobs:
    rng = np.random.default_rng(seed)
    return Jobs(
        rng.uniform(0, 100_000, count),
        rng.lognormal(8.0, 1.2, count),
        gpus=rng.choice([1, 4, 8, 32, 160, 300], count, p=[0.3, 0.2, 0.25, 0.15, 0.07, 0.03]),
        tenant=rng.integers(0, tenants, count),
        priority=rng.choice([1, 100], count),
        checkpoint_interval_s=900.0,
        ids=np.array([names.format(i) for i in range(count)]),
        tenants=tuple(f"tenant {i}" for i in range(tenants)),
    )


@pytest.fixture(scope="module")
def schedule() -> Schedule:
    return simulate(MACHINES, jobs_of(600), "priority", Failures.poisson(2_000.0), seed=1, until_s=300_000.0)


def large(runs: int, names: str) -> Schedule:
    """As many runs as a year of a large cluster leaves, without simulating it."""
    rng = np.random.default_rng(3)
    small = simulate(Machines.pool(512), jobs_of(10), "fifo")
    jobs = jobs_of(runs, names=names, tenants=50)
    end = rng.uniform(1.0, 3e7, runs)
    start = end * rng.uniform(0.0, 1.0, runs)
    steps = 9_000
    nowhere = np.zeros(runs, dtype=np.int64)
    noise = rng.uniform(0, 5e5, (7, steps))
    return replace(
        small,
        jobs=jobs,
        start_s=start,
        end_s=end,
        first_start_s=start,
        wait_s=start,
        restarts=rng.integers(0, 3, runs),
        preemptions=rng.integers(0, 3, runs),
        state=np.full(runs, 3, dtype=np.int8),
        runs=Runs(np.arange(runs), start, end, jobs.gpus, nowhere - 1, nowhere, rng.integers(0, 5, runs)),
        curves=Curves(3600.0, *noise),
        end_of_simulation_s=3e7,
    )


def test_the_bins_of_both_colourings_conserve_gpu_time(schedule: Schedule) -> None:
    lanes = lanes_of(schedule, MACHINES)
    held = occupancy(schedule, lanes, 211)
    total = gpu_seconds(schedule).sum()
    for table in (held.by_tenant, held.by_end):
        assert table.sum() == pytest.approx(total, rel=1e-9)
        room = np.array([lane.gpus for lane in lanes.lanes]) * held.end_s / 211
        assert (table[:-1].sum(axis=1) <= room[:, None] * (1 + 1e-9)).all()
        assert table.min() >= -1e-6 * total / table.size
    assert held.by_tenant.sum(axis=1) == pytest.approx(held.by_end.sum(axis=1), rel=1e-9, abs=1e-3)


def test_what_travels_is_what_was_counted_within_the_step_told(schedule: Schedule) -> None:
    lanes = lanes_of(schedule, MACHINES)
    data = timeline(schedule, lanes)
    assert data["across"], "some gangs here are larger than what is free in a hall"
    held = occupancy(schedule, lanes, data["bins"])
    back = unpack(data["by_end"])["share"].reshape(held.by_end.shape)
    room = np.array([*(lane.gpus for lane in lanes.lanes), schedule.gpus]) * held.end_s / data["bins"]
    assert np.abs(back - held.by_end / room[:, None, None]).max() <= SHARE_STEP / 2 + 1e-9


def test_the_runs_with_the_most_gpu_time_are_drawn_and_their_share_is_told(schedule: Schedule) -> None:
    work = gpu_seconds(schedule)
    chosen = drawn_runs(schedule, 50)
    assert chosen.size == 50
    assert work[chosen].min() >= np.delete(work, chosen).max()
    assert (np.diff(schedule.runs.start_s[chosen]) >= 0.0).all()
    data = timeline(schedule, lanes_of(schedule, MACHINES), 50)
    assert data["drawn_frac"] == pytest.approx(work[chosen].sum() / work.sum(), rel=1e-5)
    each = unpack(data["each"])
    assert each["gpus"].tolist() == schedule.runs.gpus[chosen].tolist()
    names = gzip.decompress(base64.b64decode(data["names"])).decode().split("\n")
    assert names == [str(name) for name in schedule.jobs.ids[schedule.runs.job[chosen]]]


def test_runs_that_met_still_meet_after_rounding(schedule: Schedule) -> None:
    each = unpack(timeline(schedule, lanes_of(schedule, MACHINES))["each"])
    order = drawn_runs(schedule, 10**9)
    ends = dict(
        zip(schedule.runs.end_s[order].tolist(), (each["start_s"] + each["length_s"]).tolist(), strict=True)
    )
    met = [
        (ends[s], r)
        for s, r in zip(schedule.runs.start_s[order].tolist(), each["start_s"].tolist(), strict=True)
        if s in ends
    ]
    assert len(met) > 50
    assert all(end == pytest.approx(start, abs=1e-6) for end, start in met)


@pytest.mark.parametrize("names", ["{}", "a-rather-long-name-of-a-job-with-its-project-{0:x}-{0:b}"])
def test_the_file_is_bounded_however_many_runs_there_are(names: str) -> None:
    schedule = large(150_000, names)
    text = render_schedule(schedule, About("large", Machines.pool(512)))
    assert 1_000_000 < len(text.encode("utf-8")) <= LARGEST_BYTES


def test_names_that_do_not_compress_cost_drawn_runs_not_the_bound() -> None:
    rng = np.random.default_rng(0)
    schedule = large(60_000, "{}")
    letters = rng.integers(0x4E00, 0x9FFF, (60_000, 60))
    object.__setattr__(schedule.jobs, "ids", np.array(["".join(map(chr, row)) for row in letters]))
    text = render_schedule(schedule, About("large", Machines.pool(512)))
    assert len(text.encode("utf-8")) <= LARGEST_BYTES
    assert 100 < int(re.search(r'"drawn":(\d+)', text)[1]) < 20_000  # type: ignore[index]


def test_coarser_curves_keep_their_sums() -> None:
    rng = np.random.default_rng(2)
    curves = Curves(60.0, *rng.uniform(0, 100, (7, 1003)))
    end_s = 1002 * 60.0 + 17.0
    step_s, found = coarser(curves, end_s, 100)
    assert (step_s, found["busy_gpus"].size) == (660.0, 92)
    lengths = np.append(np.full(91, step_s), end_s - 91 * step_s)
    fine = np.append(np.full(1002, 60.0), 17.0)
    for name, values in found.items():
        assert values @ lengths == pytest.approx(getattr(curves, name) @ fine, rel=1e-12)
    assert bins_for(1) >= bins_for(40) > 100


def test_a_budget_is_averaged_over_each_step() -> None:
    power = PowerBudget(budget_kw=np.array([10.0, 30.0, 20.0]), step_s=100.0)
    assert budget_by_step(power, 50.0, 8) == pytest.approx([10, 10, 30, 30, 20, 20, 20, 20])
    assert budget_by_step(power, 150.0, 3) == pytest.approx([50 / 3, 70 / 3, 20])
    assert budget_by_step(PowerBudget(), 50.0, 3) is None


def test_intervals_over_seeds_take_the_place_of_the_point_estimate(schedule: Schedule) -> None:
    about = About("t", MACHINES)
    assert build(schedule, about)["verdict"]["kind"] == "point estimate"
    ranged = replace(about, intervals={"mean_wait_s": (3600.0, 7200.0)}, interval_of="95 % over 20 seeds")
    data = build(schedule, ranged)
    assert data["verdict"]["kind"] == "intervals: 95 % over 20 seeds"
    assert {row["id"]: row["interval"] for row in data["strip"] if row["interval"]} == {
        "mean_wait_s": "1 h to 2 h"
    }


def test_a_record_is_no_draw_and_without_chance_there_is_no_seed(schedule: Schedule) -> None:
    def told(about: About) -> tuple[str, str, str]:
        data = build(schedule, about)
        return data["verdict"]["kind"], data["verdict"]["reach"], dict(data["settings"])["Seed"]

    certain, drawn = About("t", MACHINES), About("t", MACHINES, seed=0)
    assert told(drawn) == ("point estimate", "One history, from seed 0: another seed, another history.", "0")
    assert told(certain)[:2] == (
        "point estimate",
        "Nothing was drawn by chance: the same trace and options give this history again.",
    )
    recorded = told(replace(certain, measured=True))
    assert recorded[:2] == ("measured", "This is what a live cluster did, by its journal.")
    assert {told(certain)[2], recorded[2]} == {"none: nothing was drawn"}


def test_the_strip_tells_the_answers_of_the_command(schedule: Schedule) -> None:
    rows = {row["id"]: row for row in build(schedule, About("t", MACHINES))["strip"]}
    assert list(rows) == [
        "finished", "mean_jct_s", "p99_jct_s", "mean_wait_s", "utilisation_frac", "goodput_frac",
        "preemptions", "failures",
    ]  # fmt: skip
    assert rows["finished"]["text"] == f"{schedule.summary()['finished']:,}"
    assert rows["preemptions"]["text"] == f"{int(schedule.preemptions.sum()):,}"


def test_the_same_schedule_gives_the_same_bytes_and_the_file_is_whole(
    schedule: Schedule, tmp_path: Path
) -> None:
    about = About("t", MACHINES)
    write_schedule_report(schedule, about, tmp_path / "a.html")
    write_schedule_report(schedule, about, tmp_path / "b.html")
    assert (tmp_path / "a.html").read_bytes() == (tmp_path / "b.html").read_bytes()
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a.html", "b.html"]


def test_what_a_trace_says_stays_text() -> None:
    hostile = "</script><script>window.hacked = 1</script>"
    jobs = Jobs([0.0], [60.0], ids=np.array([hostile]), tenants=(hostile,))
    text = render_schedule(
        simulate(Machines.pool(4), jobs, "fifo"), About(hostile, Machines.pool(4), notes=(hostile,))
    )
    assert "window.hacked" in text
    assert "<script>window.hacked" not in text


@pytest.mark.parametrize("count", [0, 1])
def test_nothing_and_one_job_have_a_page(count: int) -> None:
    jobs = Jobs(np.zeros(count), np.full(count, 60.0), gpus=np.ones(count, dtype=np.int64))
    data = build(simulate(Machines.pool(4), jobs, "fifo"), About("few", Machines.pool(4)))
    assert data["timeline"]["runs"] == count
    assert ("1 of 1 job" in data["verdict"]["sentence"]) == bool(count)


def keys_said() -> set[str]:
    own = "\n".join((FOLDER / "page" / name).read_text(encoding="utf-8") for name in SCRIPTS)
    shared = "\n".join((FOLDER.parent / "page" / name).read_text(encoding="utf-8") for name in SHARED)
    said: set[str] = set()
    for text in (own, shared):
        said |= set(re.findall(r'say\("([^"]+)"', text)) | set(re.findall(r'words\["([^"]+)"\]', text))
        said |= set(re.findall(r'(?:empty: |emptyState\()"([^"]+)"', text))
        said |= set(re.findall(r'say\([^()]*\? "([^"]+)"', text)) | set(
            re.findall(r'say\([^()]* : "([^"]+)"', text)
        )
    return {key for key in said if not key.endswith((".", "-")) and not key.startswith(".")}


def test_every_word_that_the_page_says_is_in_the_table(schedule: Schedule) -> None:
    elsewhere = {"method.more", "method.show_all", "assumption.path", "assumption.value", "assumption.source",
                 "assumption.confidence", "assumption.value_range"}  # fmt: skip
    said = keys_said()
    assert len(said) > 70
    assert said - set(WORDS) <= elsewhere, (
        "said only where there are assumptions, of which this page has none"
    )
    for figure in re.findall(r'^  figure\("([\w-]+)"', SCRIPT, re.MULTILINE):
        assert {f"chart.{figure}", f"chart.{figure}.unit", f"method.{figure}.what"} <= set(WORDS), figure
        assert figure in FIGURES
    for section in re.findall(r'section\("(\w+)"', SCRIPT):
        assert {f"section.{section}", f"section.{section}.about"} <= set(WORDS)
    made = methods(schedule, timeline(schedule, lanes_of(schedule, MACHINES)))
    assert [m for m in made.values() if "{" in m["formula"] + m["limits"]] == []


def test_no_message_is_idle_and_none_is_written_outside_the_table() -> None:
    code = SCRIPT + "".join(
        p.read_text(encoding="utf-8") for p in FOLDER.glob("*.py") if p.name != "words.py"
    )
    families = ("section.", "chart.", "method.", "lane.", "end.", "fate.", "setting.", "strip.", "date.",
                "column.p", "empty.size", "empty.tenant")  # fmt: skip
    facts = {f"timeline.{name}" for name in ("tenant", "gpus", "from", "to", "length", "end")}
    idle = [k for k in WORDS if k not in code and not k.startswith(families) and k not in {*facts, *PAGE}]
    assert idle == []
    own = "\n".join((FOLDER / "page" / name).read_text(encoding="utf-8") for name in SCRIPTS)
    strings = re.findall(r'"((?:[^"\\\n]|\\.)*)"', re.sub(r"^\s*(//|/?\*).*$", "", own, flags=re.MULTILINE))
    assert [s for s in strings if re.search(r"[a-z]{3,} [a-z]{2,} [a-z]{2,}|^[A-Z][a-z]+ [a-z]", s)] == []


def test_the_style_sheet_uses_logical_properties_only() -> None:
    style = re.sub(
        r"/\*.*?\*/", "", (FOLDER / "page" / "schedule.css").read_text(encoding="utf-8"), flags=re.DOTALL
    )
    sides = r"left|right|top|bottom"
    sizes = r"width|height|min-width|max-width|min-height|max-height"
    physical = rf"(?<![\w-])({sides}|(?:margin|padding|border)-(?:{sides})|{sizes})\s*:"
    assert re.findall(physical, re.sub(r"@media[^{]*", "", style)) == []


def test_scripts_on_disk_are_all_in_the_page() -> None:
    assert {p.name for p in (FOLDER / "page").iterdir()} == {*SCRIPTS, "schedule.css"}


def test_settings_name_what_was_asked_for(schedule: Schedule) -> None:
    power = PowerBudget(budget_kw=np.array([100.0, 200.0]))
    told: dict[str, Any] = dict(
        build(schedule, About("t", MACHINES, 4, failures=Failures.llama3(), power=power))["settings"]
    )
    assert told["Machines"].startswith("512 GPUs: 64 nodes of 8")
    assert "18 causes" in told["Failures"]
    assert told["Power"].endswith("budget 100 to 200 kW")
    assert told["Seed"] == "4"


def test_steps_below_a_second_reach_to_the_end_of_the_picture() -> None:
    jobs = Jobs(submit_s=[0.0, 0.5], duration_s=[3.0, 4.0], gpus=[2, 2])
    schedule = simulate(Machines.pool(2), jobs, "fifo", curve_step_s=0.1)
    curves = build(schedule, About("short", Machines.pool(2)))["curves"]
    busy = unpack(curves)["busy_gpus"]
    assert curves["step_s"] == 0.1
    assert len(busy) in {70, 71}
    assert busy[:69].tolist() == [2.0] * 69
