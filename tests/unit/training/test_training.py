"""Checkpoints, the record and the order of the text, without a cluster."""

from __future__ import annotations

import json
import sys

import numpy as np
import pytest
import torch

from gigawatt.kernel.errors import InputError
from gigawatt.training import __main__ as command
from gigawatt.training.checkpoint import Checkpoint, last_checkpoint, steps_in, write_checkpoint
from gigawatt.training.loop import Training
from gigawatt.training.options import TrainingOptions
from gigawatt.training.peers import Peers
from gigawatt.training.record import Record, losses, read_record
from gigawatt.training.text import cut, read_text, shard

SMALL = {"batch": 4, "window": 16, "width": 16, "layers": 1, "heads": 2, "checkpoint_every": 3}


def save(folder, step, keep=9):
    write_checkpoint(folder, Checkpoint(step, {"seed": 1}, {"w": np.arange(step, dtype=np.float32)}), keep)


def file_of(folder, step):
    return folder / f"step-{step:08d}.checkpoint"


def train(folder, environment=None, **more):
    with Peers(environment or {}) as peers:
        return Training(TrainingOptions(**{**SMALL, **more}), folder, peers).run()


@pytest.mark.parametrize("harm", ["torn", "one byte", "empty", "no sum"])
def test_a_broken_checkpoint_is_left_aside_for_the_one_before(tmp_path, capsys, harm):
    save(tmp_path, 5)
    save(tmp_path, 10)
    data = bytearray(file_of(tmp_path, 10).read_bytes())
    if harm == "torn":
        del data[len(data) // 2 :]
    elif harm == "one byte":
        data[-40] ^= 1
    elif harm == "empty":
        data.clear()
    else:
        del data[:65]
    file_of(tmp_path, 10).write_bytes(data)
    found = last_checkpoint(tmp_path)
    assert found.step == 5
    np.testing.assert_array_equal(found.arrays["w"], np.arange(5))
    assert "step-00000010.checkpoint is not whole" in capsys.readouterr().err
    save(tmp_path, 10)
    assert last_checkpoint(tmp_path).step == 10


def test_a_checkpoint_that_was_renamed_by_hand_is_not_taken_for_another_step(tmp_path):
    save(tmp_path, 5)
    file_of(tmp_path, 5).rename(file_of(tmp_path, 50))
    assert last_checkpoint(tmp_path) is None


def test_what_a_kill_leaves_half_written_is_removed_and_old_ones_are_not_kept(tmp_path):
    for step in (5, 10, 15):
        save(tmp_path, step, keep=2)
    assert steps_in(tmp_path) == [10, 15]
    (tmp_path / "step-00000020.checkpoint.partial").write_bytes(b"half")
    assert last_checkpoint(tmp_path).step == 15
    assert not list(tmp_path.glob("*.partial"))


def test_a_full_disk_leaves_the_checkpoint_before(tmp_path, monkeypatch):
    save(tmp_path, 5)

    def full(_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OSError, match="No space"):
        save(tmp_path, 10)
    assert [path.name for path in tmp_path.iterdir()] == [file_of(tmp_path, 5).name]


def test_the_record_goes_on_behind_a_torn_line(tmp_path):
    first = Record(tmp_path)
    first.add(step=1, loss=5.0)
    first.close()
    with (tmp_path / "progress.jsonl").open("a") as file:
        file.write('{"step": 2, "lo')
    assert losses(tmp_path) == {1: 5.0}
    then = Record(tmp_path)
    then.add(step=2, loss=4.0)
    then.add(step=2, loss=3.0)
    then.close()
    assert [line["step"] for line in read_record(tmp_path)] == [1, 2, 2]
    assert losses(tmp_path) == {1: 5.0, 2: 3.0}


def test_every_window_is_learnt_once_a_pass_and_passes_differ():
    text = cut(bytes(range(100)), window=8, seed=3)
    batch = 9  # does not divide the 82 windows
    seen = np.concatenate([text.starts(step, batch) for step in range(1, 20)])
    first, second = seen[: text.windows], seen[text.windows : 2 * text.windows]
    assert sorted(first) == sorted(second) == list(range(text.windows))
    assert list(first) != list(second)
    assert {i for rank in range(4) for i in range(batch)[shard(batch, rank, 4)]} == set(range(batch))
    assert not set(text.learnt[-1:]) & set(text.held_out)


def test_the_text_is_plain_and_long_enough():
    text = read_text("", window=64, seed=0)
    assert text.learnt.size + text.held_out.size > 20_000
    assert text.learnt.max() < 128


def test_a_training_that_is_cut_in_two_has_the_same_losses_to_the_last_bit(tmp_path):
    assert train(tmp_path / "whole", steps=8)
    assert train(tmp_path / "cut", steps=5)
    assert train(tmp_path / "cut", steps=8)
    assert losses(tmp_path / "cut") == losses(tmp_path / "whole")
    assert last_checkpoint(tmp_path / "cut").step == 8
    assert read_record(tmp_path / "cut")[-1] == read_record(tmp_path / "whole")[-1]


def test_a_signal_stops_it_after_a_step_that_is_saved(tmp_path):
    with Peers({}) as peers:
        training = Training(TrainingOptions(**SMALL), tmp_path, peers)
        peers._note()
        assert not training.run()
    assert last_checkpoint(tmp_path).step == 1


def test_it_refuses_what_cannot_be_the_same_training(tmp_path):
    train(tmp_path, steps=3)
    with pytest.raises(InputError, match=r"GW875.*--batch 8 \(it has 4\), --seed 7 \(it has 0\)"):
        train(tmp_path, steps=4, batch=8, seed=7)
    other = {"RANK": "0", "WORLD_SIZE": "5", "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": "1"}
    with pytest.raises(InputError, match=r"GW874.*5 ranks"):
        Training(TrainingOptions(**SMALL), tmp_path, Peers(other))


@pytest.mark.parametrize(
    ("environment", "seen"),
    [
        ({"RANK": "4", "WORLD_SIZE": "4"}, "RANK 4 is not one of 4"),
        ({"RANK": "x"}, "RANK is 'x', not a number"),
        ({"RANK": "0", "WORLD_SIZE": "2"}, "MASTER_ADDR and MASTER_PORT is not set"),
    ],
)
def test_an_environment_that_makes_no_gang_is_refused(environment, seen):
    with pytest.raises(InputError, match=f"GW873.*{seen}"):
        Peers(environment)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--width", "30", "--heads", "4", "--batch", "0"], ["GW870  --batch is 0", "GW870  --width is 30"]),
        (["--keep", "1", "--learning-rate", "2"], ["--keep is 1", "--learning-rate is 2"]),
        (["--text", "nowhere.txt"], ["nowhere.txt", "GW872", "No such file"]),
        (["--window", "5000"], ["supercluster.txt", "GW872", "too few"]),
    ],
)
def test_mistakes_are_told_all_at_once(arguments, told, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["training", "--checkpoint-dir", str(tmp_path), *arguments])
    assert command.main() == 1
    said = capsys.readouterr().err
    assert all(text in said for text in told), said
    assert "Traceback" not in said


def test_without_a_folder_it_says_how_to_give_one(monkeypatch, capsys):
    monkeypatch.delenv("GIGAWATT_CHECKPOINT_DIR", raising=False)
    monkeypatch.setattr(sys, "argv", ["training"])
    assert command.main() == 1
    assert "GW871" in capsys.readouterr().err


def test_lines_of_the_record_are_plain_json(tmp_path):
    train(tmp_path, steps=3)
    lines = [json.loads(line) for line in (tmp_path / "progress.jsonl").read_text().splitlines()]
    assert lines[0] == {"run_from_step": 0, "ranks": 1}
    assert lines[1].keys() == {"step", "loss", "tokens_per_s"}
    assert lines[-1].keys() == {"finished_at_step", "held_out_loss"}


def test_a_rank_without_a_gpu_of_its_own_is_refused():
    with pytest.raises(InputError, match="GW877"):
        Peers({"LOCAL_RANK": str(torch.cuda.device_count())}, "cuda")


def test_a_training_may_go_on_on_another_device():
    assert TrainingOptions(device="cuda").same_training() == TrainingOptions().same_training()
