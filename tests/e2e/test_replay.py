"""The contract of ``gigawatt replay``, through the installed command."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import signal
import subprocess
import time
from functools import partial
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from command import GIGAWATT, here, installed

replay = partial(here, "replay")
KEYS = {
    "jobs", "finished", "makespan_s", "mean_jct_s", "p99_jct_s", "mean_wait_s", "utilisation_frac",
    "goodput_frac", "preemptions", "events", "wall_s", "tenants",
}  # fmt: skip
TENANT_KEYS = {"jobs", "finished", "mean_jct_s", "p99_jct_s", "mean_wait_s", "preemptions"}
HAND_MADE = """timestamp,duration,num_gpus,gpu_time,cluster
2020-01-01 00:00:00,100,6,0,red
2020-01-01 00:00:01,100,6,0,red
2020-01-01 00:00:02,50,2,0,blue
"""
CLUSTER = """gpus: 16
tenants:
  - {name: red, quota: 8, weight: 2}
power: {busy_kw_per_gpu: 1.2, idle_kw_per_gpu: 0.3}
"""
FAILURES = """causes:
  - {name: any, gpu_hours_between: 50, scope: node, repair_median: 10 min}
checkpoints: {interval: 5 min, write: 10 s, load: 20 s}
"""


def answer(*arguments: str, through=here) -> dict:
    done = through("replay", *arguments, "--json")
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    return json.loads(done.stdout)


@pytest.fixture
def trace(tmp_path):
    path = tmp_path / "trace.csv"
    path.write_text(HAND_MADE, encoding="utf-8")
    return str(path)


def digest(folder: Path) -> dict[str, str]:
    return {
        str(p.relative_to(folder)): hashlib.sha256(p.read_bytes()).hexdigest()
        for p in sorted(folder.rglob("*"))
        if p.is_file()
    }


def test_the_keys_and_a_schedule_made_by_hand(trace):
    easy = answer(trace, "--gpus", "8", "--policy", "easy", through=installed)
    assert set(easy) >= KEYS
    for tenant in easy["tenants"].values():
        assert set(tenant) >= TENANT_KEYS
    # The third, small and short, passes the second, which cannot start before 100 s.
    assert (easy["jobs"], easy["finished"], easy["preemptions"]) == (3, 3, 0)
    assert easy["makespan_s"] == 200.0
    assert easy["mean_wait_s"] == pytest.approx((0 + 99 + 0) / 3)
    assert easy["mean_jct_s"] == pytest.approx((100 + 199 + 50) / 3)
    assert easy["utilisation_frac"] == pytest.approx((600 + 600 + 100) / (8 * 200))
    assert easy["tenants"]["blue"]["mean_wait_s"] == 0.0
    fifo = answer(trace, "--gpus", "8", "--policy", "fifo")
    assert fifo["tenants"]["blue"]["mean_wait_s"] == 98.0


def test_estimates_are_told(trace):
    assert "no job has an estimate: its true duration was used" in answer(trace, "--gpus", "8")["notes"]
    told = answer(trace, "--gpus", "8", "--estimate-factor", "5")
    assert "no job has an estimate: 5 times its true duration was used" in told["notes"]


def test_a_map_and_a_format(tmp_path):
    path = tmp_path / "odd.txt"
    path.write_text("q,ms,n\n0,1000,1\n", encoding="utf-8")
    done = answer(str(path), "--gpus", "1", "--map", "submit=q,duration_ms=ms,gpus=n", "--format", "csv")
    assert done["makespan_s"] == 1.0


def test_the_folder_is_whole_and_the_same_each_time(tmp_path):
    spec = "generate:mix?jobs=400,tenants=3,longest=2d"
    first, second = tmp_path / "a", tmp_path / "b"
    for out in (first, second):
        answer(spec, "--gpus", "64", "--gpus-per-node", "8", "--failures", "llama3", "--out", str(out))
    names = {"manifest.json", "trace.json", "report.html"}
    names |= {f"tables/{t}.{e}" for t in ("jobs", "runs", "curves") for e in ("parquet", "csv")}
    assert set(digest(first)) == names
    assert digest(first) == digest(second)
    manifest = json.loads((first / "manifest.json").read_text(encoding="utf-8"))
    jobs = pq.read_table(first / "tables/jobs.parquet")
    assert jobs.num_rows == manifest["jobs"] == 400
    assert "wall_s" not in manifest
    shown = json.loads((first / "trace.json").read_text(encoding="utf-8"))
    runs = pq.read_table(first / "tables/runs.parquet")
    assert sum(e["ph"] == "X" for e in shown["traceEvents"]) == runs.num_rows == manifest["trace_runs"]
    # What was written can be replayed, and gives the same schedule.
    again = answer(
        str(first / "tables/jobs.parquet"), "--gpus", "64", "--gpus-per-node", "8", "--failures", "llama3"
    )
    assert again["mean_jct_s"] == manifest["mean_jct_s"]


def test_an_earlier_replay_is_replaced_and_anything_else_is_left(trace, tmp_path):
    out = tmp_path / "out"
    for _ in range(2):
        answer(trace, "--gpus", "8", "--out", str(out))
    other = tmp_path / "other"
    other.mkdir()
    (other / "mine.txt").write_text("mine", encoding="utf-8")
    done = replay(trace, "--gpus", "8", "--out", str(other))
    assert done.returncode == 1
    assert "GW501" in done.stderr
    assert digest(other).keys() == {"mine.txt"}


def test_a_cluster_and_its_failures_from_files(trace, tmp_path):
    (tmp_path / "cluster.yaml").write_text(CLUSTER, encoding="utf-8")
    (tmp_path / "failures.yaml").write_text(FAILURES, encoding="utf-8")
    options = ("--cluster", str(tmp_path / "cluster.yaml"), "--failures", str(tmp_path / "failures.yaml"))
    done = answer("generate:mix?jobs=300,load=0.5,largest=16", *options, "--seed", "3")
    assert done["gpus"] == 16
    assert done["failures"] > 0
    assert done["gpu_hours_by_fate"]["lost"] > 0.0
    assert done["goodput_frac"] < 1.0
    assert "the trace has no tenant red" in done["notes"]


def test_jobs_that_never_fit_are_told(trace):
    done = answer(trace, "--gpus", "4")
    assert "2 jobs ask for more than 4 GPUs, and never start" in done["notes"]
    assert done["finished"] == 1


def test_jobs_for_which_there_is_never_power_are_told(trace, tmp_path):
    budget = {"busy_kw_per_gpu": 1.0, "idle_kw_per_gpu": 0.1, "budget": "4 kW"}
    (tmp_path / "cluster.yaml").write_text(json.dumps({"gpus": 8, "power": budget}), encoding="utf-8")
    done = answer(trace, "--cluster", str(tmp_path / "cluster.yaml"), "--policy", "srtf")
    told = [note for note in done["notes"] if "than the power budget ever carries at full speed (3)" in note]
    assert len(told) == 1
    left = done["jobs"] - done["finished"]
    assert f"jobs still waiting: {left};" in " ".join(done["notes"])


def test_the_summary_for_people(trace):
    done = replay(trace, "--gpus", "8")
    assert done.returncode == 0
    for words in (
        "point estimate",
        "mean wait, h",
        "red",
        "blue",
        "events in",
        "note: no job has an estimate",
    ):
        assert words in done.stdout
    assert replay(trace, "--gpus", "8", "--quiet").stdout == ""


WRONG = {
    "GW601": ("absent.csv",),
    "GW603": ("TRACE", "--gpus", "8", "--format", "json"),
    "GW604": ("TRACE", "--gpus", "8", "--map", "submit=a"),
    "GW608": ("TRACE", "--gpus", "8", "--estimate-factor", "-1"),
    "GW610": ("TRACE", "--gpus", "8", "--policy", "easier"),
    "GW610 option": ("TRACE", "--gpus", "8", "--policy", "easy:deep=3"),
    "GW610 number": ("TRACE", "--gpus", "8", "--policy", "easy:depth=much"),
    "--gpus": ("TRACE", "--gpus", "99999999999999999999999"),
    "GW611": ("TRACE",),
    "GW611 nodes": ("TRACE", "--gpus", "9", "--gpus-per-node", "8"),
    "GW612": ("TRACE", "--gpus", "8", "--failures", "absent.yaml"),
    "GW613": ("generate:lublin?job=3", "--gpus", "8"),
    "GW304": ("TRACE", "--cluster", "CLUSTER"),
    "GW615": ("TRACE", "--gpus", "8", "--tokens-per-gpu-s", "100"),
    "GW615 generated": ("generate:mix", "--gpus", "8", "--tokens-per-gpu-s", "100"),
    "GW616": ("TRACE", "--gpus", "8", "--workers", "2"),
}


@pytest.mark.parametrize("code", WRONG)
def test_a_mistake_is_one_message_and_nothing_is_written(trace, tmp_path, code):
    broken = tmp_path / "broken.yaml"
    broken.write_text("gpus: 16 MW\n", encoding="utf-8")
    named = {"TRACE": trace, "CLUSTER": str(broken)}
    out = tmp_path / "out"
    done = replay(*(named.get(word, word) for word in WRONG[code]), "--out", str(out))
    assert done.returncode == 1
    assert code.split()[0] in done.stderr
    assert "fix:" in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""
    assert not out.exists()


def test_malformed_rows(tmp_path):
    path = tmp_path / "trace.csv"
    path.write_text(HAND_MADE + "2020-01-01 00:00:05,ten,1,0,red\n", encoding="utf-8")
    done = replay(str(path), "--gpus", "8")
    assert done.returncode == 1
    assert "trace.csv:5:1  GW605  duration is 'ten'" in done.stderr
    skipped = answer(str(path), "--gpus", "8", "--skip-malformed")
    assert (skipped["jobs"], skipped["malformed"]) == (3, 1)
    assert "1 of 4 rows malformed and skipped, as asked" in skipped["notes"]


@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGTERM])
def test_interrupted(tmp_path, sign):
    out = tmp_path / "deep" / "out"
    command = [GIGAWATT, "replay", "generate:mix?jobs=3000000,load=1.5", "--gpus", "4096", "--out", str(out)]
    started = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env={**os.environ}
    )
    time.sleep(3.0)
    started.send_signal(sign)
    _, said = started.communicate(timeout=60)
    assert started.returncode == 130
    assert "interrupted" in said
    assert "Traceback" not in said
    assert not list(tmp_path.iterdir())


PRICED = (
    CLUSTER
    + """prices:
  gpu_hour: {low: 1.70 USD/GPU-h, mid: 2.10 USD/GPU-h, high: 2.60 USD/GPU-h, confidence: assumed}
  energy: {value: 60 USD/MWh, source: "contract of 2026", as_of: 2026-01}
  share_idle: held
