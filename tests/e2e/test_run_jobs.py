"""A campus whose workload is a queue of jobs, through the installed command, and the how-to's own blocks."""

from __future__ import annotations

import hashlib
import json
import re
import shlex
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
import report_page
from command import here, installed

from gigawatt.results import QUEUES
from gigawatt.scenario import bundled_bytes

HOW_TO = Path(__file__).parents[2] / "docs" / "how-to" / "run-jobs-on-a-campus.md"
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```", HOW_TO.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
COMMANDS = [line for kind, text in BLOCKS if kind == "console" for line in text.splitlines()]
SPRING = ("--set", "start=2027-01-01", "--set", "end=2027-06-30")
JOBS = "\n".join(
    [
        "submitted,minutes,gpus,team",
        *(
            f"2026-05-04T{8 + i % 10:02}:00:00Z,{60 + 40 * i},{16 * (1 + i)},{('vision', 'speech')[i % 2]}"
            for i in range(40)
        ),
    ]
)


def hours(out: Path) -> dict[str, np.ndarray]:
    table = pq.read_table(out / "tables" / "queues.parquet")
    return {name: table[name].to_numpy() for name in table.column_names}


@pytest.fixture(scope="module")
def bundled(tmp_path_factory):
    out = tmp_path_factory.mktemp("runs") / "queue"
    done = installed("run", "job-queue-10mw", "--out", out, "--json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout), out


def test_balances_close_and_the_queue_is_told(bundled):
    printed, _ = bundled
    assert max(abs(r) for r in printed["residuals"].values()) < 1e-9
    queue = printed["sites"]["campus"]["queues"]["research"]
    assert queue["submitted_jobs"] > 10_000
    assert queue["finished_jobs"] > 0.9 * queue["submitted_jobs"]
    assert 0.5 < queue["utilisation_frac"] < 1.0
    assert 0.9 < queue["goodput_frac"] < 1.0
    months = {month["month"]: month for month in queue["months"]}
    assert len(months) == 12
    assert months["2026-01"]["gpus"] == 0.0
    assert months["2026-12"]["gpus"] > 1.5 * months["2026-03"]["gpus"]
    assert sum(month["finished_jobs"] for month in months.values()) == queue["finished_jobs"]


def test_every_hour_keeps_to_the_gpus_that_are_there(bundled):
    _, out = bundled
    h = hours(out)
    assert set(h) == {"time_utc", "site", "workload", *QUEUES}
    assert (h["busy_gpus"] + h["down_gpus"] <= h["gpus"] + 1e-6).all()
    assert (h["useful_gpus"] <= h["busy_gpus"] + 1e-6).all()
    assert h["down_gpus"].max() > 0.0
    assert set(np.unique(h["gpus"] % 72)) == {0.0}
    energised = pq.read_table(out / "tables" / "daily_campus.parquet")
    by_day = dict(zip(energised["day"].to_pylist(), energised["energised_gpus"].to_pylist(), strict=True))
    for stamp, gpus in zip(
        h["time_utc"].astype("datetime64[D]").tolist()[::24], h["gpus"][::24], strict=True
    ):
        assert gpus <= by_day[stamp]


def test_its_power_is_the_workloads_power(bundled):
    _, out = bundled
    queue_mwh = float(hours(out)["it_mw"].sum())
    table = pq.read_table(out / "tables" / "workloads.parquet")
    rows = [row for row in table.to_pylist() if row["workload"] == "research"]
    shed = pq.read_table(out / "tables" / "hourly_campus.parquet")["shed_mw"].to_numpy().sum()
    assert shed == 0.0
    assert sum(row["it_mw"] for row in rows) * 24 == pytest.approx(queue_mwh, rel=1e-9)
    useful = sum(row["gpus"] * row["goodput_frac"] for row in rows) * 24
    assert useful == pytest.approx(float(hours(out)["useful_gpus"].sum()), rel=0.02)


def test_the_report_and_the_events_tell_it(bundled):
    _, out = bundled
    text = (out / "report.html").read_text(encoding="utf-8")
    payload = json.loads(re.search(r'id="payload"[^>]*>(.*?)</script>', text, re.DOTALL)[1])
    (site,) = payload["sites"]
    queue = next(w for w in site["workloads"] if w["name"] == "research")["queue"]
    assert len(queue["utilisation_frac"]) == len(payload["clock"]["months"])
    events = [e["text"] for e in payload["events"] if e["kind"] == "milestone"]
    assert any(
        re.match(r"research has finished [\d,]+ of [\d,]+ jobs by 2027-01-01 00:00Z", e) for e in events
    )
    notes = [n["text"] for n in payload["notes"] if n["title"] == "Jobs of research"]
    assert len(notes) == 1
    assert "generated jobs, no measurement" in notes[0]


def test_the_same_seed_gives_the_same_bytes_and_another_other_jobs(bundled, tmp_path):
    _, first = bundled
    assert installed("run", "job-queue-10mw", "--out", tmp_path / "again", "--quiet").returncode == 0
    for file in sorted((first / "tables").iterdir()):
        ours, again = (
            hashlib.sha256(p.read_bytes()).hexdigest()
            for p in (file, tmp_path / "again" / "tables" / file.name)
        )
        assert ours == again, file.name
    assert (first / "report.html").read_bytes() == (tmp_path / "again" / "report.html").read_bytes()
    two = here("run", "job-queue-10mw", "--seed", "2", "--out", tmp_path / "two", "--quiet")
    assert two.returncode == 0
    name = "tables/queues.parquet"
    assert (first / name).read_bytes() != (tmp_path / "two" / name).read_bytes()


@pytest.fixture
def own(tmp_path, monkeypatch):
    """The reference campus with the how-to's workload, in a folder that is not the current one."""
    (written,) = (text for kind, text in BLOCKS if kind == "yaml")
    text = bundled_bytes("reference-100mw").decode()
    head, _, rest = text.partition("workloads:")
    folder = tmp_path / "mine"
    folder.mkdir()
    monkeypatch.chdir(tmp_path)
    (folder / "campus.yaml").write_text(
        f"{head}{written}\nmoney:{rest.partition('money:')[2]}", encoding="utf-8"
    )
    (folder / "jobs.csv").write_text(JOBS, encoding="utf-8")
    return folder


def test_the_how_to_runs_with_a_trace_beside_the_file(own, tmp_path):
    out = tmp_path / "out"
    done = here("run", "mine/campus.yaml", "--out", str(out), "--json", *SPRING)
    assert done.returncode == 0, done.stderr
    printed = json.loads(done.stdout)
    assert max(abs(r) for r in printed["residuals"].values()) < 1e-9
    queue = printed["sites"]["campus"]["queues"]["research"]
    assert queue["submitted_jobs"] == 40 * 122  # again each day of March to June
    h = hours(out)
    first = int(np.flatnonzero(h["submitted_jobs"])[0])
    assert h["time_utc"].astype("datetime64[h]")[first] == np.datetime64("2027-03-01T08", "h")


def test_the_commands_of_the_how_to_run(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert len(COMMANDS) == 3
    for line in COMMANDS:
        name, *arguments = shlex.split(line)
        assert name == "gigawatt"
        done = here(*arguments, "--set", "end=2026-04-30", "--quiet")
        assert done.returncode == 0, (line, done.stderr)


def test_a_missing_trace_is_told_with_its_line_and_leaves_nothing(own, tmp_path):
    (own / "jobs.csv").unlink()
    for command in ("check", "run"):
        done = here(command, "mine/campus.yaml")
        assert done.returncode == 1
        assert re.match(
            r"mine/campus\.yaml:\d+:\d+  GW601  workloads\.research\.trace: there is no file", done.stderr
        )
        assert "fix:" in done.stderr
        assert "Traceback" not in done.stderr
        assert done.stdout == ""
    assert [p.name for p in tmp_path.iterdir()] == ["mine"]


def test_a_trace_that_makes_no_sense_is_told_by_its_own_line(own, tmp_path):
    (own / "jobs.csv").write_text(JOBS.replace(",32,", ",many,"), encoding="utf-8")
    done = here("run", "mine/campus.yaml", "--out", "out", *SPRING)
    assert done.returncode == 1
    assert re.search(r"mine/jobs\.csv:3:\d+  GW605", done.stderr), done.stderr
    assert not (tmp_path / "out").exists()


def test_what_cannot_be_simulated_is_told_at_its_workload(own, tmp_path):
    spares = "causes:\n  - {name: node, gpu_hours_between: 50700}\nspare: 5\n"
    (own / "failures.yaml").write_text(spares, encoding="utf-8")
    change = ("--set", "workloads.research.failures=failures.yaml")
    done = here("run", "mine/campus.yaml", "--out", "out", *SPRING, *change)
    assert done.returncode == 1
    assert re.match(r"mine/campus\.yaml:\d+:\d+  GW614  ", done.stderr), done.stderr
    assert not (tmp_path / "out").exists()


@pytest.mark.browser
def test_the_figures_of_the_queue_draw_in_a_browser(bundled):
    _, out = bundled
    with report_page.browser() as chromium, report_page.opened(chromium, out / "report.html") as seen:
        figures = seen.page.eval_on_selector_all("figure", "all => all.map(f => f.dataset.figure)")
        at = figures.index("queue")
        assert figures[at - 1 : at + 3] == ["tokens", "queue", "waiting", "milestones"]
        for name in ("queue", "waiting"):
            assert seen.page.locator(f"#fig-{name} svg path").count() >= 4
        seen.page.locator("#fig-queue button.data").click()
        shown = seen.page.locator("dialog").inner_text()
        assert "utilisation_frac" in shown
        assert "research" in shown
        assert seen.said == []
