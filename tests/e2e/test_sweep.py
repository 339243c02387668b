"""``gigawatt sweep``: the same tables on any number of workers, here and on a live cluster, after kills."""

from __future__ import annotations

import contextlib
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import live_fixture
import pyarrow.parquet as pq
import pytest
import report_page

from gigawatt.cli.main import main
from gigawatt.live.nodes.processes import children

GIGAWATT = Path(sys.executable).with_name("gigawatt")
SWEEP = ("sweep", "reference-100mw", "--draws", "12", "--seed", "4")
RUNS = 1 + 12 + 2 * 4


def start(out: Path, *more: str, **options) -> subprocess.Popen[str]:
    command = [GIGAWATT, *SWEEP, "--out", str(out), *more]
    return subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=out.parent, **options
    )


def finished(process: subprocess.Popen[str]) -> str:
    told, said = process.communicate(timeout=120)
    assert process.returncode == 0, said
    return told


def tables(out: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted((out / "tables").iterdir())}


def done(out: Path) -> int:
    return len(list(out.with_name(f"{out.name}.unfinished").glob("0*.json")))


def kill_one(pids, draw: random.Random) -> bool:
    """Kill one of some processes; false where there was none."""
    found = list(pids)
    try:
        os.kill(draw.choice(found), signal.SIGKILL)
    except (IndexError, ProcessLookupError):
        return False
    return True


@pytest.fixture(scope="module")
def calm(tmp_path_factory):
    """A sweep on one worker that nothing disturbs."""
    out = tmp_path_factory.mktemp("sweep") / "calm"
    told = json.loads(finished(start(out, "--workers", "1", "--json")))
    return told, out


def test_the_contract(calm):
    told, out = calm
    assert list(told) == [
        "scenario",
        "version",
        "run_dir",
        "seed",
        "draws",
        "unclosed",
        "refused",
        "figures",
        "tornado",
    ]
    assert (told["scenario"], told["draws"], told["refused"]) == ("reference-100mw", 12, [])
    figures = {(f["figure"], f["site"], f["when"]): f for f in told["figures"]}
    cost = figures["cost_usd_per_gpu_h", "campus", "2028"]
    assert cost["least"] < cost["p10"] < cost["p50"] < cost["p90"] < cost["most"]
    assert cost["unit"] == "USD/GPU-h"
    first = next(
        bar for bar in told["tornado"] if bar["figure"] == "cost_usd_per_gpu_h" and bar["when"] == "2028"
    )
    assert first["input"] == "money.cost_of_capital"
    assert first["at_low"] < first["mid"] < first["at_high"]
    names = {
        f"{name}.{kind}" for name in ("sweep", "tornado", "draws", "outcomes") for kind in ("csv", "parquet")
    }
    assert set(tables(out)) == names
    assert pq.read_table(out / "tables" / "draws.parquet").num_rows == 12
    assert not out.with_name("calm.unfinished").exists()


def test_two_workers_that_are_killed_leave_the_same_tables(calm, tmp_path):
    _, undisturbed = calm
    out, draw = tmp_path / "killed", random.Random(7)
    process = start(out, "--workers", "2", "--quiet")
    killed = 0
    for after in (2, 6, 11):
        live_fixture.until(lambda: done(out) >= after or process.poll() is not None, 60.0)  # noqa: B023
        killed += kill_one(children(process.pid), draw)
    finished(process)
    assert killed >= 2
    assert tables(out) == tables(undisturbed)
    assert (out / "report.html").read_bytes() == (undisturbed / "report.html").read_bytes()
    assert (out / "sweep.json").read_bytes() == (undisturbed / "sweep.json").read_bytes()


def test_an_interrupted_sweep_goes_on_where_it_was(calm, tmp_path):
    _, undisturbed = calm
    out = tmp_path / "again"
    process = start(out, "--workers", "2", "--quiet")
    live_fixture.until(lambda: done(out) >= 3, 60.0)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=30)
    assert process.returncode == 130
    assert "the same command goes on" in said
    assert "again.unfinished" in said
    before = done(out)
    assert 3 <= before < RUNS
    assert not out.exists()
    again = start(out, "--workers", "1")
    told, said = again.communicate(timeout=120)
    assert again.returncode == 0, said
    assert f"{before} of {RUNS} runs were done before" in said
    assert "Traceback" not in said
    assert "What moves cost of a useful GPU-hour" in told
    assert tables(out) == tables(undisturbed)