"""
)
STATISTICS = {"count", "mean", "sd", "low", "high", "p10", "p50", "p90"}


def written(folder: Path, name: str, text: str) -> str:
    (folder / name).write_text(text, encoding="utf-8")
    return str(folder / name)


def test_several_seeds(tmp_path):
    spec = ("generate:mix?jobs=150,tenants=2,longest=1d", "--gpus", "64", "--failures", "llama3")
    one = answer(*spec, "--seed", "4")
    several = answer(*spec, "--seed", "4", "--seeds", "3")
    for key in set(one) - {"wall_s", "notes"}:
        assert several[key] == one[key], key
    seeds = several["seeds"]
    assert seeds["count"] == 3
    for key in ("makespan_s", "mean_jct_s", "p99_jct_s", "mean_wait_s", "utilisation_frac", "goodput_frac"):
        assert set(seeds[key]) == STATISTICS
        assert seeds[key]["low"] < seeds[key]["mean"] < seeds[key]["high"]
        assert seeds[key]["p10"] <= seeds[key]["p50"] <= seeds[key]["p90"]
    alone = [answer(*spec, "--seed", str(s))["mean_jct_s"] for s in (4, 5, 6)]
    assert seeds["mean_jct_s"]["mean"] == pytest.approx(sum(alone) / 3, rel=1e-12)
    assert set(seeds["gpu_hours_by_fate"]["lost"]) == STATISTICS
    assert "wall_s" not in seeds
    out = tmp_path / "out"
    two = answer(
        *spec,
        "--seed",
        "4",
        "--seeds",
        "3",
        "--workers",
        "2",
        "--out",
        str(out),
        through=installed,
    )
    assert two["seeds"] == seeds
    table = pq.read_table(out / "tables/seeds.parquet")
    assert table.column("mean_jct_s").to_pylist() == alone
    manifest = json.loads((out / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["seeds"] == seeds
    shown = replay(*spec, "--seeds", "3")
    for words in ("3 seeds from 0 on", "95 % interval", "P90"):
        assert words in shown.stdout


def test_what_does_not_depend_on_the_seed_has_no_interval(trace):
    done = answer(trace, "--gpus", "8", "--seeds", "5")
    assert done["seeds"] is None
    assert any("nothing here depends on the seed" in note for note in done["notes"])
    assert "point estimate" in replay(trace, "--gpus", "8", "--seeds", "5").stdout


def group(leader: int) -> list[int]:
    """Processes of a group, by Linux's table of them."""
    found = []
    for folder in Path("/proc").iterdir():
        with contextlib.suppress(ValueError, ProcessLookupError):
            if os.getpgid(int(folder.name)) == leader:
                found.append(int(folder.name))
    return found


