"""``gigawatt coherent``, through the installed command."""

from __future__ import annotations

import json

from command import here, installed


def test_each_way_of_recovering_leaves_more_than_the_one_before() -> None:
    done = installed("coherent", "--gpus", "100080", "--days", "3", "--json")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    cases = {case["name"]: case for case in told["cases"]}
    ways = ["whole restart", "hot spares", "hot spares, checkpoints in memory"]
    ways.append("partial restart, checkpoints in memory")
    useful = [cases[name]["useful_frac"] for name in ways]
    assert useful == sorted(useful)
    assert useful[0] < 0.8 * useful[-1]
    assert cases["64 jobs, hot spares"]["useful_frac"] > cases["hot spares"]["useful_frac"]
    shares = ("useful_frac", "checkpoint_frac", "lost_frac", "restart_frac", "waiting_frac")
    for case in told["cases"]:
        assert abs(sum(case[share] for share in shares) - 1.0) < 1e-9


def test_machines_that_are_not_whole_nodes_are_refused_with_what_would_do() -> None:
    done = here("coherent", "--gpus", "1000000")
    assert done.returncode == 1
    assert done.stderr.startswith("GW618")
    assert "take 999,936 or 1,000,008" in done.stderr
    assert "Traceback" not in done.stderr