def workers_of(out: Path) -> list[int]:
    """Processes that work on a sweep, whoever their parents are."""
    folder = str(out.with_name(f"{out.name}.unfinished")).encode()
    found = []
    for entry in Path("/proc").iterdir():
        with contextlib.suppress(OSError):
            words = (entry / "cmdline").read_bytes().split(b"\0") if entry.name.isdecimal() else []
            if b"gigawatt.study.sweep" in words and folder in words:
                found.append(int(entry.name))
    return found


def test_an_array_of_jobs_on_a_live_cluster_leaves_the_same_tables(calm, tmp_path, make):
    _, undisturbed = calm
    cluster = make(nodes=1, gpus_per_node=2)
    out, draw = tmp_path / "live", random.Random(3)
    process = start(out, "--workers", "2", "--quiet", "--engine", "live", "--state-dir", str(cluster.folder))
    killed = 0
    for after in (2, 10):
        live_fixture.until(lambda: done(out) >= after or process.poll() is not None, 60.0)  # noqa: B023
        killed += kill_one(workers_of(out), draw)
    finished(process)
    assert killed >= 1
    jobs = cluster.status()["jobs"]
    assert [job["state"] for job in jobs] == ["finished", "finished"]
    assert sum(job["restarts"] for job in jobs) >= killed
    assert tables(out) == tables(undisturbed)


@pytest.fixture
def short_folder():
    """A folder with a short path: Ray's sockets lie in it."""
    with tempfile.TemporaryDirectory(prefix="gw", dir="/tmp") as folder:
        yield Path(folder)


def test_a_cluster_on_ray_for_the_sweep_alone_leaves_the_same_tables_and_nothing_else(
    calm, tmp_path, short_folder
):
    _, undisturbed = calm
    out, draw = tmp_path / "ray", random.Random(5)
    process = start(
        out, "--workers", "2", "--quiet", "--engine", "ray", env={**os.environ, "TMPDIR": str(short_folder)}
    )
    live_fixture.until(lambda: done(out) >= 4 or process.poll() is not None, 120.0)
    killed = kill_one(workers_of(out), draw)
    finished(process)
    assert killed
    assert tables(out) == tables(undisturbed)
    assert not workers_of(out)
    assert not list(short_folder.glob("gigawatt-*"))


def test_mistakes_are_told_before_anything_runs(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "letter.txt").write_text("mine")
    (tmp_path / "broken.yaml").write_text("name: [", encoding="utf-8")
    cases = [
        (("nowhere",), "GW216"),
        (("reference-100mw", "--draws", "0"), "GW881"),
        (("broken.yaml",), "GW2"),
        (("reference-100mw", "--out", "full"), "GW501"),
        (("reference-100mw", "--engine", "live", "--state-dir", "none"), "GW803"),
    ]
    for words, code in cases:
        monkeypatch.setattr(sys, "argv", ["gigawatt", "sweep", *words])
        with pytest.raises(SystemExit) as ended:
            main()
        said = capsys.readouterr().err
        assert (ended.value.code, code in said) == (1, True), said
        assert "Traceback" not in said
        assert not list(tmp_path.rglob("*.unfinished"))


@pytest.mark.browser
def test_the_report_shows_bands_percentiles_and_a_tornado(calm):
    _, out = calm
    with report_page.browser() as chromium:
        for width in (1280, 390):
            with report_page.opened(chromium, out / "report.html", width=width) as seen:
                page = seen.page
                assert page.locator("#ranges h2").inner_text().endswith("Ranges")
                assert page.locator("#fig-ranges-gpus svg").count() >= 1
                rows = "JSON.parse(document.getElementById('payload').textContent).ranges.figures.length"
                assert page.locator("#fig-ranges-table tbody tr").count() == page.evaluate(rows) > 8
                assert page.locator("#fig-tornado tbody tr").count() >= 2
                page.locator("#fig-tornado select").select_option(
                    label="cost of a useful GPU-hour, year 2028"
                )
                assert "money.cost_of_capital" in page.locator("#fig-tornado tbody").inner_text()
                assert "P10 to P90" in page.locator("#figure-gpus .kind").inner_text()
                assert page.evaluate("document.documentElement.scrollWidth") <= width
                assert seen.said == []