def wait_for(met, seconds: float = 60.0) -> None:
    until = time.monotonic() + seconds
    while not met():
        assert time.monotonic() < until
        time.sleep(0.05)


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="the processes are counted in /proc")
def test_an_interruption_ends_the_workers_too(tmp_path):
    out = tmp_path / "out"
    command = [GIGAWATT, "replay", "generate:mix?jobs=100000,load=1.5", "--gpus", "4096", "--seeds", "200"]
    command += ["--workers", "2", "--out", str(out)]
    started = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    )
    wait_for(lambda: len(group(started.pid)) >= 3)  # the first replay is done, workers have begun
    time.sleep(1.0)
    os.killpg(started.pid, signal.SIGINT)  # as a terminal does: all processes of the group
    _, said = started.communicate(timeout=60)
    assert started.returncode == 130
    assert said == "gigawatt: interrupted; nothing was written\n"
    assert not list(tmp_path.iterdir())
    wait_for(lambda: not group(started.pid))


def test_costs_by_tenant(trace, tmp_path):
    cluster = written(tmp_path, "cluster.yaml", PRICED)
    done = answer(trace, "--cluster", cluster)
    costs = done["costs"]
    red, blue, total = costs["tenants"]["red"], costs["tenants"]["blue"], costs["total"]
    # 16 GPUs for 200 s; 1,200 and 100 GPU-seconds are held.
    whole_h = 16 * done["makespan_s"] / 3600
    assert total["held_gpu_h"] + total["idle_gpu_h"] == pytest.approx(whole_h, rel=1e-9)
    assert red["usd"] + blue["usd"] == pytest.approx(total["usd"], rel=1e-9)
    energy_mwh = (1.2 * total["held_gpu_h"] + 0.3 * total["idle_gpu_h"]) / 1000
    assert total["energy_mwh"] == pytest.approx(energy_mwh, rel=1e-9)
    assert total["usd"] == pytest.approx(2.1 * whole_h + 60 * energy_mwh, rel=1e-9)
    assert total["usd_low"] == pytest.approx(1.7 * whole_h + 60 * energy_mwh, rel=1e-9)
    assert red["usd"] / blue["usd"] == pytest.approx(1200 / 100, rel=1e-9)
    assert costs["prices"]["usd_per_gpu_h"] == {"low": 1.7, "mid": 2.1, "high": 2.6, "source": "assumed"}
    assert costs["prices"]["usd_per_mwh"]["source"] == "contract of 2026, 2026-01"
    assert not any("has no source" in note for note in done["notes"])
    shown = replay(trace, "--cluster", cluster).stdout
    for words in ("USD a useful GPU-hour", "held otherwise", "USD/useful GPU-h", "range"):
        assert words in shown


