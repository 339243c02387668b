"""What a start takes is learnt from probes, and the prediction by estimates counts it at every start."""

from __future__ import annotations

from pathlib import Path

import pytest
from journal_fixture import Written

from gigawatt.kernel.errors import InputError
from gigawatt.live.twin.answer import twin_of
from gigawatt.live.twin.journal import read_recording
from gigawatt.live.twin.starts import learn


def probed(folder: Path, sizes: tuple[int, ...], gang_s: float, gpu_s: float, noise_s: float = 0.0) -> Path:
    """A cluster whose probes of one second took so much longer."""
    written = Written(folder)
    for number, gpus in enumerate(sizes, start=1):
        at_s = 10.0 * number
        written.submit(at_s, number, gpus, estimate_s=1.0)
        written.start(at_s, number, 0, *range(1, gpus))
        off_s = noise_s if number % 2 else -noise_s
        written.add("finished", at_s + 1.0 + gang_s + gpu_s * gpus + off_s, number)
    written.submit(900.0, 99, 1)  # no estimate: not a probe
    written.start(900.0, 99, 0)
    written.add("finished", 950.0, 99)
    written.store.close()
    return written.folder


def test_gangs_and_gpus_are_told_apart(tmp_path: Path):
    found = learn(read_recording(probed(tmp_path, (1, 1, 2, 2, 4, 4), 0.25, 0.125, noise_s=0.0625)))
    assert found.gang_s == pytest.approx(0.25)
    assert found.gpu_s == pytest.approx(0.125)
    assert found.error_s == pytest.approx(0.0625)
    assert found.runs == 6


def test_of_one_size_all_is_the_gangs(tmp_path: Path):
    found = learn(read_recording(probed(tmp_path, (4, 4, 4, 4, 4), 0.25, 0.125)))
    assert (found.gang_s, found.gpu_s) == pytest.approx((0.75, 0.0))


def test_what_tells_nothing_is_refused(tmp_path: Path):
    few, quick = tmp_path / "few", tmp_path / "quick"
    few.mkdir(), quick.mkdir()
    with pytest.raises(InputError, match="jobs with an estimate 4 finished") as refused:
        learn(read_recording(probed(few, (1, 2, 3, 4), 0.25, 0.0)))
    assert "--estimate 1s --" in refused.value.problems[0].remedy  # a unit is needed
    with pytest.raises(InputError, match="no longer than their estimates"):
        learn(read_recording(probed(quick, (1, 2, 3, 4, 4), -0.5, 0.0)))


def test_every_start_costs_it_again(tmp_path: Path):
    probes, main = tmp_path / "probes", tmp_path / "main"
    probes.mkdir(), main.mkdir()
    starts_from = probed(probes, (1, 1, 2, 2, 4), 0.25, 0.0625)
    written = Written(main)
    written.add("up", 0.0, policy="priority", grace_s=1.0)
    written.submit(0.0, 1, 4, priority=9, estimate_s=10.0)
    written.start(0.0, 1, 0, 1, 2, 3)
    written.submit(4.0, 2, 4, priority=1, estimate_s=3.0)
    written.stop(4.0, 1, "preempt", 4.0)
    written.start(4.0, 2, 0, 1, 2, 3)
    written.add("finished", 7.5, 2)
    written.start(7.5, 1, 0, 1, 2, 3)
    written.add("finished", 14.5, 1)  # 10 s of work, two starts of 0.5 s
    without = twin_of(main).answer()
    known = twin_of(main, starts_from=starts_from).answer()
    written.store.close()
    assert without["starts"] is None
    assert without["predictions"][1]["jct_error_frac"]["largest"] > 0.05
    assert known["starts"]["gang_s"] == pytest.approx(0.25)
    assert known["predictions"][1]["jct_error_frac"]["largest"] == pytest.approx(0.0, abs=1e-9)
    assert known["predictions"][0]["jct_error_frac"] == without["predictions"][0]["jct_error_frac"]