def test_costs_over_seeds_and_from_capital(tmp_path):
    prices = "prices: {capital: {cost: 40 k USD, life: 5 years, discount: 8 %}}\n"
    cluster = written(tmp_path, "cluster.yaml", "gpus: 64\n" + prices)
    done = answer("generate:mix?jobs=100,longest=1d", "--cluster", cluster, "--seeds", "3")
    price = done["costs"]["prices"]["usd_per_gpu_h"]
    assert price["mid"] == pytest.approx(40_000 * 0.08 / (1 - 1.08**-5) / 8760)
    assert done["costs"]["total"]["energy_mwh"] is None
    assert done["costs"]["unshared"]["usd"] > 0.0
    assert set(done["seeds"]["costs"]) == {"usd", "usd_per_useful_gpu_h"}
    assert "the price of a GPU-hour has no source" in done["notes"]
    ranged = prices.replace("40 k USD", "{low: 30 k USD, mid: 40 k USD, high: 60 k USD, source: bids}")
    cluster = written(tmp_path, "cluster.yaml", f"gpus: 64\nsource: our books\n{ranged}")
    told = answer("generate:mix?jobs=10,longest=1d", "--cluster", cluster)["costs"]["prices"]["usd_per_gpu_h"]
    assert (told["low"] / told["mid"], told["high"] / told["mid"]) == pytest.approx((0.75, 1.5))
    assert told["source"] == "bids"
    plain = written(tmp_path, "c.yaml", f"gpus: 64\nsource: our books\n{prices}")
    told = answer("generate:mix?jobs=10,longest=1d", "--cluster", plain)["costs"]["prices"]["usd_per_gpu_h"]
    assert told["source"] == "our books"


def test_work_in_tokens(tmp_path):
    path = written(tmp_path, "t.csv", "submit_s,gpus,tokens,tenant\n0,8,1e9,a\n0,4,2e9,b\n")
    done = answer(path, "--gpus", "16", "--tokens-per-gpu-s", "2500")
    assert done["makespan_s"] == 200_000.0
    assert (done["tokens"], done["tokens_per_s"]) == (3e9, 15_000.0)
    assert done["tenants"]["b"]["tokens"] == 2e9
    assert "the durations of 2 jobs follow from their tokens" in done["notes"]
    assert "tokens/s over the makespan" in replay(path, "--gpus", "16", "--tokens-per-gpu-s", "2500").stdout
    out = tmp_path / "out"
    answer(path, "--gpus", "16", "--tokens-per-gpu-s", "2500", "--out", str(out))
    again = answer(str(out / "tables/jobs.parquet"), "--gpus", "16")
    assert (again["tokens"], again["makespan_s"]) == (done["tokens"], done["makespan_s"])
    priced = written(tmp_path, "c.yaml", "gpus: 16\nprices: {gpu_hour: 3 USD/GPU-h}\n")
    costs = answer(path, "--cluster", priced, "--tokens-per-gpu-s", "2500")["costs"]["total"]
    assert costs["usd_per_million_tokens"] == pytest.approx(3.0 * 16 * 200_000 / 3600 / 3000)


BAD_PRICES = {
    "nothing has a price": "prices: {}",
    "both say what a GPU-hour costs": "prices: {gpu_hour: 2 USD/GPU-h, capital: {cost: 4 USD, life: 5 years, "
    "discount: 0}}",
    "no power is given": "prices: {energy: 60 USD/MWh}",
    "no tenant has one": "prices: {gpu_hour: 2 USD/GPU-h, share_idle: quota}",
    "GW304": "prices: {gpu_hour: 2 USD/MWh}",
    "GW305": "prices: {gpu_hour: -2 USD/GPU-h}",
    "GW306": "prices: {gpu_hour: 2 USD/GPU-h, share_idle: fair}",
    "GW225": "prices: {gpu_hour: {low: 3 USD/GPU-h, mid: 2 USD/GPU-h, high: 4 USD/GPU-h, source: a}}",
    "GW617": "tenants: [{name: green, quota: 8}]\nprices: {gpu_hour: 2 USD/GPU-h, share_idle: quota}",
}


@pytest.mark.parametrize("words", BAD_PRICES)
def test_wrong_prices_are_told_with_their_place(trace, tmp_path, words):
    done = replay(trace, "--cluster", written(tmp_path, "c.yaml", f"gpus: 16\n{BAD_PRICES[words]}\n"))
    assert done.returncode == 1
    assert words in done.stderr
    assert "c.yaml" in done.stderr
    assert "fix:" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.shared
def test_philly(shared):
    done = answer(
        str(shared / "traces/philly/philly_jobs.csv"),
        "--gpus",
        "800",
        "--policy",
        "easy",
        through=installed,
    )
    assert done["jobs"] == done["finished"] == 82_247
    assert len(done["tenants"]) == 15
    assert sum(t["jobs"] for t in done["tenants"].values()) == 82_247
    assert "65 duplicate rows stay in" in done["notes"]
